import type { SweepReport } from '../../port.ts';
import type { Instant } from '../../records.ts';
import { sql } from '../schema.ts';
import { all, type Verb } from '../verb.ts';

/** Each kind of row with the column that says until when it can be needed. */
const perishable = [
  { table: 'grants', key: 'id', until: 'expires_at' },
  { table: 'sessions', key: 'id', until: 'expires_at' },
  { table: 'revoked_access_tokens', key: 'id', until: 'expires_at' },
  { table: 'attempts', key: 'bucket', until: 'resets_at' },
  { table: 'remembered_devices', key: 'token_hash', until: 'expires_at' },
  { table: 'tickets', key: 'id', until: 'expires_at' },
  { table: 'spent_proofs', key: 'id', until: 'expires_at' },
  { table: 'messages', key: 'id', until: 'expires_at' },
  { table: 'security_events', key: 'id', until: 'expires_at' },
  { table: 'signing_keys', key: 'kid', until: 'retires_at' },
] as const;

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
  return report;
}
