import { emailKey } from '../../../core/email-address.ts';
import type { AddressCollision } from '../../port.ts';
import type { TenantId } from '../../records.ts';
import { sql } from '../schema.ts';
import { list, text } from '../values.ts';
import { all, first, run, type Verb } from '../verb.ts';

/** How many rows are looked at in one statement. */
const pageSize = 500;

interface Place {
  readonly tenantId: string;
  readonly id: string;
}

/** Before the first user. */
const start: Place = { tenantId: '', id: '' };

interface Spelled {
  readonly tenantId: TenantId;
  readonly id: string;
  readonly email: string;
  readonly key: string;
}

interface Page {
  readonly users: readonly Spelled[];
  /** The last one that was looked at; undefined where nobody comes after. */
  readonly last: Place | undefined;
}

/** Users whose address has letters beyond ASCII and is not kept in its one spelling. */
function* oddlySpelled(after: Place): Verb<Page> {
  const rows = yield* all(
    sql
      .selectFrom('users')
      .select(['tenant_id', 'id', 'email', 'email_key'])
      .where((where) => where(where.refTuple('tenant_id', 'id'), '>', where.tuple(after.tenantId, after.id)))
      .where((where) => where(where.fn('octet_length', ['email_key']), '<>', where.fn('length', ['email_key'])))
      .orderBy('tenant_id')
      .orderBy('id')
      .limit(pageSize),
  );
  const users = rows
    .map((row) => ({ tenantId: row.tenant_id as TenantId, id: row.id, email: row.email, key: row.email_key }))
    .filter(({ key }) => emailKey(key) !== key);
  const end = rows.at(-1);
  return { users, last: rows.length < pageSize || end === undefined ? undefined : { tenantId: end.tenant_id, id: end.id } };
}

/** Brings every address to its one spelling. Who cannot have it, since another account has it, keeps the old one and is nobody's loss. */
function* rewriteEmailKeys(): Verb<void> {
  for (let after: Place | undefined = start; after !== undefined; ) {
    const { users, last }: Page = yield* oddlySpelled(after);
    for (const { tenantId, id, key } of users) {
      if ((yield* holderOf(tenantId, emailKey(key))) === undefined) {
        yield* run(sql.updateTable('users').set({ email_key: emailKey(key) }).where('tenant_id', '=', tenantId).where('id', '=', id));
      }
    }
    after = last;
  }
}

function* holderOf(tenantId: TenantId, key: string): Verb<string | undefined> {
  const row = yield* first(sql.selectFrom('users').select('id').where('tenant_id', '=', tenantId).where('email_key', '=', key));
  return row?.id;
}

/** The domains that there are already, beside which aliases will stand. */
function* nameTenants(): Verb<void> {
  yield* run(
    sql
      .insertInto('tenant_names')
      .columns(['tenant_id', 'name', 'kind'])
      .expression((from) => from.selectFrom('tenants').select((tenant) => ['id', 'domain', tenant.val('domain').as('kind')])),
  );
}

/** Lets every client have the scope `groups` that has `openid`, as it is stored: separated by spaces. */
function* addGroupsScope(): Verb<void> {
  for (const { tenant_id, id, scopes } of yield* all(sql.selectFrom('clients').select(['tenant_id', 'id', 'scopes']))) {
    const had = list(scopes);
    if (had.includes('openid') && !had.includes('groups')) {
      yield* run(sql.updateTable('clients').set((client) => ({ scopes: text([...had, 'groups']), version: client('version', '+', 1) })).where('tenant_id', '=', tenant_id).where('id', '=', id));
    }
  }
}

/** What a migration writes anew, by its name there. */
export const rewrites = { email_keys: rewriteEmailKeys, tenant_names: nameTenants, groups_scope: addGroupsScope } as const;

export function* listAddressCollisions(limit: number): Verb<readonly AddressCollision[]> {
  const collisions: AddressCollision[] = [];
  for (let after: Place | undefined = start; after !== undefined && collisions.length < limit; ) {
    const { users, last }: Page = yield* oddlySpelled(after);
    for (const { tenantId, id, email, key } of users) {
      collisions.push({ tenantId, userId: id, email, holderId: yield* holderOf(tenantId, emailKey(key)) });
    }
    after = last;
  }
  return collisions.slice(0, limit);
}
