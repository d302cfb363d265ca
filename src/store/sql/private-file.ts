import { chmodSync, closeSync, existsSync, openSync, realpathSync, statSync } from 'node:fs';

/** What SQLite keeps beside a database. */
const companions = ['', '-wal', '-shm', '-journal'];

/**
 * Makes a database file, where it is missing, and keeps it and what SQLite puts beside it to its owner, wherever it lies: whoever can read it has
 * all password hashes. SQLite gives the files beside it the mode of the file itself.
 */
export function keepPrivate(path: string): void {
  if (path === '' || path.startsWith(':') || path.startsWith('file:')) {
    // In memory, or an address that only SQLite can read.
    return;
  }
  if (!existsSync(path)) {
    // Another process may be as far as we are; which of the two makes it is all the same.
    closeSync(openSync(path, 'a', 0o600));
  }
  const real = realpathSync(path);
  companions.map((suffix) => `${real}${suffix}`).forEach(narrowMode);
}

/** Of a file that is another's, the mode is that owner's to decide; a folder or a device that was named by mistake is no database. */
function narrowMode(file: string): void {
  const found = statSync(file, { throwIfNoEntry: false });
  // A journal comes and goes while others work: one that is gone keeps nothing to itself.
  if (found === undefined || !found.isFile() || (found.mode & 0o077) === 0 || found.uid !== process.getuid?.()) {
    return;
  }
  try {
    chmodSync(file, found.mode & 0o700);
  } catch {
    // A file system that cannot be written to, or that knows no modes. Whether the file can be used is for SQLite to say.
  }
}
