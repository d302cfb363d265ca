import type { Family } from '../../core/metrics.ts';
import type { Statement, Verb } from './verb.ts';

/** A database that drives verbs. Whatever it answers from `write` is committed and durable. */
export interface Engine {
  /** Drives a verb that only reads. */
  read<Result>(verb: () => Verb<Result>): Promise<Result>;
  /** Drives a verb atomically. Rejects, with nothing done, when the database fails. */
  write<Result>(verb: () => Verb<Result>): Promise<Result>;
  /** Like `write`, and tells all nodes that what they remember of tenants, clients or keys may be stale. */
  configure<Result>(verb: () => Verb<Result>): Promise<Result>;
  /** Like `write`, while no other node does the same. */
  alone<Result>(verb: () => Verb<Result>): Promise<Result>;
  /** Resolves once everything that `read` can have given until now is durable; rejects where that is not certain. */
  settled(): Promise<void>;
  /** Changes whenever somebody, on any node, has called `configure`. */
  epoch(): number;
  /** Gives a bounded part of the disk space back that deleted rows have left; says whether there is more. */
  giveBack(): Promise<boolean>;
  /** What it says about its own load. */
  metrics(): readonly Family[];
  /** What only this database's own words can ask. */
  readonly dialect: Dialect;
  close(): Promise<void>;
}

/** The questions that have no words in common. */
export interface Dialect {
  /** The tables that exist, as `name`. */
  readonly tables: Statement<{ name: string }>;
  /** The database's clock in milliseconds since 1970, as `now`. */
  readonly time: Statement<{ now: number }>;
}
