import { hour, minute } from '../core/clock.ts';
import { sha256 } from '../core/hash.ts';
import type { AttemptDecision, Store } from '../store/port.ts';
import type { AttemptBucket, TenantId } from '../store/records.ts';
import { emailKey } from './users.ts';

/** Who tries to sign in, as far as it can be told before the password is judged. */
export interface Attempt {
  readonly email: string;
  readonly address: string;
  /** The browser's own id, where this account has signed in from it before. */
  readonly knownDevice: string | undefined;
}

/**
 * The counters of one attempt. A stranger fills the counters of an account for strangers only: a browser that
 * this account signed in from before is counted by itself, so nobody can lock a person out of it
 * (docs/decisions/0007-attempts.md).
 */
function bucketsOf(attempt: Attempt): readonly AttemptBucket[] {
  const account = sha256(emailKey(attempt.email));
  const address = { key: `address:${attempt.address}`, limit: 100, window: 15 * minute };
  if (attempt.knownDevice !== undefined) {
    return [{ key: `device:${attempt.knownDevice}:${account}`, limit: 10, window: 15 * minute }, address];
  }
  return [
    { key: `account-address:${account}:${attempt.address}`, limit: 10, window: 15 * minute },
    { key: `account:${account}`, limit: 100, window: hour },
    address,
    { key: 'tenant', limit: 10_000, window: 15 * minute },
  ];
}

/** Counts an attempt before its password is judged, so that parallel guesses cannot slip past the limit. */
export function takeAttempt(store: Store, tenantId: TenantId, attempt: Attempt, now: number): Promise<AttemptDecision> {
  return store.takeAttempt(tenantId, bucketsOf(attempt), now);
}

/** Uncounts an attempt that proved rightful. */
export function returnAttempt(store: Store, tenantId: TenantId, attempt: Attempt): Promise<void> {
  return store.returnAttempt(tenantId, bucketsOf(attempt).map((bucket) => bucket.key));
}
