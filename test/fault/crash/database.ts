import { DatabaseSync } from 'node:sqlite';
import { Client } from 'pg';
import { insist } from './history.ts';

/** A grant as it stands in the table. */
export interface Row {
  readonly redeemed_at: number | null;
  readonly revoked_at: number | null;
  readonly generation: number;
}

/** A look at the database past the server. */
export interface Inspection {
  /** The rows of these grants. */
  rows(grantIds: readonly string[]): Promise<ReadonlyMap<string, Row>>;
  /** Ends everything unless the database is sound. */
  checkSoundness(): Promise<void>;
  close(): Promise<void>;
}

/** What can be true of no grant, whatever was asked. */
const impossible = `SELECT count(*) AS count FROM grants WHERE
  (generation > 0 AND (rotated_at IS NULL OR redeemed_at IS NULL)) OR (generation = 0 AND rotated_at IS NOT NULL)
  OR (revoked_at IS NULL) <> (revocation_reason IS NULL) OR rotated_at < redeemed_at OR redeemed_at >= code_expires_at
  OR NOT EXISTS (SELECT 1 FROM sessions WHERE sessions.tenant_id = grants.tenant_id AND sessions.id = grants.session_id)
  OR NOT EXISTS (SELECT 1 FROM users WHERE users.tenant_id = grants.tenant_id AND users.id = grants.user_id)`;

/** Opens a database for inspection. */
export async function inspect(databaseUrl: string): Promise<Inspection> {
  const file = /^sqlite:(.+)$/.exec(databaseUrl)?.[1];
  return file === undefined ? inspectPostgres(databaseUrl) : inspectSqlite(file);
}

function inspectSqlite(file: string): Inspection {
  const database = new DatabaseSync(file, { timeout: 5000 });
  const byId = database.prepare('SELECT redeemed_at, revoked_at, generation FROM grants WHERE id = ?');
  return {
    async rows(grantIds) {
      return new Map(grantIds.flatMap((id) => {
        const row = byId.get(id);
        return row === undefined ? [] : [[id, row as unknown as Row] as const];
      }));
    },
    async checkSoundness() {
      const checked = database.prepare('PRAGMA integrity_check').all();
      insist(checked.length === 1 && checked[0]?.['integrity_check'] === 'ok', 'the file is sound', checked);
      insist(database.prepare(impossible).get()?.['count'] === 0, 'no grant is half done', 'see the table grants');
    },
    async close() {
      database.close();
    },
  };
}

async function inspectPostgres(databaseUrl: string): Promise<Inspection> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  const count = async (query: string) => Number((await client.query<{ count: string }>(query)).rows[0]?.count);
  return {
    async rows(grantIds) {
      const found = await client.query<Record<'id', string> & Record<'redeemed_at' | 'revoked_at' | 'generation', string | null>>(
        'SELECT id, redeemed_at, revoked_at, generation FROM grants WHERE id = ANY($1)',
        [grantIds],
      );
      const number = (text: string | null) => (text === null ? null : Number(text));
      return new Map(
        found.rows.map((row) => [row.id, { redeemed_at: number(row.redeemed_at), revoked_at: number(row.revoked_at), generation: Number(row.generation) }]),
      );
    },
    async checkSoundness() {
      insist((await count(impossible)) === 0, 'no grant is half done', 'see the table grants');
      // The table and its unique index tell the same story.
      await client.query('SET enable_indexscan = off; SET enable_indexonlyscan = off; SET enable_bitmapscan = off');
      const byTable = await count('SELECT count(DISTINCT (tenant_id, id)) AS count FROM grants');
      await client.query('RESET ALL; SET enable_seqscan = off');
      const byIndex = await count('SELECT count(*) AS count FROM (SELECT id FROM grants ORDER BY tenant_id, id) AS ids');
      await client.query('RESET ALL');
      insist(byTable === byIndex, 'table and index agree', { byTable, byIndex });
    },
    close: () => client.end(),
  };
}

/** How many rows each table that grows with use has. */
export async function countRows(databaseUrl: string): Promise<Readonly<Record<string, number>>> {
  const tables = ['grants', 'sessions', 'revoked_access_tokens', 'budgets', 'signing_keys'];
  const query = `SELECT ${tables.map((table) => `(SELECT count(*) FROM ${table}) AS ${table}`).join(', ')}`;
  const file = /^sqlite:(.+)$/.exec(databaseUrl)?.[1];
  if (file !== undefined) {
    const database = new DatabaseSync(file, { readOnly: true });
    const row = database.prepare(query).get() as Record<string, number>;
    database.close();
    return { ...row };
  }
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  const [row] = (await client.query<Record<string, string>>(query)).rows;
  await client.end();
  return Object.fromEntries(Object.entries(row ?? {}).map(([table, count]) => [table, Number(count)]));
}
