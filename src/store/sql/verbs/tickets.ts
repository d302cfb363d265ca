import type { TicketJudgement } from '../../account-port.ts';
import type { MessageRecord, TicketRecord } from '../../account-records.ts';
import type { Instant, TenantId } from '../../records.ts';
import { fromTicket, toTicket } from '../account-rows.ts';
import { sql } from '../schema.ts';
import { all, decide, first, run, type Verb } from '../verb.ts';
import { addMessage } from './messages.ts';

export function* createTicket(tenantId: TenantId, ticket: TicketRecord, message?: MessageRecord): Verb<void> {
  yield* run(sql.insertInto('tickets').values(fromTicket(tenantId, ticket)));
  if (message !== undefined) {
    yield* addMessage(tenantId, message);
  }
}

function living(tenantId: TenantId, now: Instant) {
  return sql.selectFrom('tickets').selectAll().where('tenant_id', '=', tenantId).where('expires_at', '>', now);
}

export function* findTicket(tenantId: TenantId, id: string, now: Instant): Verb<TicketRecord | undefined> {
  const row = yield* first(living(tenantId, now).where('id', '=', id));
  return row && toTicket(row);
}

export function* findTicketByLink(tenantId: TenantId, linkHash: string, now: Instant): Verb<TicketRecord | undefined> {
  const row = yield* first(living(tenantId, now).where('link_hash', '=', linkHash));
  return row && toTicket(row);
}

export function* listTickets(tenantId: TenantId, purpose: string, now: Instant): Verb<readonly TicketRecord[]> {
  const rows = yield* all(living(tenantId, now).where('purpose', '=', purpose).orderBy('created_at', 'desc').orderBy('id'));
  return rows.map(toTicket);
}

function spending(tenantId: TenantId, id: string, now: Instant) {
  return sql.deleteFrom('tickets').where('tenant_id', '=', tenantId).where('id', '=', id).where('expires_at', '>', now).returningAll();
}

export function* spendTicket(tenantId: TenantId, id: string, now: Instant): Verb<TicketRecord | undefined> {
  const row = yield* decide(spending(tenantId, id, now));
  return row && toTicket(row);
}

export function* judgeTicketCode(
  tenantId: TenantId,
  id: string,
  codeHash: string,
  now: Instant,
  maximumWrong: number,
): Verb<TicketJudgement> {
  const spent = yield* decide(
    spending(tenantId, id, now).where('code_hash', '=', codeHash).where('wrong_codes', '<', maximumWrong),
  );
  if (spent !== undefined) {
    return { kind: 'right', ticket: toTicket(spent) };
  }
  // Counting is the judgement: of any number of guesses at once, no more are told that they were wrong than may be.
  const counted = yield* first(
    sql
      .updateTable('tickets')
      .set((update) => ({ wrong_codes: update('wrong_codes', '+', 1) }))
      .where('tenant_id', '=', tenantId)
      .where('id', '=', id)
      .where('expires_at', '>', now)
      .where('wrong_codes', '<', maximumWrong)
      .returning('id'),
  );
  return { kind: counted === undefined ? 'dead' : 'wrong' };
}

export function* deleteTicket(tenantId: TenantId, id: string): Verb<boolean> {
  const row = yield* decide(sql.deleteFrom('tickets').where('tenant_id', '=', tenantId).where('id', '=', id).returning('id'));
  return row !== undefined;
}

export function* deleteTicketsOfUser(tenantId: TenantId, userId: string): Verb<number> {
  const rows = yield* all(sql.deleteFrom('tickets').where('tenant_id', '=', tenantId).where('user_id', '=', userId).returning('id'));
  return rows.length;
}

export function* spendProof(tenantId: TenantId, id: string, expiresAt: Instant): Verb<boolean> {
  const row = yield* decide(
    sql
      .insertInto('spent_proofs')
      .values({ tenant_id: tenantId, id, expires_at: expiresAt })
      .onConflict((conflict) => conflict.doNothing())
      .returning('id'),
  );
  return row !== undefined;
}
