import type { Row } from '../schema.ts';

/** A database as it is at one moment, however long reading takes and whoever goes on writing. */
export interface Source {
  tables(): Promise<readonly string[]>;
  /** All rows of a table, in batches; on SQLite always in the same order. */
  rows(table: string): AsyncIterable<readonly Row[]>;
  close(): Promise<void>;
}

/** A database within one transaction: nobody sees anything of it before `commit`, and nothing stays without. */
export interface Target {
  tables(): Promise<readonly string[]>;
  /** Runs a statement of our own text. Returns how many rows an UPDATE or DELETE has touched. */
  run(text: string): Promise<number>;
  insert(table: string, rows: readonly Row[]): Promise<void>;
  count(table: string): Promise<number>;
  /** Makes it durable and tells running nodes to forget what they remember. */
  commit(): Promise<void>;
  /** Undoes everything unless it was committed, and closes. */
  close(): Promise<void>;
}

/** Rows that are held in memory at once. */
export const batchSize = 1000;
