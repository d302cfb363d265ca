import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openSqliteEngine } from '../../src/store/sql/sqlite-engine.ts';
import { createStore } from '../../src/store/sql/store.ts';
import { describeAccounts } from './account-conformance.ts';
import { describeStore, type StoreUnderTest } from './conformance.ts';
import { describeEdits } from './edits.ts';
import { describeFaults, type FaultyStore } from './faults.ts';
import { describeIsolation } from './isolation.ts';

async function inMemory(): Promise<StoreUnderTest> {
  const store = createStore(openSqliteEngine(':memory:'));
  return { store, dispose: () => store.close() };
}

async function inFile(): Promise<StoreUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), 'microauth-store-'));
  const store = createStore(openSqliteEngine(join(folder, 'test.db')));
  return {
    store,
    async dispose() {
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
}

async function failing(): Promise<FaultyStore> {
  const folder = mkdtempSync(join(tmpdir(), 'microauth-store-'));
  const path = join(folder, 'test.db');
  let failAt = 0;
  let count = 0;
  const engine = openSqliteEngine(path, {
    beforeStatement() {
      count += 1;
      if (count === failAt) {
        throw new Error('made to fail');
      }
    },
  });
  const store = createStore(engine);
  return {
    store,
    bystander: store,
    failAt(statement) {
      failAt = statement;
      count = 0;
    },
    statements: () => count,
    async dump() {
      const reader = new DatabaseSync(path, { readOnly: true });
      const tables = reader.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all() as { name: string }[];
      const rows = tables.map(({ name }) => [name, reader.prepare(`SELECT * FROM "${name}"`).all().map((row) => JSON.stringify(row)).sort()]);
      reader.close();
      return rows;
    },
    async dispose() {
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
}

describeStore('SQLite in memory', inMemory);
describeStore('SQLite in a file', inFile);
describeAccounts('SQLite in memory', inMemory);
describeEdits('SQLite in a file', inFile);
describeIsolation('SQLite in memory', inMemory);
describeFaults('SQLite in a file', failing);
