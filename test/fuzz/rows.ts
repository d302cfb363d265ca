import { DatabaseSync } from 'node:sqlite';
import { Client } from 'pg';

/** How many rows each table has, whichever tables there are. Those without any are left out. */
export async function countAllRows(databaseUrl: string): Promise<Readonly<Record<string, number>>> {
  const file = /^sqlite:(.+)$/.exec(databaseUrl)?.[1];
  const counts: [string, number][] = [];
  if (file !== undefined) {
    const database = new DatabaseSync(file, { readOnly: true });
    for (const { name } of database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all() as { name: string }[]) {
      counts.push([name, (database.prepare(`SELECT count(*) AS count FROM ${name}`).get() as { count: number }).count]);
    }
    database.close();
  } else {
    const client = new Client({ connectionString: databaseUrl });
    await client.connect();
    const { rows } = await client.query<{ name: string }>("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1");
    for (const { name } of rows) {
      counts.push([name, Number((await client.query<{ count: string }>(`SELECT count(*) AS count FROM ${name}`)).rows[0]?.count)]);
    }
    await client.end();
  }
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}
