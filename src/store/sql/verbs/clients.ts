import type { Change } from '../../port.ts';
import type { ClientRecord, ResourceRecord, TenantId } from '../../records.ts';
import { fromClient, fromResource, toClient, toResource } from '../rows.ts';
import { sql } from '../schema.ts';
import { all, first, run, type Verb } from '../verb.ts';

export function* createClient(tenantId: TenantId, client: ClientRecord): Verb<'created' | 'id_taken'> {
  const row = yield* first(
    sql.insertInto('clients').values(fromClient(tenantId, client)).onConflict((conflict) => conflict.doNothing()).returning('id'),
  );
  return row === undefined ? 'id_taken' : 'created';
}

export function* findClient(tenantId: TenantId, clientId: string): Verb<ClientRecord | undefined> {
  const row = yield* first(sql.selectFrom('clients').selectAll().where('tenant_id', '=', tenantId).where('id', '=', clientId));
  return row && toClient(row);
}

export function* listClients(tenantId: TenantId): Verb<readonly ClientRecord[]> {
  return (yield* all(sql.selectFrom('clients').selectAll().where('tenant_id', '=', tenantId).orderBy('id'))).map(toClient);
}

export function* updateClient(tenantId: TenantId, client: ClientRecord): Verb<Change> {
  const row = yield* first(
    sql
      .updateTable('clients')
      .set({ ...fromClient(tenantId, client), version: client.version + 1 })
      .where('tenant_id', '=', tenantId)
      .where('id', '=', client.id)
      .where('version', '=', client.version)
      .returning('id'),
  );
  if (row !== undefined) {
    return 'updated';
  }
  return (yield* findClient(tenantId, client.id)) === undefined ? 'unknown' : 'lost';
}

export function* deleteClient(tenantId: TenantId, clientId: string): Verb<boolean> {
  for (const table of ['grants', 'consents'] as const) {
    yield* run(sql.deleteFrom(table).where('tenant_id', '=', tenantId).where('client_id', '=', clientId));
  }
  const row = yield* first(
    sql.deleteFrom('clients').where('tenant_id', '=', tenantId).where('id', '=', clientId).returning('id'),
  );
  return row !== undefined;
}

export function* createResource(tenantId: TenantId, resource: ResourceRecord): Verb<'created' | 'identifier_taken'> {
  const row = yield* first(
    sql
      .insertInto('resources')
      .values(fromResource(tenantId, resource))
      .onConflict((conflict) => conflict.doNothing())
      .returning('identifier'),
  );
  return row === undefined ? 'identifier_taken' : 'created';
}

export function* listResources(tenantId: TenantId): Verb<readonly ResourceRecord[]> {
  const rows = yield* all(sql.selectFrom('resources').selectAll().where('tenant_id', '=', tenantId).orderBy('identifier'));
  return rows.map(toResource);
}

export function* updateResource(tenantId: TenantId, resource: ResourceRecord): Verb<Change> {
  const { identifier } = resource;
  const row = yield* first(
    sql
      .updateTable('resources')
      .set({ ...fromResource(tenantId, resource), version: resource.version + 1 })
      .where('tenant_id', '=', tenantId)
      .where('identifier', '=', identifier)
      .where('version', '=', resource.version)
      .returning('identifier'),
  );
  if (row !== undefined) {
    return 'updated';
  }
  return (yield* listResources(tenantId)).some((known) => known.identifier === identifier) ? 'lost' : 'unknown';
}

export function* deleteResource(tenantId: TenantId, identifier: string): Verb<boolean> {
  const row = yield* first(
    sql.deleteFrom('resources').where('tenant_id', '=', tenantId).where('identifier', '=', identifier).returning('identifier'),
  );
  return row !== undefined;
}
