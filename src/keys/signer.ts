import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { compactVerify, errors, importJWK, type JWK } from 'jose';
import { LRUCache } from 'lru-cache';
import { decodeBase64url, encodeBase64url } from '../core/base64url.ts';
import type { Clock } from '../core/clock.ts';
import { open, type SealingKey } from '../core/seal.ts';
import type { Store } from '../store/port.ts';
import type { SigningAlgorithm, SigningKeyRecord, TenantId } from '../store/records.ts';
import { hasLowS, toLowS } from './low-s.ts';
import { signingKeyContext } from './signing-keys.ts';

/** Signs and verifies the tenants' JWTs. */
export interface Signer {
  /** A compact JWS with the tenant's current key of this algorithm. */
  sign(tenantId: TenantId, algorithm: SigningAlgorithm, typ: string, claims: object): Promise<string>;
  /**
   * The claims of a JWT that one of the tenant's published keys signed under this `typ`; undefined for
   * anything else. Checks nothing but the signature and the header: what the claims must say is the caller's.
   */
  verify(tenantId: TenantId, typ: string, token: string): Promise<Record<string, unknown> | undefined>;
  /** The tenant's JWK set (RFC 7517 §5): public halves only, next and previous keys included. */
  publicKeys(tenantId: TenantId): Promise<readonly JWK[]>;
}

/** Imported keys are kept by thumbprint: a key never changes under its thumbprint, so no entry is ever stale. */
export function createSigner(context: { readonly store: Store; readonly sealingKey: SealingKey; readonly clock: Clock }): Signer {
  const privateKeys = new LRUCache<string, KeyObject>({ max: 1000 });
  const publicKeys = new LRUCache<string, Awaited<ReturnType<typeof importJWK>>>({ max: 1000 });

  function privateKeyOf(tenantId: TenantId, record: SigningKeyRecord): KeyObject {
    let key = privateKeys.get(record.kid);
    if (key === undefined) {
      const jwk = open(context.sealingKey, signingKeyContext(tenantId, record.kid), record.sealedPrivateJwk);
      if (jwk === undefined) {
        throw new Error(`Signing key ${record.kid} does not open with this sealing key.`);
      }
      key = createPrivateKey({ key: JSON.parse(jwk) as JWK, format: 'jwk' });
      privateKeys.set(record.kid, key);
    }
    return key;
  }

  async function publicKeyOf(record: SigningKeyRecord) {
    let key = publicKeys.get(record.kid);
    if (key === undefined) {
      key = await importJWK(JSON.parse(record.publicJwk) as JWK, record.algorithm);
      publicKeys.set(record.kid, key);
    }
    return key;
  }

  return {
    async sign(tenantId, algorithm, typ, claims) {
      const now = context.clock.now();
      const keys = await context.store.listSigningKeys(tenantId, now);
      const record = keys.find((key) => key.algorithm === algorithm && key.activatesAt <= now);
      if (record === undefined) {
        throw new Error(`Tenant ${tenantId} has no active ${algorithm} key.`);
      }
      const header = encodeBase64url(JSON.stringify({ alg: algorithm, typ, kid: record.kid }));
      const input = `${header}.${encodeBase64url(JSON.stringify(claims))}`;
      return `${input}.${encodeBase64url(signBytes(algorithm, privateKeyOf(tenantId, record), Buffer.from(input)))}`;
    },

    async verify(tenantId, typ, token) {
      // RFC 7515 §3.1; a second spelling of the same bytes is refused, so that a token cannot be stretched.
      const parts = token.split('.').map(decodeBase64url);
      const signature = parts[2];
      if (parts.length !== 3 || signature === undefined || parts.includes(undefined)) {
        return undefined;
      }
      const keys = await context.store.listSigningKeys(tenantId, context.clock.now());
      try {
        const { payload, protectedHeader } = await compactVerify(token, (header) => {
          // RFC 8725 §3.1: the algorithm belongs to the key, whatever the token claims.
          const record = keys.find((key) => key.kid === header.kid && key.algorithm === header.alg);
          if (record === undefined || (record.algorithm === 'ES256' && !hasLowS(signature))) {
            throw new errors.JWKSNoMatchingKey();
          }
          return publicKeyOf(record);
        });
        // RFC 8725 §3.11: explicit typing keeps the kinds of tokens apart.
        if (protectedHeader.typ !== typ) {
          return undefined;
        }
        return JSON.parse(new TextDecoder().decode(payload)) as Record<string, unknown>;
      } catch (error) {
        if (error instanceof errors.JOSEError) {
          return undefined;
        }
        throw error;
      }
    },

    async publicKeys(tenantId) {
      const keys = await context.store.listSigningKeys(tenantId, context.clock.now());
      return keys.map((key) => ({ ...(JSON.parse(key.publicJwk) as JWK), kid: key.kid, alg: key.algorithm, use: 'sig' }));
    },
  };
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
