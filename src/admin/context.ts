import type { Clock } from '../core/clock.ts';
import type { PublicUrl } from '../core/issuer.ts';
import type { SealingKey } from '../core/seal.ts';
import type { PasswordHasher } from '../identity/password.ts';
import type { Store } from '../store/port.ts';

/** What the operations work with. */
export interface AdminContext {
  readonly store: Store;
  readonly sealingKey: SealingKey;
  readonly clock: Clock;
  readonly hasher: PasswordHasher;
  readonly url: PublicUrl;
}

/** Why an operation was refused. `message` is one sentence for the operator. */
export interface AdminFailure {
  readonly reason: 'invalid' | 'exists' | 'not_found' | 'busy';
  readonly message: string;
}

/** A refused operation, ready to return. */
export function refuse(reason: AdminFailure['reason'], message: string): { readonly ok: false; readonly failure: AdminFailure } {
  return { ok: false, failure: { reason, message } };
}

/**
 * Undefined for a name that people can read on a page, else one sentence why it is none. Control and format
 * characters are refused: they could turn the line around or hide a part of it.
 */
export function checkDisplayName(name: string, what: string): string | undefined {
  const readable = name.trim() !== '' && name.length <= 100 && !/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(name);
  return readable ? undefined : `The ${what} must have 1 to 100 characters on one line.`;
}
