import { existsSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { keepPrivate } from '../private-file.ts';
import type { Row } from '../schema.ts';
import { makeShrinkable, sqliteTables } from '../sqlite-engine.ts';
import { batchSize, type Source, type Target } from './database.ts';

/** Reads an SQLite file within one transaction. Throws where the file is none. */
export function openSqliteSource(path: string): Source {
  if (existsSync(path)) {
    keepPrivate(path);
  }
  const database = new DatabaseSync(path, { readOnly: true, timeout: 5000 });
  // The first read opens the snapshot, so that the moment is now and not that of the first table.
  database.exec('PRAGMA trusted_schema = OFF; BEGIN');
  const tables = names(database);
  return {
    tables: async () => tables,
    async *rows(table) {
      let batch: Row[] = [];
      for (const row of database.prepare(`SELECT * FROM ${table} ORDER BY rowid`).iterate()) {
        batch.push(row as Row);
        if (batch.length === batchSize) {
          yield batch;
          batch = [];
        }
      }
      yield batch;
    },
    async close() {
      database.close();
    },
  };
}

/** Writes an SQLite file, made when it is missing, within one transaction that keeps everybody else from writing. */
export function openSqliteTarget(path: string): Target {
  keepPrivate(path);
  const database = new DatabaseSync(path, { timeout: 5000 });
  makeShrinkable(database);
  database.exec('PRAGMA synchronous = FULL; BEGIN IMMEDIATE');
  return {
    tables: async () => names(database),
    async run(text) {
      return Number(database.prepare(text).run().changes);
    },
    async insert(table, rows) {
      const columns = Object.keys(rows[0] ?? {});
      const statement = database.prepare(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`);
      for (const row of rows) {
        statement.run(...columns.map((column): SQLInputValue => row[column] ?? null));
      }
    },
    async count(table) {
      return (database.prepare(`SELECT count(*) AS count FROM ${table}`).get() as { count: number }).count;
    },
    async commit() {
      database.exec('COMMIT');
    },
    async close() {
      // SQLite rolls back what is not committed.
      database.close();
    },
  };
}

function names(database: DatabaseSync): readonly string[] {
  return (database.prepare(sqliteTables).all() as { name: string }[]).map(({ name }) => name);
}
