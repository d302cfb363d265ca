import type { Verb } from './verb.ts';

/** A database that drives verbs. Whatever it answers from `write` is committed and durable. */
export interface Engine {
  /** Drives a verb that only reads. */
  read<Result>(verb: Verb<Result>): Promise<Result>;
  /** Drives a verb atomically. Rejects, with nothing done, when the database fails. */
  write<Result>(verb: Verb<Result>): Promise<Result>;
  close(): Promise<void>;
}
