import type { AttemptDecision } from '../../port.ts';
import type { AttemptBucket, Instant, TenantId } from '../../records.ts';
import { sql } from '../schema.ts';
import { all, first, run, type Verb } from '../verb.ts';

/*
 * A budget is kept as the moment at which it is whole again; each attempt puts that off by `every`. What is not yet whole
 * by more than the burst is spent (the generic cell rate algorithm, ITU-T I.371). A row is needed only until its moment.
 */

export function* takeAttempt(tenantId: TenantId, buckets: readonly AttemptBucket[], now: Instant): Verb<AttemptDecision> {
  // Whoever is refused anyway writes nothing: a flood of refusals costs no commit and no row.
  const before = yield* all(
    sql
      .selectFrom('budgets')
      .select(['name', 'whole_at'])
      .where('tenant_id', '=', tenantId)
      .where('name', 'in', buckets.map(({ key }) => key)),
  );
  const wholeAt = new Map(before.map((row) => [row.name, row.whole_at]));
  const spent = retryAt(buckets.map((bucket) => ({ bucket, wholeAt: Math.max(wholeAt.get(bucket.key) ?? now, now) + bucket.every })), now);
  if (spent !== undefined) {
    return { allowed: false, retryAt: spent };
  }
  // In one order for everybody, so that two attempts can wait for each other but never mutually.
  const ordered = buckets.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const counted: Counted[] = [];
  for (const bucket of ordered) {
    // Counting first and judging after leaves no moment in which two attempts see the same budget.
    const row = yield* first(
      sql
        .insertInto('budgets')
        .values({ tenant_id: tenantId, name: bucket.key, whole_at: now + bucket.every })
        .onConflict((conflict) =>
          conflict.columns(['tenant_id', 'name']).doUpdateSet((update) => ({
            whole_at: update
              .case()
              .when('budgets.whole_at', '<=', now)
              .then(now + bucket.every)
              .else(update('budgets.whole_at', '+', bucket.every))
              .end(),
          })),
        )
        .returning('whole_at'),
    );
    if (row !== undefined) {
      counted.push({ bucket, wholeAt: row.whole_at });
    }
  }
  const overdrawn = retryAt(counted, now);
  if (overdrawn === undefined) {
    return { allowed: true };
  }
  yield* returnAttempt(tenantId, ordered, now);
  return { allowed: false, retryAt: overdrawn };
}

interface Counted {
  readonly bucket: AttemptBucket;
  /** When the budget is whole again, this attempt included. */
  readonly wholeAt: Instant;
}

/** When there is enough of every budget; undefined where there is now. */
function retryAt(counted: readonly Counted[], now: Instant): Instant | undefined {
  const latest = Math.max(...counted.map(({ bucket, wholeAt }) => wholeAt - bucket.burst * bucket.every));
  return latest > now ? latest : undefined;
}

export function* returnAttempt(tenantId: TenantId, buckets: readonly AttemptBucket[], now: Instant): Verb<void> {
  for (const bucket of buckets.toSorted((a, b) => (a.key < b.key ? -1 : 1))) {
    const row = yield* first(
      sql
        .updateTable('budgets')
        .set((update) => ({ whole_at: update('whole_at', '-', bucket.every) }))
        .where('tenant_id', '=', tenantId)
        .where('name', '=', bucket.key)
        .returning('whole_at'),
    );
    if (row !== undefined && row.whole_at <= now) {
      // What is whole needs no row, and whoever is refused leaves none behind.
      yield* run(sql.deleteFrom('budgets').where('tenant_id', '=', tenantId).where('name', '=', bucket.key).where('whole_at', '<=', now));
    }
  }
}
