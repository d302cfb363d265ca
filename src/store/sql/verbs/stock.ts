import type { Stock } from '../../port.ts';
import type { Instant, SigningAlgorithm } from '../../records.ts';
import type { Dialect } from '../engine.ts';
import { sql } from '../schema.ts';
import { all, first, type Verb } from '../verb.ts';

export function* takeStock(now: Instant): Verb<Stock> {
  const sessions = yield* first(
    sql.selectFrom('sessions').select(({ fn }) => fn.countAll<number>().as('count')).where('expires_at', '>', now),
  );
  const tenants = yield* first(sql.selectFrom('tenants').select(({ fn }) => fn.countAll<number>().as('count')));
  // Exactly one key of a tenant and algorithm has no end: the newest.
  const keys = yield* all(
    sql
      .selectFrom('signing_keys')
      .select(({ fn }) => ['algorithm', fn.min('created_at').as('created_at')])
      .where('retires_at', 'is', null)
      .groupBy('algorithm')
      .orderBy('algorithm'),
  );
  return {
    tenants: tenants?.count ?? 0,
    liveSessions: sessions?.count ?? 0,
    newestKeys: keys.map((key) => ({ algorithm: key.algorithm as SigningAlgorithm, createdAt: key.created_at })),
  };
}

export function* databaseTime({ time }: Dialect): Verb<Instant> {
  return (yield* first(time))?.now ?? 0;
}
