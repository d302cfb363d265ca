import { fail, type Result, succeed } from '../../../core/result.ts';
import { migrations } from '../../migrations/all.ts';
import { tables as ourTables } from '../schema.ts';
import { migrationsTable } from '../verbs/migrations.ts';
import type { Source, Target } from './database.ts';

/** How many rows of each table there were. */
export type Counts = Readonly<Record<string, number>>;

interface CopyOptions {
  /** Puts the copy in the place of what the target holds. */
  readonly replace?: boolean;
  /** What to do in the target once the rows are there and before anybody can see them. */
  readonly finish?: (target: Target) => Promise<void>;
}

/**
 * Copies every table to a target that has none of them, or, with `replace`, in place of what it has. The schema comes
 * along as it is in the source: where a newer version takes over, its own migrations follow at its next start. The
 * failure is one sentence; the target is then as it was.
 */
export async function copyAll(source: Source, target: Target, { replace = false, finish }: CopyOptions = {}): Promise<Result<Counts, string>> {
  const present = new Set(await source.tables());
  const applied = present.has('migrations') ? await appliedIn(source) : [];
  const known = migrations.filter(({ name }) => applied.includes(name));
  if (known.length === 0) {
    return fail('The source holds no data of MicroAuth.');
  }
  const unknown = applied.filter((name) => !known.some((migration) => migration.name === name));
  if (unknown.length > 0) {
    return fail(`The source was written by a newer version: this one does not know ${unknown.join(', ')}.`);
  }
  const occupied = (await target.tables()).filter((table) => isOurs(table));
  if (!replace && (await hasRows(target, occupied))) {
    return fail('The database to fill is not empty.');
  }
  for (const table of occupied) {
    await target.run(`DROP TABLE ${table}`);
  }
  await target.run(migrationsTable);
  for (const statement of known.flatMap((migration) => migration.statements)) {
    await target.run(statement);
  }
  const counts: Record<string, number> = {};
  for (const table of ourTables.filter((name) => present.has(name))) {
    const count = await copyTable(source, target, table);
    const arrived = await target.count(table);
    if (arrived !== count) {
      return fail(`Of ${count} rows of ${table} ${arrived} arrived.`);
    }
    counts[table] = count;
  }
  await finish?.(target);
  await target.commit();
  return succeed(counts);
}

async function copyTable(source: Source, target: Target, table: string): Promise<number> {
  let count = 0;
  for await (const rows of source.rows(table)) {
    if (rows.length > 0) {
      await target.insert(table, rows);
      count += rows.length;
    }
  }
  return count;
}

async function appliedIn(source: Source): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const rows of source.rows('migrations')) {
    names.push(...rows.map((row) => String(row['name'])));
  }
  return names;
}

/** Which migrations were applied is not yet data. */
async function hasRows(target: Target, tables: readonly string[]): Promise<boolean> {
  for (const table of tables.filter((name) => name !== 'migrations')) {
    if ((await target.count(table)) > 0) {
      return true;
    }
  }
  return false;
}

function isOurs(table: string): boolean {
  return ourTables.some((name) => name === table);
}
