import { createRequire } from 'node:module';
import type * as Pg from 'pg';

const load = createRequire(import.meta.url);
let client: typeof Pg | undefined;

/** PostgreSQL's client. It is loaded by the first that asks: on SQLite nobody does, and it is a tenth of a start. */
export function pg(): typeof Pg {
  return (client ??= load('pg') as typeof Pg);
}
