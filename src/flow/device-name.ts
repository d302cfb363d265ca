import { systemName } from '../core/user-agent.ts';

/** A first name for a passkey that was made there; its owner can change it. */
export function deviceNameOf(userAgent: string): string {
  return systemName(userAgent) ?? 'Passkey';
}
