import { migrations } from '../../migrations/all.ts';
import type { Instant } from '../../records.ts';
import { sql } from '../schema.ts';
import { all, run, type Statement, type Verb } from '../verb.ts';
import { RawNode } from 'kysely';

/** A statement of our own text, for the schema only. */
function raw(text: string): Statement {
  const node = RawNode.createWithSql(text);
  return { toOperationNode: () => node, compile: () => sql.getExecutor().compileQuery(node, { queryId: text }) };
}

function* applied(): Verb<ReadonlySet<string>> {
  yield* run(raw('CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, applied_at BIGINT NOT NULL)'));
  return new Set((yield* all(sql.selectFrom('migrations').select('name'))).map((row) => row.name));
}

export function* pendingMigrations(): Verb<readonly string[]> {
  const done = yield* applied();
  return migrations.filter((migration) => !done.has(migration.name)).map((migration) => migration.name);
}

export function* migrate(now: Instant): Verb<readonly string[]> {
  const done = yield* applied();
  const names: string[] = [];
  for (const migration of migrations) {
    if (done.has(migration.name)) {
      continue;
    }
    for (const statement of migration.statements) {
      yield* run(raw(statement));
    }
    yield* run(sql.insertInto('migrations').values({ name: migration.name, applied_at: now }));
    names.push(migration.name);
  }
  return names;
}
