import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { decodeBase64url, encodeBase64url } from './base64url.ts';
import type { Brand } from './brand.ts';

/** A 256-bit key for {@link seal} and {@link open}. */
export type SealingKey = Brand<Uint8Array, 'SealingKey'>;

const nonceLength = 12;
const tagLength = 16;

/** Takes 32 bytes as a sealing key; undefined for any other length. */
export function sealingKey(bytes: Uint8Array): SealingKey | undefined {
  return bytes.byteLength === 32 ? (bytes as SealingKey) : undefined;
}

/** Derives an independent key for one purpose (HKDF-SHA-256, RFC 5869). */
export function deriveKey(secret: Uint8Array, purpose: string): SealingKey {
  return new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(0), `microauth ${purpose}`, 32)) as SealingKey;
}

/**
 * Encrypts and authenticates text (AES-256-GCM, random nonce) and returns base64url. `context` is bound to the
 * box without being stored in it: a box opens only where the same context is given, so a private key cannot be
 * moved to another tenant's row, nor a sealed request to another browser.
 */
export function seal(key: SealingKey, context: string, plaintext: string): string {
  const nonce = randomBytes(nonceLength);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength });
  cipher.setAAD(Buffer.from(context, 'utf8'));
  const body = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
  return encodeBase64url(Buffer.concat([nonce, body, cipher.getAuthTag()]));
}

/** Opens a box made by {@link seal}; undefined when the key, the context or a single bit differs. */
export function open(key: SealingKey, context: string, box: string): string | undefined {
  const bytes = decodeBase64url(box);
  if (bytes === undefined || bytes.byteLength < nonceLength + tagLength) {
    return undefined;
  }
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceLength), { authTagLength: tagLength });
  decipher.setAAD(Buffer.from(context, 'utf8'));
  decipher.setAuthTag(bytes.subarray(bytes.byteLength - tagLength));
  try {
    const body = bytes.subarray(nonceLength, bytes.byteLength - tagLength);
    return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}
