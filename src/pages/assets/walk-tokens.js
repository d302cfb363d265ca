import { send } from './walk-http.js';
import { member, members } from './walk-state.js';

/** @typedef {{ readonly header: Record<string, unknown>, readonly payload: Record<string, unknown> }} Decoded */

/** @param {string} part */
function bytesOf(part) {
  return Uint8Array.from(atob(part.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0));
}

/** @param {string} part */
function decodePart(part) {
  return members({ status: 200, text: new TextDecoder().decode(bytesOf(part)) });
}

/**
 * Header and payload of a JWT, unverified; undefined for anything else.
 * @param {string} token
 * @returns {Decoded | undefined}
 */
export function decodeToken(token) {
  const [header, payload, signature] = token.split('.');
  try {
    return header && payload && signature ? { header: decodePart(header), payload: decodePart(payload) } : undefined;
  } catch {
    return undefined;
  }
}

/** @type {Record<string, { importKey: RsaHashedImportParams | EcKeyImportParams | Algorithm, verify: EcdsaParams | Algorithm }>} */
const algorithms = {
  RS256: { importKey: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, verify: { name: 'RSASSA-PKCS1-v1_5' } },
  ES256: { importKey: { name: 'ECDSA', namedCurve: 'P-256' }, verify: { name: 'ECDSA', hash: 'SHA-256' } },
  EdDSA: { importKey: { name: 'Ed25519' }, verify: { name: 'Ed25519' } },
};

/**
 * Checks the token's signature with the issuer's published key, as every relying party should.
 * @param {import('./walk-state.js').Walk} walk
 * @param {string} token
 * @returns {Promise<import('./walk-state.js').Verdict>}
 */
export async function verifySignature(walk, token) {
  const { alg, kid } = decodeToken(token)?.header ?? {};
  const algorithm = algorithms[String(alg)];
  const reply = await send(member(walk.replies['walk-discover'], 'jwks_uri'));
  const { keys } = /** @type {{ keys?: (JsonWebKey & { kid?: string })[] }} */ (members(reply));
  const jwk = keys?.find((key) => key.kid === kid);
  if (algorithm === undefined || jwk === undefined) {
    return { ok: false, text: `No key at jwks_uri fits kid ${String(kid)} and alg ${String(alg)}.` };
  }
  try {
    const key = await crypto.subtle.importKey('jwk', jwk, algorithm.importKey, false, ['verify']);
    const end = token.lastIndexOf('.');
    const signed = new TextEncoder().encode(token.slice(0, end));
    const ok = await crypto.subtle.verify(algorithm.verify, key, bytesOf(token.slice(end + 1)), signed);
    return { ok, text: ok ? `The signature is valid: ${String(alg)}, key ${String(kid)} at jwks_uri.` : 'The signature does not verify.' };
  } catch (error) {
    return { ok: false, text: `This browser could not check it: ${String(error)}` };
  }
}
