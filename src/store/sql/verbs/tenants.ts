import type { BrandImageRecord } from '../../account-records.ts';
import type { BrandImages, Change } from '../../port.ts';
import type { SigningKeyRecord, TenantAlias, TenantId, TenantRecord } from '../../records.ts';
import { fromBrandImage, toBrandImage } from '../account-rows.ts';
import { fromSigningKey, fromTenant, toTenant } from '../rows.ts';
import { sql, tenantTables } from '../schema.ts';
import { all, first, run, type Verb } from '../verb.ts';

export function* createTenant(
  tenant: TenantRecord,
  keys: readonly SigningKeyRecord[],
): Verb<'created' | 'name_taken' | 'domain_taken'> {
  // Somebody may still take a name before the next statements; one of them fails then, and the verb is driven again.
  const named = yield* first(sql.selectFrom('tenants').select('id').where('name', '=', tenant.name));
  if (named !== undefined || (yield* isTaken(tenant))) {
    return named === undefined ? 'domain_taken' : 'name_taken';
  }
  yield* run(sql.insertInto('tenants').values(fromTenant(tenant)));
  yield* putNames(tenant);
  for (const key of keys) {
    yield* run(sql.insertInto('signing_keys').values(fromSigningKey(tenant.id, key)));
  }
  return 'created';
}

export function* findTenantByDomain(domain: string): Verb<TenantRecord | undefined> {
  const own = yield* first(sql.selectFrom('tenants').selectAll().where('domain', '=', domain));
  const row =
    own ??
    (yield* first(
      sql
        .selectFrom('tenants')
        .selectAll()
        .where('id', '=', (where) => where.selectFrom('tenant_names').select('tenant_id').where('name', '=', domain).where('kind', '=', 'alias')),
    ));
  return row && toTenant(row, yield* aliasesOf(row.id));
}

export function* findTenant(idOrName: string): Verb<TenantRecord | undefined> {
  const row = yield* first(
    sql.selectFrom('tenants').selectAll().where((where) => where.or([where('id', '=', idOrName), where('name', '=', idOrName)])),
  );
  return row && toTenant(row, yield* aliasesOf(row.id));
}

export function* listTenants(): Verb<readonly TenantRecord[]> {
  const rows = yield* all(sql.selectFrom('tenants').selectAll().orderBy('name'));
  const aliases = Map.groupBy(yield* all(sql.selectFrom('tenant_names').selectAll().where('kind', '=', 'alias').orderBy('name')), ({ tenant_id }) => tenant_id);
  return rows.map((row) => toTenant(row, (aliases.get(row.id) ?? []).map(toAlias)));
}

export function* findAnyTenant(): Verb<TenantRecord | undefined> {
  const row = yield* first(sql.selectFrom('tenants').selectAll().limit(1));
  return row && toTenant(row, yield* aliasesOf(row.id));
}

export function* updateTenant(tenantId: TenantId, changed: TenantRecord, images: BrandImages = {}): Verb<Change | 'domain_taken'> {
  const tenant = { ...changed, id: tenantId };
  // Somebody may still take a name before the last statement; that one fails then, and the verb is driven again.
  if (yield* isTaken(tenant)) {
    return 'domain_taken';
  }
  const { id: _id, name: _name, sealed_secret: _secret, ...columns } = fromTenant(tenant);
  const row = yield* first(
    sql
      .updateTable('tenants')
      .set({ ...columns, version: tenant.version + 1 })
      .where('id', '=', tenantId)
      .where('version', '=', tenant.version)
      .returning('id'),
  );
  if (row === undefined) {
    const present = yield* first(sql.selectFrom('tenants').select('id').where('id', '=', tenantId));
    return present === undefined ? 'unknown' : 'lost';
  }
  yield* run(sql.deleteFrom('tenant_names').where('tenant_id', '=', tenantId));
  yield* putNames(tenant);
  for (const [name, image] of Object.entries(images)) {
    yield* run(sql.deleteFrom('brand_images').where('tenant_id', '=', tenantId).where('name', '=', name));
    if (image !== null) {
      yield* run(sql.insertInto('brand_images').values(fromBrandImage(tenantId, image)));
    }
  }
  return 'updated';
}

export function* findBrandImage(tenantId: TenantId, name: BrandImageRecord['name']): Verb<BrandImageRecord | undefined> {
  const row = yield* first(sql.selectFrom('brand_images').selectAll().where('tenant_id', '=', tenantId).where('name', '=', name));
  return row && toBrandImage(row);
}

export function* deleteTenant(tenantId: TenantId): Verb<boolean> {
  for (const table of tenantTables) {
    yield* run(sql.deleteFrom(table).where('tenant_id', '=', tenantId));
  }
  return (yield* first(sql.deleteFrom('tenants').where('id', '=', tenantId).returning('id'))) !== undefined;
}

function namesOf({ domain, aliases }: TenantRecord): readonly string[] {
  return [domain, ...aliases.map((alias) => alias.domain)];
}

/** Whether another tenant has one of the names. Of a tenant that a node of the version before has made, only the row itself knows. */
function* isTaken(tenant: TenantRecord): Verb<boolean> {
  const names = namesOf(tenant);
  const named = yield* first(sql.selectFrom('tenant_names').select('name').where('name', 'in', names).where('tenant_id', '!=', tenant.id));
  const domain = yield* first(sql.selectFrom('tenants').select('id').where('domain', 'in', names).where('id', '!=', tenant.id));
  return named !== undefined || domain !== undefined;
}

function* putNames({ id, domain, aliases }: TenantRecord): Verb<void> {
  const rows = [
    { tenant_id: id, name: domain, kind: 'domain', back_channel: null },
    ...aliases.map((alias) => ({ tenant_id: id, name: alias.domain, kind: 'alias', back_channel: alias.backChannel })),
  ];
  yield* run(sql.insertInto('tenant_names').values(rows));
}

function* aliasesOf(tenantId: string): Verb<readonly TenantAlias[]> {
  const rows = yield* all(
    sql.selectFrom('tenant_names').selectAll().where('tenant_id', '=', tenantId).where('kind', '=', 'alias').orderBy('name'),
  );
  return rows.map(toAlias);
}

function toAlias(row: { readonly name: string; readonly back_channel: string | null }): TenantAlias {
  return { domain: row.name, backChannel: row.back_channel };
}
