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
  const newest = sql
    .selectFrom('signing_keys')
    .select(({ fn }) => ['algorithm', fn.max('created_at').as('created_at')])
    .groupBy(['tenant_id', 'algorithm'])
    .as('newest');
  const keys = yield* all(
    sql
      .selectFrom(newest)
      .select(({ fn }) => ['algorithm', fn.min('created_at').as('created_at')])
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
