import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPostgresEngine } from '../../src/store/sql/postgres-engine.ts';
import { createStore } from '../../src/store/sql/store.ts';
import { dump } from '../operations/whole-store.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { describeAccounts } from './account-conformance.ts';
import { describeStore, type StoreUnderTest } from './conformance.ts';
import { describeEdits } from './edits.ts';
import { describeFaults, type FaultyStore } from './faults.ts';
import { describeIsolation } from './isolation.ts';
import { now } from './records.ts';

let server: PostgresServer;
/** A database with the schema, to copy: quicker than to make it anew for each test. */
let withSchema: string;

beforeAll(async () => {
  server = await startPostgres();
  withSchema = await server.database();
  const store = createStore(openPostgresEngine(withSchema));
  await store.migrate(now);
  await store.close();
});
afterAll(() => server.stop());

async function onPostgres(how?: 'empty'): Promise<StoreUnderTest> {
  const url = await server.database(how === 'empty' ? undefined : withSchema);
  const store = createStore(openPostgresEngine(url));
  return {
    store,
    async dispose() {
      await store.close();
      await server.drop(url);
    },
  };
}

async function failing(): Promise<FaultyStore> {
  const url = await server.database(withSchema);
  let failAt = 0;
  let count = 0;
  const store = createStore(
    openPostgresEngine(url, {
      beforeStatement() {
        count += 1;
        if (count === failAt) {
          throw new Error('made to fail');
        }
      },
    }),
  );
  const bystander = createStore(openPostgresEngine(url));
  return {
    store,
    bystander,
    failAt(statement) {
      failAt = statement;
      count = 0;
    },
    statements: () => count,
    dump: () => dump(url),
    async dispose() {
      await store.close();
      await bystander.close();
      await server.drop(url);
    },
  };
}

describeStore('PostgreSQL', onPostgres);
describeAccounts('PostgreSQL', onPostgres);
describeEdits('PostgreSQL', onPostgres);
describeIsolation('PostgreSQL', onPostgres);
describeFaults('PostgreSQL', failing);

/*
 * A prepared statement keeps the plan that was good when the tables were empty, until they are analyzed. So it must be one that stays good.
 */
test('rows are looked up by the index of their key from the first day on', async () => {
  const client = new Client({ connectionString: await server.database(withSchema) });
  await client.connect();
  await client.query('SET plan_cache_mode = force_generic_plan');
  const keys = await client.query<{ table: string; index: string; columns: string[] }>(
    `SELECT c.relname AS table, i.relname AS index, array_agg(a.attname::text) AS columns
     FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
     JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (x.indkey)
     WHERE x.indisunique AND c.relnamespace = 'public'::regnamespace GROUP BY 1, 2`,
  );
  expect(keys.rows.length).toBeGreaterThan(15);
  for (const { table, index, columns } of keys.rows) {
    await client.query(`PREPARE lookup AS SELECT * FROM ${table} WHERE ${columns.map((column, number) => `${column} = $${number + 1}`).join(' AND ')}`);
    const plan = await client.query<Record<'QUERY PLAN', string>>(`EXPLAIN EXECUTE lookup(${columns.map(() => "'1'").join(', ')})`);
    expect([table, plan.rows.map((row) => row['QUERY PLAN']).join('\n')]).toEqual([table, expect.stringContaining(`using ${index} `)]);
    await client.query('DEALLOCATE lookup');
  }
  await client.end();
});
