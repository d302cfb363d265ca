import type { Delivery } from '../../account-port.ts';
import type { ClaimedMessage, MessageRecord } from '../../account-records.ts';
import type { Instant, TenantId } from '../../records.ts';
import { fromMessage, toMessage } from '../account-rows.ts';
import { sql } from '../schema.ts';
import { all, decide, type Verb } from '../verb.ts';

export function* addMessage(tenantId: TenantId, message: MessageRecord): Verb<void> {
  yield* decide(sql.insertInto('messages').values(fromMessage(tenantId, message)).returning('id'));
}

export function* claimMessages(now: Instant, until: Instant, limit: number): Verb<readonly ClaimedMessage[]> {
  const due = sql
    .selectFrom('messages')
    .select(['tenant_id', 'id'])
    .where('sent_at', 'is', null)
    .where('due_at', '<=', now)
    .where('expires_at', '>', now)
    .orderBy('due_at')
    .limit(limit);
  // The guards stand on the update, too: whoever comes second to a row finds it due later, and leaves it alone.
  const claimed = yield* all(
    sql
      .updateTable('messages')
      .set((update) => ({ due_at: until, tries: update('tries', '+', 1) }))
      .where((where) => where(where.refTuple('tenant_id', 'id'), 'in', due.$asTuple('tenant_id', 'id')))
      .where('sent_at', 'is', null)
      .where('due_at', '<=', now)
      .returningAll(),
  );
  return claimed
    .map((row) => ({ tenantId: row.tenant_id as TenantId, message: toMessage(row) }))
    .sort((a, b) => a.message.createdAt - b.message.createdAt);
}

export function* settleMessage(tenantId: TenantId, id: string, outcome: Delivery): Verb<void> {
  yield* decide(
    sql
      .updateTable('messages')
      .set('sentAt' in outcome ? { sent_at: outcome.sentAt, failure: null } : { failure: outcome.failure, due_at: outcome.dueAt })
      .where('tenant_id', '=', tenantId)
      .where('id', '=', id)
      .where('sent_at', 'is', null)
      .returning('id'),
  );
}

export function* listMessages(tenantId: TenantId, limit: number): Verb<readonly MessageRecord[]> {
  const rows = yield* all(
    sql.selectFrom('messages').selectAll().where('tenant_id', '=', tenantId).orderBy('created_at', 'desc').orderBy('id').limit(limit),
  );
  return rows.map(toMessage);
}
