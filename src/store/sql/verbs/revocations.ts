import type { Instant, TenantId } from '../../records.ts';
import { sql } from '../schema.ts';
import { first, run, type Verb } from '../verb.ts';
import { forgetDevices } from './devices.ts';
import { endSessionsOfUser } from './sessions.ts';

/* Ending sessions together with everything that was granted in them, offline access too. */

function grantsOf(tenantId: TenantId, userId: string, reason: string, now: Instant) {
  return sql
    .updateTable('grants')
    .set({ revoked_at: now, revocation_reason: reason })
    .where('tenant_id', '=', tenantId)
    .where('user_id', '=', userId)
    .where('revoked_at', 'is', null);
}

export function* revokeSession(tenantId: TenantId, userId: string, sessionId: string, reason: string, now: Instant): Verb<boolean> {
  const row = yield* first(
    sql
      .deleteFrom('sessions')
      .where('tenant_id', '=', tenantId)
      .where('user_id', '=', userId)
      .where('id', '=', sessionId)
      .returning('id'),
  );
  yield* run(grantsOf(tenantId, userId, reason, now).where('session_id', '=', sessionId));
  return row !== undefined;
}

export function* revokeSessionsOfUser(tenantId: TenantId, userId: string, reason: string, now: Instant, keepSession?: string): Verb<number> {
  const ended = yield* endSessionsOfUser(tenantId, userId, keepSession);
  const grants = grantsOf(tenantId, userId, reason, now);
  yield* run(keepSession === undefined ? grants : grants.where('session_id', '!=', keepSession));
  yield* forgetDevices(tenantId, userId);
  return ended;
}
