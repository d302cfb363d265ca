import { createHash, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { seal, type SealingKey } from '../core/seal.ts';
import type { Instant, SigningAlgorithm, SigningKeyRecord, TenantId } from '../store/records.ts';

/** A fresh key pair that belongs to nobody yet. */
export interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const generate = promisify(generateKeyPair);

/** Makes a key pair on a thread of the pool. An RSA pair takes about 0.1 s, the others nothing to speak of. */
export function generatePair(algorithm: SigningAlgorithm): Promise<KeyPair> {
  switch (algorithm) {
    case 'RS256':
      return generate('rsa', { modulusLength: 2048 });
    case 'ES256':
      return generate('ec', { namedCurve: 'P-256' });
    case 'EdDSA':
      return generate('ed25519');
  }
}

/** What the private key of `kid` is sealed for: it opens in no other tenant's row. */
export function signingKeyContext(tenantId: TenantId, kid: string): string {
  return `signing-key ${tenantId} ${kid}`;
}

/** Makes a tenant's key of a pair: named by its thumbprint, the private half sealed. */
export function toSigningKey(
  sealingKey: SealingKey,
  tenantId: TenantId,
  algorithm: SigningAlgorithm,
  pair: KeyPair,
  createdAt: Instant,
  activatesAt: Instant,
): SigningKeyRecord {
  const publicJwk = pair.publicKey.export({ format: 'jwk' });
  const kid = thumbprint(publicJwk);
  return {
    kid,
    algorithm,
    publicJwk: JSON.stringify(publicJwk),
    sealedPrivateJwk: seal(sealingKey, signingKeyContext(tenantId, kid), JSON.stringify(pair.privateKey.export({ format: 'jwk' }))),
    createdAt,
    activatesAt,
    retiresAt: null,
  };
}

/** RFC 7638: the hash over the required members in lexicographic order. */
function thumbprint(jwk: { crv?: string; e?: string; kty?: string; n?: string; x?: string; y?: string }): string {
  const { crv, e, kty, n, x, y } = jwk;
  return createHash('sha256').update(JSON.stringify({ crv, e, kty, n, x, y })).digest('base64url');
}
