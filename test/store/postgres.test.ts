import { afterAll, beforeAll } from 'vitest';
import { openPostgresEngine } from '../../src/store/sql/postgres-engine.ts';
import { createStore } from '../../src/store/sql/store.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { describeStore, type StoreUnderTest } from './conformance.ts';
import { describeIsolation } from './isolation.ts';

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

async function onPostgres(): Promise<StoreUnderTest> {
  const url = await server.database();
  const store = createStore(openPostgresEngine(url));
  return {
    store,
    async dispose() {
      await store.close();
      await server.drop(url);
    },
  };
}

describeStore('PostgreSQL', onPostgres);
describeIsolation('PostgreSQL', onPostgres);
