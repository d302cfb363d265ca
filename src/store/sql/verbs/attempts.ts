import type { AttemptDecision } from '../../port.ts';
import type { AttemptBucket, Instant, TenantId } from '../../records.ts';
import { sql } from '../schema.ts';
import { first, run, type Verb } from '../verb.ts';

export function* takeAttempt(tenantId: TenantId, buckets: readonly AttemptBucket[], now: Instant): Verb<AttemptDecision> {
  let retryAt = 0;
  // In one order for everybody, so that two attempts can wait for each other but never mutually.
  const ordered = buckets.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  for (const bucket of ordered) {
    // Counting first and judging the count after leaves no moment in which two attempts see the same one.
    const counted = yield* first(
      sql
        .insertInto('attempts')
        .values({ tenant_id: tenantId, bucket: bucket.key, count: 1, resets_at: now + bucket.window })
        .onConflict((conflict) =>
          conflict.columns(['tenant_id', 'bucket']).doUpdateSet((update) => ({
            count: update
              .case()
              .when('attempts.resets_at', '<=', now)
              .then(1)
              .else(update('attempts.count', '+', 1))
              .end(),
            resets_at: update
              .case()
              .when('attempts.resets_at', '<=', now)
              .then(now + bucket.window)
              .else(update.ref('attempts.resets_at'))
              .end(),
          })),
        )
        .returning(['count', 'resets_at']),
    );
    if (counted !== undefined && counted.count > bucket.limit) {
      retryAt = Math.max(retryAt, counted.resets_at);
    }
  }
  if (retryAt === 0) {
    return { allowed: true };
  }
  yield* returnAttempt(tenantId, ordered.map(({ key }) => key));
  return { allowed: false, retryAt };
}

export function* returnAttempt(tenantId: TenantId, keys: readonly string[]): Verb<void> {
  for (const key of keys.toSorted()) {
    yield* run(
      sql
        .updateTable('attempts')
        .set((update) => ({ count: update('count', '-', 1) }))
        .where('tenant_id', '=', tenantId)
        .where('bucket', '=', key)
        .where('count', '>', 0),
    );
  }
}
