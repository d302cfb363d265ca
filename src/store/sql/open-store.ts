import { fail, type Result, succeed } from '../../core/result.ts';
import type { Store } from '../port.ts';
import { withCache } from './cache.ts';
import type { Engine } from './engine.ts';
import { pg } from './pg.ts';
import { openPostgresEngine } from './postgres-engine.ts';
import { openSqliteEngine } from './sqlite-engine.ts';
import { createStore } from './store.ts';

/**
 * Opens the store that a database URL names: `sqlite:PATH` or `postgres://…`. The failure is one sentence for the
 * operator. A PostgreSQL server is not asked before the first verb.
 */
export function openStore(databaseUrl: string): Result<Store, string> {
  if (/^postgres(?:ql)?:\/\//.test(databaseUrl)) {
    const unreadable = checkPostgresUrl(databaseUrl);
    return unreadable === undefined ? succeed(onEngine(openPostgresEngine(databaseUrl))) : fail(unreadable);
  }
  const path = /^sqlite:(.+)$/.exec(databaseUrl)?.[1];
  if (path === undefined) {
    return fail('The database URL must begin with "sqlite:" and name a file, or with "postgres://".');
  }
  try {
    return succeed(onEngine(openSqliteEngine(path)));
  } catch (error) {
    return fail(`The database ${path} cannot be opened: ${error instanceof Error ? error.message : String(error)}. See MICROAUTH_DATABASE_URL.`);
  }
}

/** What PostgreSQL's client makes of the URL, which it reads with every connection: escapes, and files with certificates. */
function checkPostgresUrl(url: string): string | undefined {
  try {
    // It connects to nothing before it is told to.
    void new (pg().Client)({ connectionString: url });
    return undefined;
  } catch (error) {
    const reason = error instanceof URIError ? 'a % in it begins no encoding; write it as %25' : error instanceof Error ? error.message : String(error);
    return `MICROAUTH_DATABASE_URL cannot be used: ${reason}.`;
  }
}

function onEngine(engine: Engine): Store {
  return withCache(createStore(engine), engine);
}
