import { untilCounted } from '../store/guarded-change.ts';
import type { Store } from '../store/port.ts';
import type { TenantId } from '../store/records.ts';
import { withShapeOf } from './hash-shapes.ts';

/**
 * Notes what a hash of another system costs, so that from then on everybody's wrong password costs as much
 * (docs/decisions/0035-imported-hashes-cost-everybody.md). Where others change the tenant all the time, the next guess notes it.
 */
export async function noteImportedHash(store: Store, tenantId: TenantId, hash: string): Promise<void> {
  await untilCounted(async () => {
    const tenant = await store.findTenant(tenantId);
    const known = tenant?.settings.importedHashes ?? [];
    const importedHashes = withShapeOf(hash, known);
    return tenant === undefined || importedHashes === known ? 'noted' : store.updateTenant(tenantId, { ...tenant, settings: { ...tenant.settings, importedHashes } });
  });
}
