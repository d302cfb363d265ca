import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { SqliteQueryCompiler } from 'kysely';
import { LRUCache } from 'lru-cache';
import { single } from '../../core/metrics.ts';
import { StoreUnavailable } from '../port.ts';
import type { Dialect, Engine } from './engine.ts';
import { raw } from './raw.ts';
import { createStatementCompiler } from './template.ts';
import type { Rows, Statement, Verb } from './verb.ts';

/** A verb waiting for the next commit. */
interface Waiting {
  readonly drive: () => void;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** For tests that make the n-th statement fail. */
export interface SqliteEngineOptions {
  readonly beforeStatement?: (text: string) => void;
}

/** Milliseconds after which a change by another process is noticed at the latest. */
const askingInterval = 100;

/** The tables of a file, as `name`. */
export const sqliteTables = "SELECT name FROM sqlite_schema WHERE type = 'table'";

const dialect: Dialect = {
  tables: raw(sqliteTables),
  time: raw("SELECT CAST(1000 * unixepoch('subsec') AS INTEGER) AS now"),
};

/**
 * Drives verbs on an SQLite file (or ':memory:'). All writing verbs that arrive in one turn of the event loop
 * share one transaction and one fsync (`synchronous=FULL`), each in a savepoint of its own, and are answered
 * only after the commit. Reads run at once; as a batch is driven without a pause, they never see half of one.
 */
export function openSqliteEngine(path: string, options: SqliteEngineOptions = {}): Engine {
  const database = new DatabaseSync(path, { timeout: 5000 });
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON');
  const compile = createStatementCompiler(new SqliteQueryCompiler());
  const prepared = new LRUCache<string, { statement: StatementSync; hasRows: boolean }>({ max: 500 });
  let waiting: Waiting[] = [];
  let commits = 0;
  let committed = 0;

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

  function commitWaiting(): void {
    const batch = waiting;
    waiting = [];
    const driven: Waiting[] = [];
    try {
      database.exec('BEGIN IMMEDIATE');
      for (const verb of batch) {
        database.exec('SAVEPOINT verb');
        try {
          verb.drive();
          database.exec('RELEASE verb');
          driven.push(verb);
        } catch (error) {
          // A full disk may have ended the whole transaction; then the next statement fails and all are refused.
          database.exec('ROLLBACK TO verb');
          database.exec('RELEASE verb');
          verb.reject(explain(error));
        }
      }
      database.exec('COMMIT');
    } catch (error) {
      if (database.isTransaction) {
        database.exec('ROLLBACK');
      }
      for (const verb of batch) {
        verb.reject(explain(error));
      }
      return;
    }
    commits += 1;
    committed += driven.length;
    for (const verb of driven) {
      verb.resolve();
    }
  }

  function write<Result>(verb: () => Verb<Result>): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      let result: Result;
      if (waiting.length === 0) {
        setImmediate(commitWaiting);
      }
      waiting.push({
        drive: () => {
          result = drive(verb());
        },
        resolve: () => resolve(result),
        reject,
      });
    });
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
      others = (versionOfOthers.get() as { data_version: number }).data_version;
    }
    return others;
  }

  return {
    async read(verb) {
      try {
        return drive(verb());
      } catch (error) {
        throw explain(error);
      }
    },
    write,
    async configure(verb) {
      const result = await write(verb);
      configured += 1;
      return result;
    },
    // A transaction that begins immediately is alone in any case.
    alone: write,
    epoch: () => configured + changesOfOthers(),
    metrics: () => [
      single('counter', 'microauth_store_commits_total', 'Commits, one disk flush each', commits),
      single('counter', 'microauth_store_committed_verbs_total', 'Writing verbs that were committed; by commit, how many shared a flush', committed),
    ],
    dialect,
    async close() {
      if (waiting.length > 0) {
        commitWaiting();
      }
      database.close();
    },
  };
}

/** Primary result codes of a database that cannot serve now: busy, locked, read-only, I/O error, full, cannot open. */
const unavailableCodes = new Set([5, 6, 8, 10, 13, 14]);

/** Tells a disk that is full, read-only or held by somebody else from a bug. */
function explain(error: unknown): unknown {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
  return unavailableCodes.has(code) ? new StoreUnavailable('The database file cannot be used right now.', { cause: error }) : error;
}
