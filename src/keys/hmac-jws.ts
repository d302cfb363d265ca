import { createHmac } from 'node:crypto';
import { decodeBase64url, encodeBase64url } from '../core/base64url.ts';
import { constantTimeEqual } from '../core/hash.ts';
import type { SealingKey } from '../core/seal.ts';

/**
 * A compact JWS with HS256 (RFC 7515 §3.1). The same key and claims give the same token byte for byte, which
 * is what lets a lost refresh answer be given once more without having been stored.
 */
export function signHmac(key: SealingKey, typ: string, claims: object): string {
  const input = `${headerOf(typ)}.${encodeBase64url(JSON.stringify(claims))}`;
  return `${input}.${macOf(key, input)}`;
}

/**
 * The claims of a token made by {@link signHmac} with this key and `typ`; undefined for anything else. The
 * header is compared as a whole, so no other algorithm can be talked into (RFC 8725 §3.1, §3.11).
 */
export function verifyHmac(key: SealingKey, typ: string, token: string): unknown {
  const [header, payload, mac, ...rest] = token.split('.');
  if (header !== headerOf(typ) || payload === undefined || mac === undefined || rest.length > 0) {
    return undefined;
  }
  if (!constantTimeEqual(mac, macOf(key, `${header}.${payload}`))) {
    return undefined;
  }
  return JSON.parse(Buffer.from(decodeBase64url(payload) ?? []).toString('utf8'));
}

/** There are only a few types, each with a header that never changes. */
const headers = new Map<string, string>();

function headerOf(typ: string): string {
  let header = headers.get(typ);
  if (header === undefined) {
    header = encodeBase64url(JSON.stringify({ alg: 'HS256', typ }));
    headers.set(typ, header);
  }
  return header;
}

function macOf(key: SealingKey, input: string): string {
  return createHmac('sha256', key).update(input).digest('base64url');
}
