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
  if (unused < 16) {
    randomFillSync(pool);
    unused = pool.byteLength;
  }
  unused -= 16;
  return `${prefix}_${pool.toString('base64url', unused, unused + 16)}`;
}
