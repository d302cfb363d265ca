import type { Change, NewPassword } from '../../port.ts';
import type { Instant, TenantId, UserRecord } from '../../records.ts';
import { fromUser, toUser } from '../rows.ts';
import { sql, userTables } from '../schema.ts';
import { flag } from '../values.ts';
import { template } from '../template.ts';
import { all, decide, first, run, type Verb } from '../verb.ts';
import { revokeSessionsOfUser } from './revocations.ts';
import { deleteTicketsOfUser } from './tickets.ts';

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

export function* updateUser(tenantId: TenantId, user: UserRecord): Verb<Change | 'email_taken'> {
  // Somebody may still take the address before the update; that one fails then, and the verb is driven again.
  const holder = yield* findUserByEmail(tenantId, user.emailKey);
  if (holder !== undefined && holder.id !== user.id) {
    return 'email_taken';
  }
  const before = yield* findUser(tenantId, user.id);
  if (before === undefined) {
    return 'unknown';
  }
  const row = yield* first(
    sql
      .updateTable('users')
      .set({ ...fromUser(tenantId, user), version: user.version + 1 })
      .where('tenant_id', '=', tenantId)
      .where('id', '=', user.id)
      .where('version', '=', user.version)
      .returning('id'),
  );
  if (row === undefined) {
    return 'lost';
  }
  if (before.enabled !== user.enabled) {
    yield* endAll(tenantId, user.id, user.updatedAt);
  } else if (before.emailKey !== user.emailKey) {
    yield* deleteTicketsOfUser(tenantId, user.id);
  }
  return 'updated';
}

/** Both when an account is closed and when it opens again: what a sign-in of the same moment has added after it was closed is not there then. */
function* endAll(tenantId: TenantId, userId: string, now: Instant): Verb<void> {
  yield* revokeSessionsOfUser(tenantId, userId, 'user_disabled', now);
  yield* deleteTicketsOfUser(tenantId, userId);
}

export function* setUserEnabled(tenantId: TenantId, userId: string, enabled: boolean, now: Instant): Verb<UserRecord | undefined> {
  const changed = yield* first(
    sql
      .updateTable('users')
      .set((user) => ({ enabled: flag(enabled), updated_at: now, version: user('version', '+', 1) }))
      .where('tenant_id', '=', tenantId)
      .where('id', '=', userId)
      .where('enabled', '=', flag(!enabled))
      .returningAll(),
  );
  if (changed === undefined) {
    return yield* findUser(tenantId, userId);
  }
  yield* endAll(tenantId, userId, now);
  return toUser(changed);
}

export function* setPassword(tenantId: TenantId, userId: string, password: NewPassword, now: Instant, keepSession?: string): Verb<boolean> {
  const row = yield* first(
    sql
      .updateTable('users')
      .set((user) => ({ password_hash: password.hash, password_by_mail: flag(password.byMail), updated_at: now, version: user('version', '+', 1) }))
      .where('tenant_id', '=', tenantId)
      .where('id', '=', userId)
      .returning('id'),
  );
  if (row === undefined) {
    return false;
  }
  yield* revokeSessionsOfUser(tenantId, userId, 'password_changed', now, keepSession);
  yield* deleteTicketsOfUser(tenantId, userId);
  return true;
}

export function* rehashPassword(tenantId: TenantId, userId: string, from: string, to: string): Verb<boolean> {
  const row = yield* decide(
    sql
      .updateTable('users')
      .set((user) => ({ password_hash: to, version: user('version', '+', 1) }))
      .where('tenant_id', '=', tenantId)
      .where('id', '=', userId)
      .where('password_hash', '=', from)
      .returning('id'),
  );
  return row !== undefined;
}

export function* trustPassword(tenantId: TenantId, userId: string, passwordHash: string): Verb<boolean> {
  const row = yield* decide(
    sql
      .updateTable('users')
      .set((user) => ({ password_by_mail: flag(false), version: user('version', '+', 1) }))
      .where('tenant_id', '=', tenantId)
      .where('id', '=', userId)
      .where('password_hash', '=', passwordHash)
      .returning('id'),
  );
  return row !== undefined;
}

export function* verifyEmail(tenantId: TenantId, userId: string, emailKey: string, now: Instant): Verb<boolean> {
  const row = yield* first(
    sql
      .updateTable('users')
      .set((user) => ({ email_verified: 1, updated_at: now, version: user('version', '+', 1) }))
      .where('tenant_id', '=', tenantId)
      .where('id', '=', userId)
      .where('email_key', '=', emailKey)
      .where('email_verified', '=', 0)
      .returning('id'),
  );
  return row !== undefined;
}

export function* changeEmail(
  tenantId: TenantId,
  userId: string,
  address: { readonly email: string; readonly emailKey: string },
  now: Instant,
): Verb<'changed' | 'email_taken' | 'unknown'> {
  // Somebody may still take the address before the next statement; that one fails then, and the verb is driven again.
  const holder = yield* findUserByEmail(tenantId, address.emailKey);
  if (holder !== undefined && holder.id !== userId) {
    return 'email_taken';
  }
  const row = yield* first(
    sql
      .updateTable('users')
      .set((user) => ({ email: address.email, email_key: address.emailKey, email_verified: 1, updated_at: now, version: user('version', '+', 1) }))
      .where('tenant_id', '=', tenantId)
      .where('id', '=', userId)
      .returning('id'),
  );
  if (row === undefined) {
    return 'unknown';
  }
  yield* deleteTicketsOfUser(tenantId, userId);
  return 'changed';
}


export function* acceptTerms(tenantId: TenantId, userId: string, now: Instant): Verb<boolean> {
  const row = yield* decide(
    sql
      .updateTable('users')
      .set((user) => ({ terms_accepted_at: now, version: user('version', '+', 1) }))
      .where('tenant_id', '=', tenantId)
      .where('id', '=', userId)
      .returning('id'),
  );
  return row !== undefined;
}

export function* deleteUser(tenantId: TenantId, userId: string): Verb<boolean> {
  for (const table of userTables) {
    yield* run(sql.deleteFrom(table).where('tenant_id', '=', tenantId).where('user_id', '=', userId));
  }
  const row = yield* first(sql.deleteFrom('users').where('tenant_id', '=', tenantId).where('id', '=', userId).returning('id'));
  return row !== undefined;
}
