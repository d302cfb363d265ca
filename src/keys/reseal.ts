import { open, seal, type SealingKey } from '../core/seal.ts';
import type { Resealing, Store } from '../store/port.ts';
import type { TenantId } from '../store/records.ts';
import { signingKeyContext } from './key-pairs.ts';
import { tenantSecretContext } from './tenant-secrets.ts';

/** What became of everything that is sealed. */
export interface Resealed {
  /** Boxes that have been sealed under the new key now. */
  readonly changed: number;
  /** Boxes that were sealed under it already: an earlier try had come so far, or nothing was to be done. */
  readonly unchanged: number;
  /** What opens under neither key, by name. Nothing has been changed then. */
  readonly lost: readonly string[];
}

/** One sealed text with what it is sealed for. */
interface Box {
  readonly name: string;
  readonly context: string;
  readonly sealed: string;
  readonly change: (to: string) => Resealing;
}

/**
 * Seals every tenant's secret and every private signing key under a new sealing key, all in one commit. Doing it once
 * more finds what somebody made under the old key in the meantime.
 *
 * Seeds of authenticator apps and messages are sealed under keys that derive from a tenant's secret. The secret stays
 * the same under its new seal, so they need no resealing.
 */
export async function resealEverything(store: Store, from: SealingKey, to: SealingKey): Promise<Resealed> {
  const changes: Resealing[] = [];
  const lost: string[] = [];
  let unchanged = 0;
  for (const { name, context, sealed, change } of await listBoxes(store)) {
    const content = open(from, context, sealed);
    if (content !== undefined) {
      changes.push(change(seal(to, context, content)));
    } else if (open(to, context, sealed) === undefined) {
      lost.push(name);
    } else {
      unchanged += 1;
    }
  }
  if (lost.length > 0) {
    return { changed: 0, unchanged, lost };
  }
  return { changed: await store.reseal(changes), unchanged, lost };
}

async function listBoxes(store: Store): Promise<readonly Box[]> {
  const boxes: Box[] = [];
  for (const tenant of await store.listTenants()) {
    boxes.push({
      name: `the secret of tenant ${tenant.name}`,
      context: tenantSecretContext(tenant.id),
      sealed: tenant.sealedSecret,
      change: (to) => ({ tenantId: tenant.id, kid: undefined, from: tenant.sealedSecret, to }),
    });
    boxes.push(...(await listKeyBoxes(store, tenant.id, tenant.name)));
  }
  return boxes;
}

async function listKeyBoxes(store: Store, tenantId: TenantId, name: string): Promise<readonly Box[]> {
  // At the beginning of time no key had retired: this lists those, too, that only wait to be swept.
  const keys = await store.listSigningKeys(tenantId, 0);
  return keys.map((key) => ({
    name: `signing key ${key.kid} of tenant ${name}`,
    context: signingKeyContext(tenantId, key.kid),
    sealed: key.sealedPrivateJwk,
    change: (to) => ({ tenantId, kid: key.kid, from: key.sealedPrivateJwk, to }),
  }));
}
