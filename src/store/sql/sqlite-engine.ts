import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { SqliteQueryCompiler } from 'kysely';
import { LRUCache } from 'lru-cache';
import { type Disk, openDisk } from './disk.ts';
import type { Dialect, Engine } from './engine.ts';
import { createGroupCommit, maximumWaiting, patience, retryDelay } from './group-commit.ts';
import { keepPrivate } from './private-file.ts';
import { raw } from './raw.ts';
import { explain, isHeld } from './sqlite-errors.ts';
import { createStatementCompiler } from './template.ts';
import type { Rows, Statement, Verb } from './verb.ts';

/** For tests that make statements and disks fail. */
export interface SqliteEngineOptions {
  readonly beforeStatement?: (text: string) => void;
  /** How many pages of 4 KiB the file may have: a disk that is soon full. */
  readonly maximumPages?: number;
  readonly disk?: Disk;
}

/** Milliseconds after which a change by another process is noticed at the latest. */
const askingInterval = 100;

/** How many pages of 4 KiB are given back at once: moving them takes 5 ms. */
const pagesAtOnce = 100;

/** Free pages that the file keeps for what comes next. */
const reserve = 1000;

/** Lets a file that is being made give pages back. One that was made without it only uses free pages again. */
export function makeShrinkable(database: DatabaseSync): void {
  const { page_count: pages } = database.prepare('PRAGMA page_count').get() as { page_count: number };
  if (pages === 0) {
    database.exec('PRAGMA auto_vacuum = INCREMENTAL');
  }
}

/** The tables of a file, as `name`. */
export const sqliteTables = "SELECT name FROM sqlite_schema WHERE type = 'table'";

const dialect: Dialect = {
  tables: raw(sqliteTables),
  time: raw("SELECT CAST(1000 * unixepoch('subsec') AS INTEGER) AS now"),
};

/**
 * Drives verbs on an SQLite file (or ':memory:'). Writing verbs share transactions and flushes (`group-commit.ts`) and are answered
 * once they are on the disk; one that fails drags no other along. Reads run at once; as a group is driven without a
 * pause, they never see half of one, but may see one that is still on its way to the disk (`settled`).
 */
export function openSqliteEngine(path: string, options: SqliteEngineOptions = {}): Engine {
  keepPrivate(path);
  const database = new DatabaseSync(path, { timeout: 5000 });
  makeShrinkable(database);
  // NORMAL: SQLite flushes where the soundness of the file depends on it, and leaves the flush of each commit to us.
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON');
  // Within SQLite a held file is waited for by stopping the whole process; from here on we wait ourselves.
  database.exec(`PRAGMA busy_timeout = ${retryDelay}`);
  if (options.maximumPages !== undefined) {
    database.exec(`PRAGMA max_page_count = ${options.maximumPages}`);
  }
  const file = database.location();
  const commits = createGroupCommit(database, file === null ? undefined : (options.disk ?? openDisk(file)));
  const compile = createStatementCompiler(new SqliteQueryCompiler());
  const prepared = new LRUCache<string, { statement: StatementSync; hasRows: boolean }>({ max: 500 });

  function execute(statement: Statement): Rows {
    const query = compile(statement);
    options.beforeStatement?.(query.text);
    let entry = prepared.get(query.text);
    if (entry === undefined) {
      const made = database.prepare(query.text);
      entry = { statement: made, hasRows: made.columns().length > 0 };
      prepared.set(query.text, entry);
    }
    const parameters = query.parameters as SQLInputValue[];
    if (entry.hasRows) {
      return entry.statement.all(...parameters);
    }
    entry.statement.run(...parameters);
    return [];
  }

  function drive<Result>(verb: Verb<Result>): Result {
    let step = verb.next([]);
    while (step.done !== true) {
      step = verb.next(execute(step.value.statement));
    }
    return step.value;
  }

  const write = <Result>(verb: () => Verb<Result>): Promise<Result> => commits.write(() => drive(verb()));

  let waitingToRead = 0;

  /** Reads wait for nobody, except where another process keeps the whole file to itself. */
  async function read<Result>(verb: () => Verb<Result>): Promise<Result> {
    const startedAt = performance.now();
    for (;;) {
      try {
        return drive(verb());
      } catch (error) {
        if (!isHeld(error) || waitingToRead >= maximumWaiting || performance.now() - startedAt >= patience) {
          throw explain(error);
        }
      }
      waitingToRead += 1;
      await new Promise((resolve) => {
        setTimeout(resolve, retryDelay);
      });
      waitingToRead -= 1;
    }
  }

  // Counts our own changes; SQLite counts those of other processes, and is asked for them now and then.
  let configured = 0;
  const versionOfOthers = database.prepare('PRAGMA data_version');
  let others = 0;
  let askedAt = Number.NEGATIVE_INFINITY;

  function changesOfOthers(): number {
    const now = performance.now();
    if (now - askedAt >= askingInterval) {
      askedAt = now;
      try {
        others = (versionOfOthers.get() as { data_version: number }).data_version;
      } catch {
        // Unknown counts as changed; whoever reads the file next says what is wrong with it.
        configured += 1;
      }
    }
    return others;
  }

  const countFree = database.prepare('PRAGMA freelist_count');
  const freePages = () => (countFree.get() as { freelist_count: number }).freelist_count;
  const vacuum = database.prepare(`PRAGMA incremental_vacuum(${pagesAtOnce})`);

  return {
    read,
    write,
    async configure(verb) {
      const result = await write(verb);
      configured += 1;
      return result;
    },
    // A transaction that begins immediately is alone in any case.
    alone: write,
    settled: () => commits.settled(),
    epoch: () => configured + changesOfOthers(),
    async giveBack() {
      const before = freePages();
      if (before <= reserve) {
        return false;
      }
      await commits.write(() => vacuum.all());
      const after = freePages();
      return after > reserve && after < before;
    },
    metrics: () => commits.metrics(),
    dialect,
    async close() {
      await commits.close();
      database.close();
    },
  };
}
