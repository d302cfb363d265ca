import { hour, minute } from '../../../core/clock.ts';
import type { SweepReport } from '../../port.ts';
import type { Instant } from '../../records.ts';
import { sql } from '../schema.ts';
import { all, first, type Verb } from '../verb.ts';

/** Each kind of row with the column that says until when it can be needed. */
const perishable = [
  { table: 'grants', key: 'id', until: 'expires_at' },
  { table: 'sessions', key: 'id', until: 'expires_at' },
  { table: 'revoked_access_tokens', key: 'id', until: 'expires_at' },
  { table: 'attempts', key: 'bucket', until: 'resets_at' },
  { table: 'budgets', key: 'name', until: 'whole_at' },
  { table: 'remembered_devices', key: 'token_hash', until: 'expires_at' },
  { table: 'tickets', key: 'id', until: 'expires_at' },
  { table: 'spent_proofs', key: 'id', until: 'expires_at' },
  { table: 'messages', key: 'id', until: 'expires_at' },
  { table: 'security_events', key: 'id', until: 'expires_at' },
  { table: 'signing_keys', key: 'kid', until: 'retires_at' },
] as const;

/**
 * A code that ran out this long ago is good on no node, however its clock may go; until then whoever presents it is told
 * that it has expired.
 */
const codeIsOver = hour;

/**
 * How far the look at codes goes back from there. The sweep comes every minute, and after three more from another node
 * where one was lost; what is missed all the same goes with its session. Looking further would mean to walk past
 * everything that was redeemed, every minute.
 */
const codesInView = 5 * minute;

export function* sweep(now: Instant, limit: number): Verb<SweepReport> {
  const report: Record<string, number> = {};
  for (const { table, key, until } of perishable) {
    const keyColumn = sql.dynamic.ref<string>(key);
    const untilColumn = sql.dynamic.ref<string>(until);
    const expired = sql.selectFrom(table).select(['tenant_id', keyColumn]).where(untilColumn, '<=', now).limit(limit);
    const deleted = yield* all(
      sql
        .deleteFrom(table)
        .where((where) => where(where.refTuple('tenant_id', keyColumn as never), 'in', expired as never))
        .returning('tenant_id'),
    );
    report[table] = deleted.length;
  }
  report['unredeemed_codes'] = yield* sweepCodes(now - codeIsOver, limit);
  report['surplus_budgets'] = yield* sweepBudgets(limit);
  return report;
}

/** Deletes grants that never gave a token, and now never will. */
function* sweepCodes(over: Instant, limit: number): Verb<number> {
  const unredeemed = sql
    .selectFrom('grants')
    .select(['tenant_id', 'id'])
    .where('code_expires_at', '>', over - codesInView)
    .where('code_expires_at', '<=', over)
    .where('redeemed_at', 'is', null)
    .limit(limit);
  const deleted = yield* all(
    sql
      .deleteFrom('grants')
      .where((where) => where(where.refTuple('tenant_id', 'id'), 'in', unredeemed as never))
      .returning('tenant_id'),
  );
  return deleted.length;
}

/**
 * How many budgets are kept at most: strangers make them by naming addresses that nobody has. Those that are soonest whole go
 * first, so that none is forgotten that somebody has spent much of.
 */
const maximumBudgets = 200_000;

function* sweepBudgets(limit: number): Verb<number> {
  const surplus = yield* first(sql.selectFrom('budgets').select('whole_at').orderBy('whole_at', 'desc').limit(1).offset(maximumBudgets));
  if (surplus === undefined) {
    return 0;
  }
  const soonestWhole = sql.selectFrom('budgets').select(['tenant_id', 'name']).where('whole_at', '<=', surplus.whole_at).orderBy('whole_at').limit(limit);
  const deleted = yield* all(
    sql
      .deleteFrom('budgets')
      .where((where) => where(where.refTuple('tenant_id', 'name'), 'in', soonestWhole as never))
      .returning('tenant_id'),
  );
  return deleted.length;
}
