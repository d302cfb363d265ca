import { createHash, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { Clock } from '../core/clock.ts';
import { hour, minute } from '../core/clock.ts';
import { seal, type SealingKey } from '../core/seal.ts';
import type { Store } from '../store/port.ts';
import { type Instant, type SigningAlgorithm, type SigningKeyRecord, signingAlgorithms, type TenantId } from '../store/records.ts';

const generate = promisify(generateKeyPair);

/** How long relying parties may keep a JWK set (`Cache-Control: max-age`), in milliseconds. */
export const jwksMaxAge = 5 * minute;

/** How long a key is published before it signs: no cached JWK set lacks it by then. */
const publicationLead = 2 * jwksMaxAge;

/** Longer than any signed token lives, plus the time that a JWK set may be cached. */
const retirementDelay = 2 * hour + jwksMaxAge;

/** What the private key of `kid` is sealed for: it opens in no other tenant's row. */
export function signingKeyContext(tenantId: TenantId, kid: string): string {
  return `signing-key ${tenantId} ${kid}`;
}

/** Makes a key pair, the private half sealed. An RSA key costs about 0.1 s on a thread of the pool. */
export async function generateSigningKey(
  sealingKey: SealingKey,
  tenantId: TenantId,
  algorithm: SigningAlgorithm,
  createdAt: Instant,
  activatesAt: Instant,
): Promise<SigningKeyRecord> {
  const { publicKey, privateKey } = await generateFor(algorithm);
  const publicJwk = publicKey.export({ format: 'jwk' });
  const kid = thumbprint(publicJwk);
  return {
    kid,
    algorithm,
    publicJwk: JSON.stringify(publicJwk),
    sealedPrivateJwk: seal(sealingKey, signingKeyContext(tenantId, kid), JSON.stringify(privateKey.export({ format: 'jwk' }))),
    createdAt,
    activatesAt,
    retiresAt: null,
  };
}

function generateFor(algorithm: SigningAlgorithm): Promise<{ publicKey: KeyObject; privateKey: KeyObject }> {
  switch (algorithm) {
    case 'RS256':
      return generate('rsa', { modulusLength: 2048 });
    case 'ES256':
      return generate('ec', { namedCurve: 'P-256' });
    case 'EdDSA':
      return generate('ed25519');
  }
}

/** RFC 7638: the hash over the required members in lexicographic order. */
function thumbprint(jwk: { crv?: string; e?: string; kty?: string; n?: string; x?: string; y?: string }): string {
  const { crv, e, kty, n, x, y } = jwk;
  return createHash('sha256').update(JSON.stringify({ crv, e, kty, n, x, y })).digest('base64url');
}

/**
 * Gives the tenant a new key for each algorithm. It is published now and signs after the longest time that a
 * JWK set may be cached; its predecessor stays published until nothing signed by it can be valid.
 */
export async function rotateSigningKeys(
  context: { readonly store: Store; readonly sealingKey: SealingKey; readonly clock: Clock },
  tenantId: TenantId,
): Promise<readonly { readonly algorithm: SigningAlgorithm; readonly kid: string; readonly activatesAt: Instant }[]> {
  const now = context.clock.now();
  const keys = await context.store.listSigningKeys(tenantId, now);
  const activatesAt = now + publicationLead;
  const rotated = [];
  for (const algorithm of signingAlgorithms) {
    const latest = keys.find((key) => key.algorithm === algorithm);
    const next = await generateSigningKey(context.sealingKey, tenantId, algorithm, now, activatesAt);
    const outcome = await context.store.rotateSigningKey(tenantId, latest?.kid ?? '', next, activatesAt + retirementDelay);
    if (outcome === 'rotated') {
      rotated.push({ algorithm, kid: next.kid, activatesAt });
    }
  }
  return rotated;
}
