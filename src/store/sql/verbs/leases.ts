import type { Instant } from '../../records.ts';
import { sql } from '../schema.ts';
import { decide, type Verb } from '../verb.ts';

export function* takeLease(name: string, holder: string, now: Instant, expiresAt: Instant): Verb<boolean> {
  const taken = yield* decide(
    sql
      .insertInto('leases')
      .values({ name, holder, expires_at: expiresAt })
      .onConflict((conflict) =>
        conflict
          .column('name')
          .doUpdateSet({ holder, expires_at: expiresAt })
          .where((where) => where.or([where('leases.holder', '=', holder), where('leases.expires_at', '<=', now)])),
      )
      .returning('name'),
  );
  return taken !== undefined;
}
