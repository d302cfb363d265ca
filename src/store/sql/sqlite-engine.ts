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

/** For tests that make statements fail. */
export interface SqliteEngineOptions {
  readonly beforeStatement?: (text: string) => void;
  /** How many pages of 4 KiB the file may have: a disk that is soon full. */
  readonly maximumPages?: number;
}

/** Milliseconds after which a change by another process is noticed at the latest. */
const askingInterval = 100;

/** The tables of a file, as `name`. */
export const sqliteTables = "SELECT name FROM sqlite_schema WHERE type = 'table'";

const dialect: Dialect = {
  tables: raw(sqliteTables),
  time: raw("SELECT CAST(1000 * unixepoch('subsec') AS INTEGER) AS now"),
};

/** Milliseconds for which another process may hold the file before what needs it is refused. */
const patience = 5000;

/** Milliseconds between two attempts on a file that is held. */
const retryDelay = 10;

/** How many verbs may wait for a file that is held; more are refused at once instead of queued without end. */
const maximumWaiting = 1000;

/**
 * Drives verbs on an SQLite file (or ':memory:'). All writing verbs that arrive in one turn of the event loop
 * share one transaction and one fsync (`synchronous=FULL`), and are answered only after the commit; one that fails
 * drags no other along. Reads run at once; as a batch is driven without a pause, they never see half of one.
 */
export function openSqliteEngine(path: string, options: SqliteEngineOptions = {}): Engine {
  const database = new DatabaseSync(path, { timeout: 5000 });
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON');
  // Within SQLite a held file is waited for by stopping the whole process; from here on we wait ourselves.
  database.exec(`PRAGMA busy_timeout = ${retryDelay}`);
  if (options.maximumPages !== undefined) {
    database.exec(`PRAGMA max_page_count = ${options.maximumPages}`);
  }
  const begin = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');
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

  // Since when another process has kept us from writing.
  let heldSince: number | undefined;

  /** Whether to wait for whoever holds the file. Once that has been in vain, everything is refused at its first attempt. */
  function worthWaiting(error: unknown): boolean {
    if (!isHeld(error)) {
      return false;
    }
    heldSince ??= performance.now();
    return performance.now() - heldSince < patience;
  }

  /** Drives verbs in the transaction that has begun; gives those that did not fail, and rejects the others. */
  function driveAll(batch: readonly Waiting[]): readonly Waiting[] {
    for (const verb of batch) {
      try {
        verb.drive();
      } catch (error) {
        verb.reject(explain(error));
        // Hardly ever does one fail; so it is then that the others are driven again, each in a savepoint, and not always.
        if (database.isTransaction) {
          database.exec('ROLLBACK');
        }
        begin.run();
        return driveApart(batch.filter((other) => other !== verb));
      }
    }
    return batch;
  }

  function driveApart(batch: readonly Waiting[]): readonly Waiting[] {
    return batch.filter((verb) => {
      database.exec('SAVEPOINT verb');
      try {
        verb.drive();
        database.exec('RELEASE verb');
        return true;
      } catch (error) {
        // A full disk may have ended the whole transaction, and then all are refused.
        if (!database.isTransaction) {
          throw error;
        }
        database.exec('ROLLBACK TO verb');
        database.exec('RELEASE verb');
        verb.reject(explain(error));
        return false;
      }
    });
  }

  function commitWaiting(closing = false): void {
    if (waiting.length === 0) {
      return;
    }
    const batch = waiting;
    try {
      begin.run();
    } catch (error) {
      if (!closing && worthWaiting(error)) {
        setTimeout(commitWaiting, retryDelay, false);
        return;
      }
      waiting = [];
      refuse(batch, error);
      return;
    }
    heldSince = undefined;
    waiting = [];
    let driven: readonly Waiting[];
    try {
      driven = driveAll(batch);
      commit.run();
    } catch (error) {
      if (database.isTransaction) {
        database.exec('ROLLBACK');
      }
      refuse(batch, error);
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
        setImmediate(commitWaiting, false);
      } else if (heldSince !== undefined && waiting.length >= maximumWaiting) {
        reject(new StoreUnavailable('Too many requests are waiting for the database file.'));
        return;
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
    epoch: () => configured + changesOfOthers(),
    metrics: () => [
      single('counter', 'microauth_store_commits_total', 'Commits, one disk flush each', commits),
      single('counter', 'microauth_store_committed_verbs_total', 'Writing verbs that were committed; by commit, how many shared a flush', committed),
    ],
    dialect,
    async close() {
      commitWaiting(true);
      database.close();
    },
  };
}

function refuse(verbs: readonly Waiting[], error: unknown): void {
  for (const verb of verbs) {
    verb.reject(explain(error));
  }
}

/** What the operator reads, by SQLite's primary result code: what of the file is wrong, and not our doing. */
const explanations: Readonly<Record<number, string>> = {
  5: 'Another process holds the database file.',
  6: 'Another process holds the database file.',
  8: 'The database file is read-only.',
  10: 'The database file cannot be read or written.',
  11: 'The database file is damaged.',
  13: 'The disk of the database file is full.',
  14: 'The database file cannot be opened.',
  26: 'The database file is damaged.',
};

/** SQLite's primary result code; 0 where the error is not SQLite's. */
function codeOf(error: unknown): number {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
}

function isHeld(error: unknown): boolean {
  return codeOf(error) === 5;
}

/** Tells a disk that is full, read-only or held by somebody else from a bug. */
function explain(error: unknown): unknown {
  const explanation = explanations[codeOf(error)];
  return explanation === undefined ? error : new StoreUnavailable(explanation, { cause: error });
}
