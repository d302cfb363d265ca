import type { Client } from 'pg';
import { pg } from '../pg.ts';
import { announceChange } from '../postgres-changes.ts';
import { lockOfAll, postgresTables, postgresTypes } from '../postgres-engine.ts';
import type { Row } from '../schema.ts';
import { batchSize, type Source, type Target } from './database.ts';

async function connect(url: string): Promise<Client> {
  const client = new (pg().Client)({ connectionString: url, application_name: 'microauth copy', connectionTimeoutMillis: 5000, types: postgresTypes });
  // A connection that breaks shows in the statement that needs it.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

async function names(client: Client): Promise<readonly string[]> {
  return (await client.query<{ name: string }>(postgresTables)).rows.map(({ name }) => name);
}

/** Reads a PostgreSQL database within one transaction, which sees it as it is at this moment. */
export async function openPostgresSource(url: string): Promise<Source> {
  const client = await connect(url);
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY');
  const tables = await names(client);
  return {
    tables: async () => tables,
    async *rows(table) {
      await client.query(`DECLARE copy NO SCROLL CURSOR FOR SELECT * FROM ${table}`);
      let batch: readonly Row[];
      do {
        batch = (await client.query<Row>(`FETCH ${batchSize} FROM copy`)).rows;
        yield batch;
      } while (batch.length === batchSize);
      await client.query('CLOSE copy');
    },
    close: () => client.end(),
  };
}

/** Writes a PostgreSQL database within one transaction, which keeps migrations of starting nodes waiting. */
export async function openPostgresTarget(url: string): Promise<Target> {
  const client = await connect(url);
  await client.query(`BEGIN; SELECT pg_advisory_xact_lock(${lockOfAll})`);
  return {
    tables: () => names(client),
    async run(text) {
      return (await client.query(text)).rowCount ?? 0;
    },
    async insert(table, rows) {
      const columns = Object.keys(rows[0] ?? {}).join(', ');
      // One parameter for a whole batch; the database takes the types from the table itself.
      const text = `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM json_populate_recordset(NULL::${table}, $1)`;
      await client.query(text, [JSON.stringify(rows)]);
    },
    async count(table) {
      const { rows } = await client.query<{ count: number }>(`SELECT count(*) AS count FROM ${table}`);
      return rows[0]?.count ?? 0;
    },
    async commit() {
      await client.query(`${announceChange}; COMMIT`);
    },
    close: () => client.end(),
  };
}
