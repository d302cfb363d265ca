import { DatabaseSync } from 'node:sqlite';
import { Client } from 'pg';
import { createLog } from '../../src/core/log.ts';
import { createApp } from '../../src/app.ts';
import { tables } from '../../src/store/sql/schema.ts';
import { openStore } from '../../src/store/sql/open-store.ts';
import { type TestServer, unwrap } from '../support/server.ts';

/** Every row of every table, in an order of its own. */
export async function dump(databaseUrl: string): Promise<Record<string, readonly string[]>> {
  const rows = await readAll(databaseUrl);
  const sorted = Object.entries(rows).map(([table, list]) => [table, list.map((row) => JSON.stringify(Object.entries(row).sort())).sort()]);
  return Object.fromEntries(sorted) as Record<string, readonly string[]>;
}

async function readAll(databaseUrl: string): Promise<Record<string, readonly Record<string, unknown>[]>> {
  const rows: Record<string, readonly Record<string, unknown>[]> = {};
  if (databaseUrl.startsWith('sqlite:')) {
    const database = new DatabaseSync(databaseUrl.slice('sqlite:'.length), { readOnly: true });
    for (const table of tables) {
      rows[table] = database.prepare(`SELECT * FROM ${table}`).all();
    }
    database.close();
    return rows;
  }
  const client = new Client({ connectionString: databaseUrl, types: { getTypeParser: () => (text: string) => (/^\d+$/.test(text) ? Number(text) : text) } });
  await client.connect();
  for (const table of tables) {
    rows[table] = (await client.query<Record<string, unknown>>(`SELECT * FROM ${table}`)).rows;
  }
  await client.end();
  return rows;
}

/** Runs a server of the same configuration on another database, while something is tried. The first must be stopped. */
export async function servedFrom<Value>(server: TestServer, change: { databaseUrl: string; sealingKey?: TestServer['config']['sealingKey'] }, work: () => Promise<Value>): Promise<Value> {
  const store = unwrap(openStore(change.databaseUrl));
  const app = createApp({ config: { ...server.config, ...change }, store, clock: server.clock, log: createLog('silent', () => undefined) });
  unwrap(await app.start());
  try {
    return await work();
  } finally {
    await app.stop();
    await store.close();
  }
}
