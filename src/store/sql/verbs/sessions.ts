import type { ConsentRecord, Instant, SessionRecord, TenantId } from '../../records.ts';
import { fromConsent, fromSession, toConsent, toSession } from '../rows.ts';
import { sql } from '../schema.ts';
import { excessAtOnce, flag } from '../values.ts';
import { template } from '../template.ts';
import { all, decide, first, run, type Verb } from '../verb.ts';

export function* startSession(tenantId: TenantId, session: SessionRecord): Verb<void> {
  yield* decide(sql.insertInto('sessions').values(fromSession(tenantId, session)).returning('id'));
}

export function* continueSession(tenantId: TenantId, session: SessionRecord): Verb<boolean> {
  const row = yield* decide(
    sql
      .updateTable('sessions')
      .set(fromSession(tenantId, session))
      .where('tenant_id', '=', tenantId)
      .where('id', '=', session.id)
      .where('user_id', '=', session.userId)
      .returning('id'),
  );
  return row !== undefined;
}

const sessionOfCookie = template((values: { tenantId: TenantId; cookieHash: string; now: Instant }) =>
  sql
    .selectFrom('sessions')
    .innerJoin('users', (join) => join.onRef('users.tenant_id', '=', 'sessions.tenant_id').onRef('users.id', '=', 'sessions.user_id'))
    .selectAll('sessions')
    .where('sessions.tenant_id', '=', values.tenantId)
    .where('sessions.cookie_hash', '=', values.cookieHash)
    .where('sessions.expires_at', '>', values.now)
    .where('users.enabled', '=', flag(true)),
);

export function* findSession(tenantId: TenantId, cookieHash: string, now: Instant): Verb<SessionRecord | undefined> {
  const row = yield* first(sessionOfCookie({ tenantId, cookieHash, now }));
  return row && toSession(row);
}

export function* listSessions(tenantId: TenantId, userId: string, now: Instant): Verb<readonly SessionRecord[]> {
  const rows = yield* all(
    sql
      .selectFrom('sessions')
      .selectAll()
      .where('tenant_id', '=', tenantId)
      .where('user_id', '=', userId)
      .where('expires_at', '>', now)
      .orderBy('created_at', 'desc')
      .orderBy('id'),
  );
  return rows.map(toSession);
}

export function* endSession(tenantId: TenantId, sessionId: string): Verb<boolean> {
  const row = yield* decide(
    sql.deleteFrom('sessions').where('tenant_id', '=', tenantId).where('id', '=', sessionId).returning('id'),
  );
  return row !== undefined;
}

export function* endExcessSessions(tenantId: TenantId, userId: string, maximum: number): Verb<boolean> {
  const longestUnused = sql
    .selectFrom('sessions')
    .select(['tenant_id', 'id'])
    .where('tenant_id', '=', tenantId)
    .where('user_id', '=', userId)
    .orderBy('auth_time', 'desc')
    .orderBy('id')
    .limit(excessAtOnce)
    .offset(maximum);
  const row = yield* decide(
    sql
      .deleteFrom('sessions')
      .where((where) => where(where.refTuple('tenant_id', 'id'), 'in', longestUnused as never))
      .returning('id'),
  );
  return row !== undefined;
}

export function* endSessionsOfUser(tenantId: TenantId, userId: string, keepSession?: string): Verb<number> {
  const ofUser = sql.deleteFrom('sessions').where('tenant_id', '=', tenantId).where('user_id', '=', userId).returning('id');
  const rows = yield* all(keepSession === undefined ? ofUser : ofUser.where('id', '!=', keepSession));
  return rows.length;
}

const consentOf = template((values: { tenantId: TenantId; userId: string; clientId: string }) =>
  sql
    .selectFrom('consents')
    .selectAll()
    .where('tenant_id', '=', values.tenantId)
    .where('user_id', '=', values.userId)
    .where('client_id', '=', values.clientId),
);

export function* findConsent(tenantId: TenantId, userId: string, clientId: string): Verb<ConsentRecord | undefined> {
  const row = yield* first(consentOf({ tenantId, userId, clientId }));
  return row && toConsent(row);
}

export function* listConsentsOfUser(tenantId: TenantId, userId: string): Verb<readonly ConsentRecord[]> {
  const rows = yield* all(
    sql.selectFrom('consents').selectAll().where('tenant_id', '=', tenantId).where('user_id', '=', userId).orderBy('client_id'),
  );
  return rows.map(toConsent);
}

export function* addConsent(tenantId: TenantId, consent: ConsentRecord): Verb<void> {
  const row = fromConsent(tenantId, consent);
  // Writing first holds the row, so that what another tab allowed in between is not lost.
  const before = yield* first(
    sql
      .insertInto('consents')
      .values(row)
      .onConflict((conflict) =>
        conflict.columns(['tenant_id', 'user_id', 'client_id']).doUpdateSet({ granted_at: row.granted_at }),
      )
      .returningAll(),
  );
  const known = before === undefined ? {} : toConsent(before).allowed;
  const added = Object.entries(consent.allowed).map(([resource, items]) => [resource, [...new Set([...(known[resource] ?? []), ...items])]] as const);
  yield* run(
    sql
      .updateTable('consents')
      .set({ allowed: fromConsent(tenantId, { ...consent, allowed: { ...known, ...Object.fromEntries(added) } }).allowed })
      .where('tenant_id', '=', tenantId)
      .where('user_id', '=', consent.userId)
      .where('client_id', '=', consent.clientId),
  );
}
