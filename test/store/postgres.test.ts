import { afterAll, beforeAll } from 'vitest';
import { openPostgresEngine } from '../../src/store/sql/postgres-engine.ts';
import { createStore } from '../../src/store/sql/store.ts';
import { dump } from '../operations/whole-store.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { describeAccounts } from './account-conformance.ts';
import { describeStore, type StoreUnderTest } from './conformance.ts';
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
describeIsolation('PostgreSQL', onPostgres);
describeFaults('PostgreSQL', failing);
