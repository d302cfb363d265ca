import { randomBytes, randomFillSync } from 'node:crypto';
import { encodeBase64url } from './base64url.ts';

/** A secret of 256 random bits as 43 base64url characters: codes, cookies, client secrets. */
export function randomSecret(prefix = ''): string {
  return prefix + encodeBase64url(randomBytes(32));
}

const pool = Buffer.allocUnsafeSlow(4096);
let unused = 0;

/**
 * An identifier of 128 random bits behind a prefix that says what it names: `tenant_…`, `grant_…`. Several are made
 * with every request, so their bits are drawn in larger helpings. Identifiers are no secrets: {@link randomSecret}.
 */
export function randomId(prefix: string): string {
  return `${prefix}_${randomBits()}`;
}

/** How long the part of a {@link timedId} behind its prefix is. */
export const timedIdLength = 9 + 22;

/**
 * The same, behind the time of its making in milliseconds: identifiers that are made one after the other lie beside each
 * other in an index, so that rows which are many and short-lived are added to its end and not all over it.
 */
export function timedId(prefix: string, now: number): string {
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
