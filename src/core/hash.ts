import { hash, timingSafeEqual } from 'node:crypto';

/** SHA-256 of the UTF-8 text, base64url (43 characters). How every random secret is stored. */
export function sha256(text: string): string {
  return hash('sha256', text, 'base64url');
}

/** The bytes of a hash of the ASCII text. */
export function hashBytes(algorithm: 'sha256' | 'sha512', text: string): Buffer {
  return hash(algorithm, text, 'buffer');
}

/** Compares without telling by its duration where two strings differ. Only the length may be learned. */
export function constantTimeEqual(left: string, right: string): boolean {
  const a = Buffer.from(left, 'utf8');
  const b = Buffer.from(right, 'utf8');
  return a.byteLength === b.byteLength && timingSafeEqual(a, b);
}
