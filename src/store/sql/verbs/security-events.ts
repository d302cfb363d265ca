import type { SecurityEventRecord } from '../../account-records.ts';
import type { TenantId } from '../../records.ts';
import { fromSecurityEvent, toSecurityEvent } from '../account-rows.ts';
import { sql } from '../schema.ts';
import { excessAtOnce } from '../values.ts';
import { all, decide, type Verb } from '../verb.ts';

export function* addSecurityEvent(tenantId: TenantId, event: SecurityEventRecord): Verb<void> {
  yield* decide(sql.insertInto('security_events').values(fromSecurityEvent(tenantId, event)).returning('id'));
}

export function* deleteExcessSecurityEvents(tenantId: TenantId, userId: string, maximum: number): Verb<boolean> {
  const oldest = sql
    .selectFrom('security_events')
    .select(['tenant_id', 'id'])
    .where('tenant_id', '=', tenantId)
    .where('user_id', '=', userId)
    .orderBy('at', 'desc')
    .orderBy('id')
    .limit(excessAtOnce)
    .offset(maximum);
  const row = yield* decide(
    sql
      .deleteFrom('security_events')
      .where((where) => where(where.refTuple('tenant_id', 'id'), 'in', oldest as never))
      .returning('id'),
  );
  return row !== undefined;
}

export function* listSecurityEvents(tenantId: TenantId, userId: string, limit: number, skip = 0): Verb<readonly SecurityEventRecord[]> {
  const rows = yield* all(
    sql
      .selectFrom('security_events')
      .selectAll()
      .where('tenant_id', '=', tenantId)
      .where('user_id', '=', userId)
      .orderBy('at', 'desc')
      .orderBy('id')
      .limit(limit)
      .offset(skip),
  );
  return rows.map(toSecurityEvent);
}
