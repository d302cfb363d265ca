import { StoreUnavailable } from '../port.ts';

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

/** Whether another process holds the file for the moment. */
export function isHeld(error: unknown): boolean {
  return codeOf(error) === 5;
}

/** Tells a disk that is full, read-only or held by somebody else from a bug. */
export function explain(error: unknown): unknown {
  const explanation = explanations[codeOf(error)];
  return explanation === undefined ? error : new StoreUnavailable(explanation, { cause: error });
}
