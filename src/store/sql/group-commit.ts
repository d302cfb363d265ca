import type { DatabaseSync } from 'node:sqlite';
import { type Family, single } from '../../core/metrics.ts';
import { StoreUnavailable } from '../port.ts';
import type { Disk } from './disk.ts';
import { explain, isHeld } from './sqlite-errors.ts';

/** Writes that share commits. */
export interface GroupCommit {
  /** Runs `work` in a transaction and gives what it returned, once that is on the disk. `work` may be run more than once. */
  write<Result>(work: () => Result): Promise<Result>;
  /** Resolves once everything that can be read now is on the disk. */
  settled(): Promise<void>;
  /** Commits what waits, and gives up on what cannot be committed at once. Nothing may be written afterwards. */
  close(): Promise<void>;
  metrics(): readonly Family[];
}

/** Work waiting for its commit. */
interface Waiting {
  readonly work: () => void;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Milliseconds for which another process may hold the file, or the disk be silent, before what needs them is refused. */
export const patience = 5000;

/** Milliseconds between two attempts on a file that is held. */
export const retryDelay = 10;

/** How many may wait for a file that is held; more are refused at once instead of queued without end. */
export const maximumWaiting = 1000;

/** For how many turns of the event loop a commit waits at the most for others to come along. */
const maximumTurns = 8;

const nothing = Promise.resolve();

/**
 * Commits in groups: everything that arrives while the last group is on its way to the disk, and at least what arrives in one turn
 * of the event loop, shares a transaction and a flush. The flush is on another thread (docs/decisions/0025-flushing-beside-the-work.md),
 * so the work of other requests goes on meanwhile. `disk` is undefined for a database that is on none.
 */
export function createGroupCommit(database: DatabaseSync, disk: Disk | undefined): GroupCommit {
  const begin = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');
  let waiting: Waiting[] = [];
  /** Whether a commit is due, waits for whoever holds the file, or is on its way to the disk. */
  let underway = false;
  /** Since when another process has kept us from writing. */
  let heldSince: number | undefined;
  let flush: { readonly startedAt: number; readonly done: PromiseWithResolvers<void> } | undefined;
  /** Why it is not certain that everything in the log is on the disk. */
  let doubt: StoreUnavailable | undefined;
  let commits = 0;
  let committed = 0;
  let flushed = 0;

  /** Whether to wait for whoever holds the file. Once that has been in vain, everything is refused at its first attempt. */
  function worthWaiting(error: unknown): boolean {
    if (!isHeld(error)) {
      return false;
    }
    heldSince ??= performance.now();
    return performance.now() - heldSince < patience;
  }

  /** Drives a group in the transaction that has begun; gives those that did not fail, and rejects the others. */
  function driveAll(group: readonly Waiting[]): readonly Waiting[] {
    for (const one of group) {
      try {
        one.work();
      } catch (error) {
        one.reject(explain(error));
        // Hardly ever does one fail; so it is then that the others are driven again, each in a savepoint, and not always.
        if (database.isTransaction) {
          database.exec('ROLLBACK');
        }
        begin.run();
        return driveApart(group.filter((other) => other !== one));
      }
    }
    return group;
  }

  function driveApart(group: readonly Waiting[]): readonly Waiting[] {
    return group.filter((one) => {
      database.exec('SAVEPOINT verb');
      try {
        one.work();
        database.exec('RELEASE verb');
        return true;
      } catch (error) {
        // A full disk may have ended the whole transaction, and then all are refused.
        if (!database.isTransaction) {
          throw error;
        }
        database.exec('ROLLBACK TO verb');
        database.exec('RELEASE verb');
        one.reject(explain(error));
        return false;
      }
    });
  }

  /** Commits as soon as a turn of the event loop has brought nothing more, so that whoever is ready comes along. */
  function commitSoon(turns = 1, known = 0): void {
    underway = true;
    setImmediate(() => {
      if (waiting.length > known && turns < maximumTurns) {
        commitSoon(turns + 1, waiting.length);
      } else {
        commitWaiting(false);
      }
    });
  }

  function commitWaiting(closing: boolean): void {
    if (waiting.length === 0) {
      // It has been closed meanwhile.
      return;
    }
    try {
      begin.run();
    } catch (error) {
      if (!closing && worthWaiting(error)) {
        setTimeout(commitWaiting, retryDelay, false);
        return;
      }
      refuse(takeWaiting(), error);
      finish();
      return;
    }
    heldSince = undefined;
    const group = takeWaiting();
    let driven: readonly Waiting[];
    try {
      driven = driveAll(group);
      commit.run();
    } catch (error) {
      if (database.isTransaction) {
        database.exec('ROLLBACK');
      }
      refuse(group, error);
      finish();
      return;
    }
    commits += 1;
    committed += driven.length;
    bringToDisk(driven);
  }

  function takeWaiting(): readonly Waiting[] {
    const group = waiting;
    waiting = [];
    return group;
  }

  function bringToDisk(group: readonly Waiting[]): void {
    if (disk === undefined) {
      resolveAll(group);
      finish();
      return;
    }
    const { startedAt, done } = (flush = { startedAt: performance.now(), done: Promise.withResolvers<void>() });
    // Nobody may be waiting for this one.
    done.promise.catch(() => undefined);
    disk.flush((error) => {
      flush = undefined;
      flushed += performance.now() - startedAt;
      if (error !== null) {
        doubt = uncertain(error);
      }
      if (isCertain()) {
        resolveAll(group);
        done.resolve();
      } else {
        refuse(group, doubt);
        done.reject(doubt);
      }
      finish();
    });
  }

  /**
   * Whether everything in the log is on the disk. After a failed flush nobody knows, and a later one that succeeds proves
   * nothing: the system may have dropped what it could not write. So everything is copied into the database file itself, which
   * SQLite flushes; only when that has succeeded is anything answered again.
   */
  function isCertain(): boolean {
    if (doubt === undefined) {
      return true;
    }
    try {
      const outcome = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() as { busy: number };
      if (outcome.busy === 0) {
        doubt = undefined;
      }
    } catch (error) {
      doubt = uncertain(error);
    }
    return doubt === undefined;
  }

  function finish(): void {
    underway = false;
    if (waiting.length > 0) {
      commitSoon();
    }
  }

  /** Why nothing that rests on the disk may be said now. */
  function reasonToRefuse(): StoreUnavailable | undefined {
    if (flush !== undefined && performance.now() - flush.startedAt >= patience) {
      return new StoreUnavailable('The disk of the database file does not answer.');
    }
    return isCertain() ? undefined : doubt;
  }

  return {
    write<Result>(work: () => Result) {
      const tooMany = heldSince !== undefined && waiting.length >= maximumWaiting;
      const reason = tooMany ? new StoreUnavailable('Too many requests are waiting for the database file.') : reasonToRefuse();
      if (reason !== undefined) {
        return Promise.reject(reason);
      }
      return new Promise<Result>((resolve, reject) => {
        let result: Result;
        waiting.push({
          work: () => {
            result = work();
          },
          resolve: () => resolve(result),
          reject,
        });
        if (!underway) {
          commitSoon();
        }
      });
    },
    settled() {
      const reason = reasonToRefuse();
      return reason === undefined ? (flush?.done.promise ?? nothing) : Promise.reject(reason);
    },
    async close() {
      await flush?.done.promise.catch(() => undefined);
      if (waiting.length > 0) {
        commitWaiting(true);
        await flush?.done.promise.catch(() => undefined);
      }
      disk?.close();
    },
    metrics: () => [
      single('counter', 'microauth_store_commits_total', 'Commits, one disk flush each', commits),
      single('counter', 'microauth_store_committed_verbs_total', 'Writing verbs that were committed; by commit, how many shared a flush', committed),
      single('counter', 'microauth_store_flush_seconds_total', 'Time for which commits waited for the disk', flushed / 1000),
    ],
  };
}

function uncertain(cause: unknown): StoreUnavailable {
  return new StoreUnavailable('The disk of the database file does not take what is written.', { cause });
}

function resolveAll(group: readonly Waiting[]): void {
  for (const one of group) {
    one.resolve();
  }
}

function refuse(group: readonly Waiting[], error: unknown): void {
  for (const one of group) {
    one.reject(explain(error));
  }
}
