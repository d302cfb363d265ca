import type { SecurityEventRecord } from '../../account-records.ts';
import type { TenantId } from '../../records.ts';
import { fromSecurityEvent, toSecurityEvent } from '../account-rows.ts';
import { sql } from '../schema.ts';
import { all, decide, type Verb } from '../verb.ts';

export function* addSecurityEvent(tenantId: TenantId, event: SecurityEventRecord): Verb<void> {
  yield* decide(sql.insertInto('security_events').values(fromSecurityEvent(tenantId, event)).returning('id'));
}

export function* listSecurityEvents(tenantId: TenantId, userId: string, limit: number): Verb<readonly SecurityEventRecord[]> {
  const rows = yield* all(
    sql
      .selectFrom('security_events')
      .selectAll()
      .where('tenant_id', '=', tenantId)
      .where('user_id', '=', userId)
      .orderBy('at', 'desc')
      .orderBy('id')
      .limit(limit),
  );
  return rows.map(toSecurityEvent);
}
