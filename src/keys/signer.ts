import { createPrivateKey, createPublicKey, hash, type KeyObject, sign, verify, type webcrypto } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { decodeBase64url, encodeBase64url } from '../core/base64url.ts';
import type { Clock } from '../core/clock.ts';
import { open, type SealingKey } from '../core/seal.ts';
import type { Store } from '../store/port.ts';
import { type SigningAlgorithm, type SigningKeyRecord, type TenantId } from '../store/records.ts';
import type { EnsureKey } from './first-keys.ts';
import { signingKeyContext } from './key-pairs.ts';
import { hasLowS, toLowS } from './low-s.ts';
import { publishedOf } from './rotation.ts';

export interface JwkSet {
  readonly keys: readonly webcrypto.JsonWebKey[];
}

/** How many verified tokens are remembered; each takes about a kilobyte. */
const rememberedTokens = 1000;

/** A token whose signature has been verified. */
interface Genuine {
  readonly kid: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Signs and verifies the tenants' JWTs. */
export interface Signer {
  /** A compact JWS with the tenant's current key of this algorithm. */
  sign(tenantId: TenantId, algorithm: SigningAlgorithm, typ: string, claims: object): Promise<string>;
  /**
   * The claims of a JWT that one of the tenant's published keys signed under this `typ`; undefined for
   * anything else. Checks nothing but the signature and the header: what the claims must say is the caller's.
   */
  verify(tenantId: TenantId, typ: string, token: string): Promise<Readonly<Record<string, unknown>> | undefined>;
  /** The same for a JWT that is only to be recognised: its key may have gone from the published ones since. */
  recognise(tenantId: TenantId, typ: string, token: string): Promise<Readonly<Record<string, unknown>> | undefined>;
  /** The tenant's JWK set (RFC 7517 §5): public halves only, next and previous keys included, of the algorithms that it uses. The same object while the keys are the same. */
  publicKeys(tenantId: TenantId, algorithms: readonly SigningAlgorithm[]): Promise<JwkSet>;
}

/**
 * Signatures are made and verified on the calling thread: an ECDSA signature takes less time than handing it to
 * another thread and back. Imported keys are kept by thumbprint: a key never changes under its thumbprint, so
 * no entry is ever stale. Clients present one access token many times; that its signature is good is remembered by the
 * SHA-256 of tenant, type and the whole token, and counts for as long as the key that made it is published. Everything
 * else about the token is judged anew each time.
 */
export function createSigner(context: {
  readonly store: Store;
  readonly sealingKey: SealingKey;
  readonly clock: Clock;
  readonly ensureKey: EnsureKey;
}): Signer {
  const privateKeys = new LRUCache<string, KeyObject>({ max: 1000 });
  const publicKeys = new LRUCache<string, KeyObject>({ max: 1000 });
  const sets = new WeakMap<readonly SigningKeyRecord[], { readonly algorithms: readonly SigningAlgorithm[]; readonly set: JwkSet }>();
  const genuine = new LRUCache<string, Genuine>({ max: rememberedTokens });

  function privateKeyOf(tenantId: TenantId, record: SigningKeyRecord): KeyObject {
    let key = privateKeys.get(record.kid);
    if (key === undefined) {
      const jwk = open(context.sealingKey, signingKeyContext(tenantId, record.kid), record.sealedPrivateJwk);
      if (jwk === undefined) {
        throw new Error(`Signing key ${record.kid} does not open with this sealing key.`);
      }
      key = createPrivateKey({ key: JSON.parse(jwk) as webcrypto.JsonWebKey, format: 'jwk' });
      privateKeys.set(record.kid, key);
    }
    return key;
  }

  function publicKeyOf(record: SigningKeyRecord): KeyObject {
    let key = publicKeys.get(record.kid);
    if (key === undefined) {
      key = createPublicKey({ key: JSON.parse(record.publicJwk) as webcrypto.JsonWebKey, format: 'jwk' });
      publicKeys.set(record.kid, key);
    }
    return key;
  }

  /** The tenant's keys, with one of each of these algorithms at least. */
  async function keysOf(tenantId: TenantId, algorithms: readonly SigningAlgorithm[]): Promise<readonly SigningKeyRecord[]> {
    const keys = await context.store.listSigningKeys(tenantId, context.clock.now());
    const missing = algorithms.filter((algorithm) => !keys.some((key) => key.algorithm === algorithm && key.retiresAt === null));
    if (missing.length === 0) {
      return keys;
    }
    await Promise.all(missing.map((algorithm) => context.ensureKey(tenantId, algorithm)));
    return context.store.listSigningKeys(tenantId, context.clock.now());
  }

  function verifyWith(keys: readonly SigningKeyRecord[], tenantId: TenantId, typ: string, token: string): Genuine['claims'] | undefined {
    const name = hash('sha256', `${tenantId} ${typ} ${token}`, 'base64url');
    const known = genuine.get(name);
    if (known !== undefined && keys.some(({ kid }) => kid === known.kid)) {
      return known.claims;
    }
    const [encodedHeader, encodedPayload, encodedSignature, ...rest] = token.split('.');
    const header = parseObject(encodedHeader);
    const signature = decodeBase64url(encodedSignature ?? '');
    if (header === undefined || signature === undefined || rest.length > 0) {
      return undefined;
    }
    // RFC 8725 §3.11: explicit typing keeps the kinds of tokens apart. RFC 7515 §4.1.11: we understand no
    // extension, so a token that calls one critical is refused.
    if (header['typ'] !== typ || 'crit' in header) {
      return undefined;
    }
    // RFC 8725 §3.1: the algorithm belongs to the key, whatever the token claims.
    const record = keys.find((key) => key.kid === header['kid'] && key.algorithm === header['alg']);
    if (record === undefined || !verifyBytes(record.algorithm, publicKeyOf(record), Buffer.from(`${encodedHeader}.${encodedPayload}`), signature)) {
      return undefined;
    }
    const claims = parseObject(encodedPayload);
    if (claims !== undefined) {
      genuine.set(name, { kid: record.kid, claims });
    }
    return claims;
  }

  return {
    async sign(tenantId, algorithm, typ, claims) {
      const keys = await keysOf(tenantId, [algorithm]);
      const now = context.clock.now();
      // A tenant's very first key may be from a node whose clock is a little ahead.
      const usable = keys.filter((key) => key.algorithm === algorithm);
      const record = usable.find((key) => key.activatesAt <= now) ?? usable.at(-1);
      if (record === undefined) {
        throw new Error(`Tenant ${tenantId} has no active ${algorithm} key.`);
      }
      const header = encodeBase64url(JSON.stringify({ alg: algorithm, typ, kid: record.kid }));
      const input = `${header}.${encodeBase64url(JSON.stringify(claims))}`;
      return `${input}.${encodeBase64url(signBytes(algorithm, privateKeyOf(tenantId, record), Buffer.from(input)))}`;
    },

    async verify(tenantId, typ, token) {
      const now = context.clock.now();
      return verifyWith(publishedOf(await context.store.listSigningKeys(tenantId, now), now), tenantId, typ, token);
    },

    async recognise(tenantId, typ, token) {
      return verifyWith(await context.store.listSigningKeys(tenantId, context.clock.now()), tenantId, typ, token);
    },

    async publicKeys(tenantId, algorithms) {
      // All of them, needed yet or not: a relying party that has just fetched this may not ask again for a while.
      const keys = await keysOf(tenantId, algorithms);
      const published = publishedOf(keys, context.clock.now()).filter(({ algorithm }) => algorithms.includes(algorithm));
      let known = sets.get(keys);
      // Of one and the same list keys only ever fall out, as time goes by.
      if (known?.algorithms !== algorithms || known.set.keys.length !== published.length) {
        const set = { keys: published.map((key) => ({ ...(JSON.parse(key.publicJwk) as webcrypto.JsonWebKey), kid: key.kid, alg: key.algorithm, use: 'sig' })) };
        known = { algorithms, set };
        sets.set(keys, known);
      }
      return known.set;
    },
  };
}

/** A JSON object in base64url; undefined for anything else. A second spelling of the same bytes is refused. */
function parseObject(encoded: string | undefined): Record<string, unknown> | undefined {
  const bytes = decodeBase64url(encoded ?? '');
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes ?? []).toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function signBytes(algorithm: SigningAlgorithm, key: KeyObject, data: Uint8Array): Uint8Array {
  switch (algorithm) {
    case 'RS256':
      return sign('sha256', data, key);
    case 'ES256':
      return toLowS(sign('sha256', data, { key, dsaEncoding: 'ieee-p1363' }));
    case 'EdDSA':
      return sign(null, data, key);
  }
}

function verifyBytes(algorithm: SigningAlgorithm, key: KeyObject, data: Uint8Array, signature: Uint8Array): boolean {
  switch (algorithm) {
    case 'RS256':
      return verify('sha256', data, key, signature);
    case 'ES256':
      return hasLowS(signature) && verify('sha256', data, { key, dsaEncoding: 'ieee-p1363' }, signature);
    case 'EdDSA':
      return verify(null, data, key, signature);
  }
}
