import { fail, type Result, succeed } from '../../../core/result.ts';
import { openPostgresSource, openPostgresTarget } from './postgres.ts';
import { openSqliteSource, openSqliteTarget } from './sqlite.ts';
import type { Source, Target } from './database.ts';

/** How the sentence of a failure names a database: never with its password. */
export function nameOf(databaseUrl: string): string {
  if (databaseUrl.startsWith('sqlite:')) {
    return databaseUrl.slice('sqlite:'.length);
  }
  const { host, pathname } = new URL(databaseUrl);
  return `postgres://${host}${pathname}`;
}

/** Opens the database of a URL to be read whole. The failure is one sentence. */
export function openSource(databaseUrl: string): Promise<Result<Source, string>> {
  return attempt(databaseUrl, async (path) => (path === undefined ? openPostgresSource(databaseUrl) : openSqliteSource(path)));
}

/** Opens the database of a URL to be filled. The failure is one sentence. */
export function openTarget(databaseUrl: string): Promise<Result<Target, string>> {
  return attempt(databaseUrl, async (path) => (path === undefined ? openPostgresTarget(databaseUrl) : openSqliteTarget(path)));
}

async function attempt<Opened>(databaseUrl: string, open: (sqlitePath: string | undefined) => Promise<Opened>): Promise<Result<Opened, string>> {
  try {
    return succeed(await open(/^sqlite:(.+)$/.exec(databaseUrl)?.[1]));
  } catch (error) {
    return fail(`The database ${nameOf(databaseUrl)} cannot be opened: ${error instanceof Error ? error.message : String(error)}.`);
  }
}
