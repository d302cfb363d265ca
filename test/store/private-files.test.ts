import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { sealingKey } from '../../src/core/seal.ts';
import { restoreBackup, writeBackup } from '../../src/store/sql/copy/backup.ts';
import { moveStore } from '../../src/store/sql/copy/move.ts';
import { openStore } from '../../src/store/sql/open-store.ts';
import { unwrap } from '../support/server.ts';
import { aTenant, now } from './records.ts';

/* Whoever can read a database file has all password hashes (ASVS 14.2.4), so nobody but its owner can, wherever it lies. */

let folder: string;
let umask: number;
beforeAll(() => {
  // The most careless of all.
  umask = process.umask(0);
});
afterAll(() => void process.umask(umask));
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'microauth-modes-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const modes = () => Object.fromEntries(readdirSync(folder).map((file) => [file, (statSync(join(folder, file)).mode & 0o777).toString(8)]));

async function fill(path: string): Promise<ReturnType<typeof modes>> {
  const store = unwrap(openStore(`sqlite:${path}`));
  await store.migrate(now);
  await store.createTenant(aTenant('acme'), []);
  const during = modes();
  await store.close();
  return during;
}

test('a new database, with what SQLite puts beside it', async () => {
  expect(await fill(join(folder, 'a.db'))).toEqual({ 'a.db': '600', 'a.db-wal': '600', 'a.db-shm': '600' });
});

test('one that was made by others, through a link too', async () => {
  writeFileSync(join(folder, 'a.db'), '', { mode: 0o644 });
  for (const suffix of ['-wal', '-shm']) {
    writeFileSync(join(folder, `a.db${suffix}`), '', { mode: 0o666 });
  }
  symlinkSync(join(folder, 'a.db'), join(folder, 'link.db'));
  expect(await fill(join(folder, 'link.db'))).toMatchObject({ 'a.db': '600', 'a.db-wal': '600', 'a.db-shm': '600' });
});

test('backups, what is restored from them, and what is moved', async () => {
  await fill(join(folder, 'a.db'));
  chmodSync(join(folder, 'a.db'), 0o644);
  const key = sealingKey(new Uint8Array(32)) ?? expect.fail('32 bytes are a sealing key');
  const options = { databaseUrl: `sqlite:${join(folder, 'a.db')}`, sealingKey: key, now };
  unwrap(await writeBackup(join(folder, 'backup'), { ...options, opens: () => true }));
  const target = `sqlite:${join(folder, 'restored.db')}`;
  unwrap(await restoreBackup(join(folder, 'backup'), { ...options, databaseUrl: target, replace: false, keepSessions: false }));
  unwrap(await moveStore(target, `sqlite:${join(folder, 'moved.db')}`));
  const { 'a.db': _source, ...made } = modes();
  expect(new Set(Object.values(made))).toEqual(new Set(['600']));
  expect(Object.keys(made)).toEqual(expect.arrayContaining(['backup', 'moved.db', 'restored.db']));
});

test('a folder that was named by mistake keeps its mode', () => {
  const named = join(folder, 'data');
  mkdirSync(named, { mode: 0o755 });
  expect(openStore(`sqlite:${named}`).ok).toBe(false);
  expect(modes()).toEqual({ data: '755' });
});
