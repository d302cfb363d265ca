import type { AttemptDecision } from '../../port.ts';
import type { AttemptBucket, Instant, TenantId } from '../../records.ts';
import { sql } from '../schema.ts';
import { all, first, run, type Verb } from '../verb.ts';

export function* takeAttempt(tenantId: TenantId, buckets: readonly AttemptBucket[], now: Instant): Verb<AttemptDecision> {
  let retryAt = 0;
  for (const bucket of buckets) {
    const row = yield* first(
      sql.selectFrom('attempts').selectAll().where('tenant_id', '=', tenantId).where('bucket', '=', bucket.key),
    );
    if (row !== undefined && row.resets_at > now && row.count >= bucket.limit) {
      retryAt = Math.max(retryAt, row.resets_at);
    }
  }
  if (retryAt > 0) {
    return { allowed: false, retryAt };
  }
  for (const bucket of buckets) {
    const fresh = { count: 1, resets_at: now + bucket.window };
    const restarted = yield* first(
      sql
        .updateTable('attempts')
        .set(fresh)
        .where('tenant_id', '=', tenantId)
        .where('bucket', '=', bucket.key)
        .where('resets_at', '<=', now)
        .returning('bucket'),
    );
    if (restarted === undefined) {
      yield* run(
        sql
          .insertInto('attempts')
          .values({ tenant_id: tenantId, bucket: bucket.key, ...fresh })
          .onConflict((conflict) =>
            conflict.columns(['tenant_id', 'bucket']).doUpdateSet((update) => ({ count: update('attempts.count', '+', 1) })),
          ),
      );
    }
  }
  return { allowed: true };
}

export function* returnAttempt(tenantId: TenantId, keys: readonly string[]): Verb<void> {
  for (const key of keys) {
    yield* all(
      sql
        .updateTable('attempts')
        .set((update) => ({ count: update('count', '-', 1) }))
        .where('tenant_id', '=', tenantId)
        .where('bucket', '=', key)
        .where('count', '>', 0),
    );
  }
}
