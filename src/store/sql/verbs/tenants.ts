import type { SigningKeyRecord, TenantId, TenantRecord } from '../../records.ts';
import { fromSigningKey, fromTenant, toTenant } from '../rows.ts';
import { sql, tenantTables } from '../schema.ts';
import { all, first, run, type Verb } from '../verb.ts';

export function* createTenant(
  tenant: TenantRecord,
  keys: readonly SigningKeyRecord[],
): Verb<'created' | 'name_taken' | 'domain_taken'> {
  const inserted = yield* first(
    sql.insertInto('tenants').values(fromTenant(tenant)).onConflict((conflict) => conflict.doNothing()).returning('id'),
  );
  if (inserted === undefined) {
    const named = yield* first(sql.selectFrom('tenants').select('id').where('name', '=', tenant.name));
    return named === undefined ? 'domain_taken' : 'name_taken';
  }
  for (const key of keys) {
    yield* run(sql.insertInto('signing_keys').values(fromSigningKey(tenant.id, key)));
  }
  return 'created';
}

export function* findTenantByDomain(domain: string): Verb<TenantRecord | undefined> {
  const row = yield* first(sql.selectFrom('tenants').selectAll().where('domain', '=', domain));
  return row && toTenant(row);
}

export function* findTenant(idOrName: string): Verb<TenantRecord | undefined> {
  const row = yield* first(
    sql.selectFrom('tenants').selectAll().where((where) => where.or([where('id', '=', idOrName), where('name', '=', idOrName)])),
  );
  return row && toTenant(row);
}

export function* listTenants(): Verb<readonly TenantRecord[]> {
  return (yield* all(sql.selectFrom('tenants').selectAll().orderBy('name'))).map(toTenant);
}

export function* findAnyTenant(): Verb<TenantRecord | undefined> {
  const row = yield* first(sql.selectFrom('tenants').selectAll().limit(1));
  return row && toTenant(row);
}

export function* setTenantDomain(tenantId: TenantId, domain: string): Verb<'changed' | 'domain_taken' | 'unknown'> {
  const holder = yield* first(sql.selectFrom('tenants').select('id').where('domain', '=', domain).where('id', '!=', tenantId));
  if (holder !== undefined) {
    return 'domain_taken';
  }
  const row = yield* first(sql.updateTable('tenants').set({ domain }).where('id', '=', tenantId).returning('id'));
  return row === undefined ? 'unknown' : 'changed';
}

export function* deleteTenant(tenantId: TenantId): Verb<boolean> {
  for (const table of tenantTables) {
    yield* run(sql.deleteFrom(table).where('tenant_id', '=', tenantId));
  }
  return (yield* first(sql.deleteFrom('tenants').where('id', '=', tenantId).returning('id'))) !== undefined;
}
