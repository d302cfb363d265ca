import { randomBytes } from 'node:crypto';
import { encodeBase64url } from './base64url.ts';

/** A secret of 256 random bits as 43 base64url characters: codes, cookies, client secrets. */
export function randomSecret(prefix = ''): string {
  return prefix + encodeBase64url(randomBytes(32));
}

/** An identifier of 128 random bits behind a prefix that says what it names: `tenant_…`, `grant_…`. */
export function randomId(prefix: string): string {
  return `${prefix}_${encodeBase64url(randomBytes(16))}`;
}
