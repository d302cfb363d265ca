import { fail, type Result, succeed } from '../../core/result.ts';
import type { Store } from '../port.ts';
import { openSqliteEngine } from './sqlite-engine.ts';
import { createStore } from './store.ts';

/** Opens the store that a database URL names: `sqlite:PATH`. The failure is one sentence for the operator. */
export function openStore(databaseUrl: string): Result<Store, string> {
  const path = /^sqlite:(.+)$/.exec(databaseUrl)?.[1];
  if (path === undefined) {
    return fail('The database URL must begin with "sqlite:" and name a file.');
  }
  try {
    return succeed(createStore(openSqliteEngine(path)));
  } catch (error) {
    return fail(`The database ${path} cannot be opened: ${error instanceof Error ? error.message : String(error)}.`);
  }
}
