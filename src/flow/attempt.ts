import { type AttemptKind, returnAttempt, takeAttempt } from '../identity/attempts.ts';
import type { FlowContext } from './context.ts';
import { knownDeviceOf } from './device.ts';
import type { Browser } from './sign-in.ts';

/** An attempt that was counted, or that may not be made now. */
export type BegunAttempt =
  /** `giveBack` uncounts it: it was right, or could not be judged. */
  | { readonly allowed: true; readonly giveBack: () => Promise<void> }
  | { readonly allowed: false; readonly retryAt: number };

/** Where somebody tries something. */
export type AttemptPlace = Pick<Browser, 'address' | 'device'>;

/** What the log calls it when there were too many. */
const throttled: Readonly<Record<AttemptKind, string>> = {
  password: 'sign_in_throttled',
  passkey: 'sign_in_throttled',
  mailed_code: 'mailed_code_throttled',
  second_factor: 'second_factor_throttled',
  client_secret: 'client_secret_throttled',
  new_password: 'new_password_throttled',
  mail: 'mail_throttled',
  email_change: 'email_change_throttled',
};

/**
 * Counts what somebody is about to try; `person` is the e-mail address of the account that it is about. Nothing that can be
 * guessed, sent or asked for happens before this has allowed it.
 */
export async function beginAttempt(context: FlowContext, kind: AttemptKind, { address, device }: AttemptPlace, person?: string): Promise<BegunAttempt> {
  const { store, tenant, clock } = context;
  const knownDevice = person === undefined ? undefined : knownDeviceOf(context, device, person, kind);
  const attempt = { kind, address, knownDevice, ...(person === undefined ? {} : { person }) };
  const at = clock.now();
  const decision = await takeAttempt(store, tenant.id, attempt, at);
  if (!decision.allowed) {
    context.record({ event: throttled[kind], detail: address });
    return decision;
  }
  return { allowed: true, giveBack: () => returnAttempt(store, tenant.id, attempt, at) };
}

/**
 * Whether a mail that somebody asked for may go out. The page says the same either way: who asked before is nobody
 * else's business.
 */
export async function mayMail(context: FlowContext, to: string, place: AttemptPlace): Promise<boolean> {
  return context.mailer !== undefined && (await beginAttempt(context, 'mail', place, to)).allowed;
}
