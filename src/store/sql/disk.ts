import { closeSync, fdatasync, fsyncSync, openSync } from 'node:fs';
import { dirname } from 'node:path';

/** The disk below a database file. */
export interface Disk {
  /**
   * Calls back once everything that was written to the write-ahead log until now is on the disk, or with why that is
   * not certain. Never before it returns. One flush at a time.
   */
  flush(done: (error: Error | null) => void): void;
  close(): void;
}

/**
 * The disk below an SQLite file in WAL mode. SQLite writes each commit to the log beside the file and, with
 * `synchronous=NORMAL`, leaves it to us when the log is flushed. It holds no lock on the log, so opening and closing it once more
 * takes none from it, as it would with the file itself (https://sqlite.org/howtocorrupt.html §2.2).
 */
export function openDisk(path: string): Disk {
  let log: number | undefined;
  return {
    flush(done) {
      try {
        log ??= openLog(path);
      } catch (error) {
        setImmediate(done, error instanceof Error ? error : new Error(String(error)));
        return;
      }
      fdatasync(log, done);
    },
    close() {
      if (log !== undefined) {
        closeSync(log);
      }
    },
  };
}

/** Opens the log, which SQLite makes with the first commit, and sees to it that its name is on the disk too. */
function openLog(path: string): number {
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
  // Some systems flush only for those who may write.
  return openSync(`${path}-wal`, 'r+');
}
