import { type Clock, day, hour, minute, second } from '../core/clock.ts';
import type { SealingKey } from '../core/seal.ts';
import type { Store } from '../store/port.ts';
import { type Instant, type SigningAlgorithm, type SigningKeyRecord, signingAlgorithms, type TenantId } from '../store/records.ts';
import { accessTokenLifetimes } from '../store/tenant-settings.ts';
import { generatePair, toSigningKey } from './key-pairs.ts';

/** How long relying parties may keep a JWK set (`Cache-Control: max-age`), in milliseconds. */
export const jwksMaxAge = 5 * minute;

/** How long a key is published before it signs: no cached JWK set lacks it by then. */
const publicationLead = 2 * jwksMaxAge;

/** For so long a retired key stays published: longer than any token may live that it has signed, plus the time that a JWK set may be cached. */
const publicationTail = accessTokenLifetimes.longest * second + hour + jwksMaxAge;

/**
 * For so long a retired key is kept, to recognise an ID token that comes back as a hint: as long as a sign-in lasts,
 * since until then an application may have no newer one (OpenID Connect RP-Initiated Logout §2).
 */
const recognitionTail = 14 * day + publicationTail;

/** How long a key signs before the schedule replaces it, in milliseconds. */
export const rotationPeriod = 90 * day;

interface RotationContext {
  readonly store: Store;
  readonly sealingKey: SealingKey;
  readonly clock: Clock;
}

/** A key that was made by a rotation. */
export interface NextKey {
  readonly algorithm: SigningAlgorithm;
  readonly kid: string;
  readonly activatesAt: Instant;
}

/** A key's place in its life: published but not used yet, signing, or published only for what it signed. */
export type KeyState = 'next' | 'active' | 'retired';

/** The state of a key among its tenant's keys, which come newest first. */
export function stateOf(key: SigningKeyRecord, keys: readonly SigningKeyRecord[], now: Instant): KeyState {
  if (key.activatesAt > now) {
    return 'next';
  }
  const active = keys.find((other) => other.algorithm === key.algorithm && other.activatesAt <= now);
  return active?.kid === key.kid ? 'active' : 'retired';
}

/** Those of a tenant's keys on which anybody may rely: all but the ones that were replaced long ago. */
export function publishedOf(keys: readonly SigningKeyRecord[], now: Instant): readonly SigningKeyRecord[] {
  const gone = (key: SigningKeyRecord) =>
    keys.some((other) => other.algorithm === key.algorithm && other.activatesAt > key.activatesAt && other.activatesAt + publicationTail <= now);
  return keys.some(gone) ? keys.filter((key) => !gone(key)) : keys;
}

/**
 * Gives the tenant a new key for each algorithm that it has one of and still uses; one that it uses no more retires. It is published now and signs after the longest
 * time that a JWK set may be cached; its predecessor stays published until nothing signed by it can be valid, and is
 * kept for as long as a sign-in lasts. Of several rotations at once one happens.
 */
export async function rotateSigningKeys(context: RotationContext, tenantId: TenantId): Promise<readonly NextKey[]> {
  return rotateWhere(context, tenantId, () => true);
}

/** Rotates the keys of at most `limit` tenants whose keys have been active for the rotation period. */
export async function rotateDueKeys(context: RotationContext, limit: number): Promise<readonly (NextKey & { readonly tenantId: TenantId })[]> {
  const activeSince = context.clock.now() - rotationPeriod;
  const rotated = [];
  for (const tenantId of await context.store.listTenantsDueForRotation(activeSince, limit)) {
    for (const key of await rotateWhere(context, tenantId, (latest) => latest.activatesAt <= activeSince)) {
      rotated.push({ ...key, tenantId });
    }
  }
  return rotated;
}

async function rotateWhere(context: RotationContext, tenantId: TenantId, isDue: (latest: SigningKeyRecord) => boolean): Promise<readonly NextKey[]> {
  const now = context.clock.now();
  const keys = await context.store.listSigningKeys(tenantId, now);
  const activatesAt = now + publicationLead;
  const rotated: NextKey[] = [];
  const used = (await context.store.findTenant(tenantId))?.settings.signingAlgorithms ?? [];
  for (const algorithm of signingAlgorithms) {
    const latest = keys.find((key) => key.algorithm === algorithm && key.retiresAt === null);
    if (latest === undefined || !isDue(latest)) {
      continue;
    }
    if (!used.includes(algorithm)) {
      await context.store.retireSigningKey(tenantId, latest.kid, now + recognitionTail);
      continue;
    }
    const next = toSigningKey(context.sealingKey, tenantId, algorithm, await generatePair(algorithm), now, activatesAt);
    if ((await context.store.rotateSigningKey(tenantId, latest.kid, next, activatesAt + recognitionTail)) === 'rotated') {
      rotated.push({ algorithm, kid: next.kid, activatesAt });
    }
  }
  return rotated;
}
