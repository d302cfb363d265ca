import { migrations } from '../../migrations/all.ts';
import type { Instant } from '../../records.ts';
import type { Dialect } from '../engine.ts';
import { raw } from '../raw.ts';
import { sql } from '../schema.ts';
import { all, run, type Verb } from '../verb.ts';
import { rewrites } from './rewrites.ts';

/** Where applied migrations are noted: the one table that no migration makes. */
export const migrationsTable = 'CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, applied_at BIGINT NOT NULL)';

function* applied(): Verb<ReadonlySet<string>> {
  return new Set((yield* all(sql.selectFrom('migrations').select('name'))).map((row) => row.name));
}

function* appliedIfAny({ tables }: Dialect): Verb<ReadonlySet<string>> {
  const begun = (yield* all(tables)).some(({ name }) => name === 'migrations');
  return begun ? yield* applied() : new Set();
}

/** Only looks, so that a probe may ask as often as it likes. */
export function* pendingMigrations(dialect: Dialect): Verb<readonly string[]> {
  const done = yield* appliedIfAny(dialect);
  return migrations.filter((migration) => !done.has(migration.name)).map((migration) => migration.name);
}

/** Only looks, too. */
export function* newerMigrations(dialect: Dialect): Verb<readonly string[]> {
  const done = yield* appliedIfAny(dialect);
  return [...done].filter((name) => !migrations.some((migration) => migration.name === name)).toSorted();
}

export function* migrate(now: Instant): Verb<readonly string[]> {
  yield* run(raw(migrationsTable));
  const done = yield* applied();
  const names: string[] = [];
  for (const migration of migrations) {
    if (done.has(migration.name)) {
      continue;
    }
    for (const statement of migration.statements) {
      yield* run(raw(statement));
    }
    if (migration.rewrites !== undefined) {
      yield* rewrites[migration.rewrites]();
    }
    yield* run(sql.insertInto('migrations').values({ name: migration.name, applied_at: now }));
    names.push(migration.name);
  }
  return names;
}
