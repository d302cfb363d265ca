/** Bytes or UTF-8 text to base64url without padding (RFC 4648 §5). */
export function encodeBase64url(data: Uint8Array | string): string {
  return (typeof data === 'string' ? Buffer.from(data, 'utf8') : Buffer.from(data.buffer, data.byteOffset, data.byteLength)).toString(
    'base64url',
  );
}

/**
 * Canonical base64url to bytes; undefined for anything else. Two spellings of one value would let a changed
 * token pass as the original, so padding, foreign characters and stray trailing bits are refused.
 */
export function decodeBase64url(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : undefined;
}
