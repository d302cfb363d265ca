import type { BrandImageRecord } from '../../account-records.ts';
import type { TenantId } from '../../records.ts';
import { type TenantSettings, writeSettings } from '../../tenant-settings.ts';
import { fromBrandImage, toBrandImage } from '../account-rows.ts';
import { sql } from '../schema.ts';
import { decide, first, type Verb } from '../verb.ts';

export function* updateTenant(
  tenantId: TenantId,
  { displayName, settings }: { readonly displayName?: string; readonly settings?: TenantSettings },
): Verb<boolean> {
  const row = yield* first(
    sql
      .updateTable('tenants')
      .set({
        // Changes nothing, and makes it a statement even where nothing is to be changed.
        id: tenantId,
        ...(displayName !== undefined && { display_name: displayName }),
        ...(settings !== undefined && { settings: writeSettings(settings) }),
      })
      .where('id', '=', tenantId)
      .returning('id'),
  );
  return row !== undefined;
}

export function* putBrandImage(tenantId: TenantId, image: BrandImageRecord): Verb<void> {
  const row = fromBrandImage(tenantId, image);
  yield* decide(
    sql
      .insertInto('brand_images')
      .values(row)
      .onConflict((conflict) => conflict.columns(['tenant_id', 'name']).doUpdateSet(row))
      .returning('name'),
  );
}

export function* findBrandImage(tenantId: TenantId, name: BrandImageRecord['name']): Verb<BrandImageRecord | undefined> {
  const row = yield* first(sql.selectFrom('brand_images').selectAll().where('tenant_id', '=', tenantId).where('name', '=', name));
  return row && toBrandImage(row);
}

export function* deleteBrandImage(tenantId: TenantId, name: BrandImageRecord['name']): Verb<boolean> {
  const row = yield* decide(sql.deleteFrom('brand_images').where('tenant_id', '=', tenantId).where('name', '=', name).returning('name'));
  return row !== undefined;
}
