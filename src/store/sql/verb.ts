import type { CompiledQuery, RootOperationNode } from 'kysely';

/** A statement as Kysely builds it: an operation tree, which each engine compiles for its database. */
export interface Statement<Row = unknown> {
  toOperationNode(): RootOperationNode;
  compile(): CompiledQuery<Row>;
}

/** What a statement gave back: the rows of a SELECT or RETURNING. */
export type Rows = readonly unknown[];

/** One step of a verb. */
export interface Step {
  readonly statement: Statement;
  /** See {@link decide}. */
  readonly decides: boolean;
}

/**
 * A storage operation as a generator of statements. An engine runs each statement that it yields and hands the
 * rows back; when it returns, everything it did is committed together. It is pure otherwise: no clock, no
 * randomness, nothing awaited, so that an engine may run it whenever it likes, and once more after a deadlock.
 *
 * Other nodes may change rows between two statements; a verb that must not be surprised says so in the WHERE of
 * the statement that changes something.
 */
export type Verb<Result> = Generator<Step, Result, Rows>;

/** Runs a statement and gives its rows. */
export function* all<Row>(statement: Statement<Row>): Verb<readonly Row[]> {
  return (yield { statement, decides: false }) as readonly Row[];
}

/** Runs a statement and gives its first row, if any. */
export function* first<Row>(statement: Statement<Row>): Verb<Row | undefined> {
  const rows = yield* all(statement);
  return rows[0];
}

/** Runs a statement that gives nothing back. */
export function* run(statement: Statement): Verb<void> {
  yield { statement, decides: false };
}

/**
 * Opens a verb with a statement that decides it: where it gives a row, the verb changes nothing further. So it can
 * be committed by itself, in one round trip to the database.
 */
export function* decide<Row>(statement: Statement<Row>): Verb<Row | undefined> {
  const rows = (yield { statement, decides: true }) as readonly Row[];
  return rows[0];
}
