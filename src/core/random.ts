import { randomBytes, randomFillSync } from 'node:crypto';
import { encodeBase64url } from './base64url.ts';

/**
 * Everything that opens a door to whoever holds it, by its prefix. There is no other way to make one, and the log knows them all
 * by this list (`redact.ts`).
 */
export const secretPrefixes = ['browser', 'code', 'link', 'remembered', 'secret', 'session'] as const;
export type SecretPrefix = (typeof secretPrefixes)[number];

/** Identifiers, by what they name. They are no secrets and stand in the log. */
type IdPrefix =
  | 'at'
  | 'client'
  | 'device'
  | 'event'
  | 'grant'
  | 'mail'
  | 'node'
  | 'pending'
  | 'req'
  | 'sid'
  | 'tenant'
  | 'ticket'
  | 'user';

/** A secret of 256 random bits as 43 base64url characters, behind its prefix and the name of what it belongs to, where it has one. */
export function randomSecret(prefix: SecretPrefix, name = ''): string {
  return `${prefix}_${name}${encodeBase64url(randomBytes(32))}`;
}

/** 256 random bits that somebody signs. Everybody may know them; what they prove is that a signature is new. */
export function randomChallenge(): string {
  return encodeBase64url(randomBytes(32));
}

const pool = Buffer.allocUnsafeSlow(4096);
let unused = 0;

/**
 * An identifier of 128 random bits behind a prefix that says what it names: `tenant_…`, `grant_…`. Several are made
 * with every request, so their bits are drawn in larger helpings. Identifiers are no secrets: {@link randomSecret}.
 */
export function randomId(prefix: IdPrefix): string {
  return `${prefix}_${randomBits()}`;
}

/** How long the part of a {@link timedId} behind its prefix is. */
export const timedIdLength = 9 + 22;

/**
 * The same, behind the time of its making in milliseconds: identifiers that are made one after the other lie beside each
 * other in an index, so that rows which are many and short-lived are added to its end and not all over it.
 */
export function timedId(prefix: IdPrefix, now: number): string {
  return `${prefix}_${now.toString(36).padStart(9, '0')}${randomBits()}`;
}

/** 128 random bits as 22 base64url characters. */
function randomBits(): string {
  if (unused < 16) {
    randomFillSync(pool);
    unused = pool.byteLength;
  }
  unused -= 16;
  return pool.toString('base64url', unused, unused + 16);
}
