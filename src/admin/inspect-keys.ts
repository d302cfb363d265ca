import { type Clock, day, second } from '../core/clock.ts';
import type { SealingKey } from '../core/seal.ts';
import { type KeyState, publishedOf, rotationPeriod, stateOf } from '../keys/rotation.ts';
import { opensTenantSecret } from '../keys/tenant-secrets.ts';
import type { Store } from '../store/port.ts';
import type { SigningKeyRecord, TenantRecord } from '../store/records.ts';

/** A signing key as operators see it. */
export interface InspectedKey {
  readonly tenant: TenantRecord;
  readonly key: SigningKeyRecord;
  readonly state: KeyState;
}

/** Every published key of every tenant, and what about keys and secrets needs attention: one sentence each. */
export interface KeyInspection {
  readonly keys: readonly InspectedKey[];
  readonly problems: readonly string[];
}

/** The schedule has this long to rotate a key that is due, so that a server may be away for a few days. */
const slack = 7 * day;

/** A key from later than this has been made by a node whose clock is ahead, or this one's is behind. */
const tolerance = 5 * second;

/** Looks at the signing keys of all tenants, and changes nothing. */
export async function inspectKeys({ store, sealingKey, clock }: { readonly store: Store; readonly sealingKey: SealingKey; readonly clock: Clock }): Promise<KeyInspection> {
  const now = clock.now();
  const inspected: InspectedKey[] = [];
  const problems: string[] = [];
  for (const tenant of await store.listTenants()) {
    if (!opensTenantSecret(sealingKey, tenant)) {
      problems.push(`The secret of tenant ${tenant.name} does not open under the sealing key; "microauth keys reseal" was not finished, or the key is another one.`);
    }
    const keys = publishedOf(await store.listSigningKeys(tenant.id, now), now).filter(({ algorithm }) => tenant.settings.signingAlgorithms.includes(algorithm));
    for (const key of keys) {
      const state = stateOf(key, keys, now);
      inspected.push({ tenant, key, state });
      if (state === 'active' && key.retiresAt === null && now - key.activatesAt > rotationPeriod + slack) {
        problems.push(`The ${key.algorithm} key of tenant ${tenant.name} has been signing for ${Math.floor((now - key.activatesAt) / day)} days; a running server rotates it after ${rotationPeriod / day}, "microauth keys rotate" does it now.`);
      }
      if (key.createdAt > now + tolerance) {
        problems.push(`The ${key.algorithm} key of tenant ${tenant.name} was made ${Math.round((key.createdAt - now) / second)} seconds from now: this machine's clock is behind, or another node's is ahead.`);
      }
    }
  }
  return { keys: inspected, problems };
}
