import { isIPv6 } from 'node:net';
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
  const address = addressBucket(attempt.address);
  if (attempt.knownDevice !== undefined) {
    return [{ key: `device:${attempt.knownDevice}:${account}`, limit: 10, window: 15 * minute }, address];
  }
  return [
    { key: `account-address:${account}:${networkOf(attempt.address)}`, limit: 10, window: 15 * minute },
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

/**
 * The counters of a guess at a second factor. All codes of an account share one, whatever they are codes of and in
 * whichever sign-in they are tried (CVE-2024-32868): a code has six digits, and who guesses at it knows the password.
 */
function secondFactorBuckets(userId: string, address: string): readonly AttemptBucket[] {
  return [
    { key: `second-factor:${userId}`, limit: 5, window: 15 * minute },
    addressBucket(address),
  ];
}

/** Counts a code of a second factor, right before it is judged. */
export function takeSecondFactorAttempt(store: Store, tenantId: TenantId, userId: string, address: string, now: number): Promise<AttemptDecision> {
  return store.takeAttempt(tenantId, secondFactorBuckets(userId, address), now);
}

/** Uncounts a code that was right; the wrong ones before it stay counted. */
export function returnSecondFactorAttempt(store: Store, tenantId: TenantId, userId: string, address: string): Promise<void> {
  return store.returnAttempt(tenantId, secondFactorBuckets(userId, address).map(({ key }) => key));
}

/** Counts a passkey that is about to be verified: nothing about it can be guessed, but verifying it is work. */
export function takePasskeyAttempt(store: Store, tenantId: TenantId, address: string, now: number): Promise<AttemptDecision> {
  return store.takeAttempt(tenantId, [addressBucket(address)], now);
}

/** Uncounts a passkey that was right. */
export function returnPasskeyAttempt(store: Store, tenantId: TenantId, address: string): Promise<void> {
  return store.returnAttempt(tenantId, [addressBucket(address).key]);
}

/** Counts a new password that is about to be judged: judging it is work. */
export function takeNewPassword(store: Store, tenantId: TenantId, address: string, now: number): Promise<AttemptDecision> {
  return store.takeAttempt(tenantId, [{ key: `new-password:${networkOf(address)}`, limit: 100, window: 15 * minute }], now);
}

/**
 * Where an address counts. One machine has a whole IPv6 network of 2^64 addresses and takes whichever it likes
 * (RFC 4291 §2.5.1), so an IPv6 address counts by its first half.
 */
export function networkOf(address: string): string {
  if (!isIPv6(address)) {
    return address;
  }
  const [head = [], tail = []] = address.split('::').map((part) => part.split(':').filter((group) => group !== ''));
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => '0');
  return `${[...head, ...zeros, ...tail].slice(0, 4).join(':')}::/64`;
}

/** What one machine may try in all. */
function addressBucket(address: string): AttemptBucket {
  return { key: `address:${networkOf(address)}`, limit: 100, window: 15 * minute };
}
