import type { Instant, TenantId, UserRecord } from '../../records.ts';
import { fromUser, toUser } from '../rows.ts';
import { sql } from '../schema.ts';
import { template } from '../template.ts';
import { all, first, run, type Verb } from '../verb.ts';
import { endSessionsOfUser } from './sessions.ts';

export function* createUser(tenantId: TenantId, user: UserRecord): Verb<'created' | 'email_taken'> {
  const row = yield* first(
    sql.insertInto('users').values(fromUser(tenantId, user)).onConflict((conflict) => conflict.doNothing()).returning('id'),
  );
  return row === undefined ? 'email_taken' : 'created';
}

const userById = template((values: { tenantId: TenantId; userId: string }) =>
  sql.selectFrom('users').selectAll().where('tenant_id', '=', values.tenantId).where('id', '=', values.userId),
);

export function* findUser(tenantId: TenantId, userId: string): Verb<UserRecord | undefined> {
  const row = yield* first(userById({ tenantId, userId }));
  return row && toUser(row);
}

export function* findUserByEmail(tenantId: TenantId, emailKey: string): Verb<UserRecord | undefined> {
  const row = yield* first(
    sql.selectFrom('users').selectAll().where('tenant_id', '=', tenantId).where('email_key', '=', emailKey),
  );
  return row && toUser(row);
}

export function* listUsers(tenantId: TenantId): Verb<readonly UserRecord[]> {
  return (yield* all(sql.selectFrom('users').selectAll().where('tenant_id', '=', tenantId).orderBy('email_key'))).map(toUser);
}

export function* updateUser(tenantId: TenantId, user: UserRecord): Verb<'updated' | 'email_taken' | 'unknown'> {
  const holder = yield* findUserByEmail(tenantId, user.emailKey);
  if (holder !== undefined && holder.id !== user.id) {
    return 'email_taken';
  }
  const row = yield* first(
    sql
      .updateTable('users')
      .set(fromUser(tenantId, user))
      .where('tenant_id', '=', tenantId)
      .where('id', '=', user.id)
      .returning('id'),
  );
  return row === undefined ? 'unknown' : 'updated';
}

export function* setPassword(tenantId: TenantId, userId: string, passwordHash: string, now: Instant): Verb<boolean> {
  const row = yield* first(
    sql
      .updateTable('users')
      .set({ password_hash: passwordHash, updated_at: now })
      .where('tenant_id', '=', tenantId)
      .where('id', '=', userId)
      .returning('id'),
  );
  if (row === undefined) {
    return false;
  }
  yield* endSessionsOfUser(tenantId, userId);
  yield* run(
    sql
      .updateTable('grants')
      .set({ revoked_at: now, revocation_reason: 'password_changed' })
      .where('tenant_id', '=', tenantId)
      .where('user_id', '=', userId)
      .where('revoked_at', 'is', null),
  );
  return true;
}

export function* deleteUser(tenantId: TenantId, userId: string): Verb<boolean> {
  for (const table of ['sessions', 'grants', 'consents'] as const) {
    yield* run(sql.deleteFrom(table).where('tenant_id', '=', tenantId).where('user_id', '=', userId));
  }
  const row = yield* first(sql.deleteFrom('users').where('tenant_id', '=', tenantId).where('id', '=', userId).returning('id'));
  return row !== undefined;
}
