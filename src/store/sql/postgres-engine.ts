import { PostgresQueryCompiler } from 'kysely';
import type { CustomTypesConfig, Pool, PoolClient } from 'pg';
import { single } from '../../core/metrics.ts';
import { StoreUnavailable } from '../port.ts';
import type { Dialect, Engine } from './engine.ts';
import { pg } from './pg.ts';
import { isOutdated, isTemporary, mayBeRepeated, wentUnanswered } from './postgres-errors.ts';
import { announceChange, watchChanges } from './postgres-changes.ts';
import { createSockets } from './postgres-sockets.ts';
import { raw } from './raw.ts';
import { createStatementCompiler } from './template.ts';
import type { Rows, Statement, Verb } from './verb.ts';

/** What a node asks of the database at most. */
export interface PostgresEngineOptions {
  /** Connections. */
  readonly poolSize?: number;
  /** Verbs that may wait for a connection; more are refused at once instead of queued without end. */
  readonly maximumWaiting?: number;
  /** For tests that make statements fail. */
  readonly beforeStatement?: (text: string) => void;
}

/** Milliseconds until a verb that found no connection, or a statement that got no answer, is given up. */
const patience = 5000;

/** Milliseconds that the connections have to say good-bye in at the end; a database that hangs answers nothing. */
const farewell = 2000;

/** How often a verb is driven again after PostgreSQL has undone it, because of a deadlock or a change of the schema. */
const repetitions = 5;

/** The advisory lock of whoever changes the schema or the whole store. */
export const lockOfAll = 7_264_110;

/** Times and counters are BIGINT; all of ours are far below 2^53. */
export const postgresTypes: CustomTypesConfig = {
  getTypeParser: (oid, format) => (oid === pg().types.builtins.INT8 ? Number : pg().types.getTypeParser(oid, format)),
};

/** The tables of the schema that is in use, as `name`. */
export const postgresTables = 'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = current_schema()';

/** PostgreSQL shows nothing before it is durable. */
const settled = Promise.resolve();

const dialect: Dialect = {
  tables: raw(postgresTables),
  time: raw('SELECT (1000 * extract(epoch FROM clock_timestamp()))::bigint AS now'),
};

/**
 * Drives verbs over a pool of connections. A verb that is decided by its first statement takes one round trip;
 * others run in a transaction. Several nodes may share a database: what must happen once is guarded by the
 * statements themselves.
 */
export function openPostgresEngine(url: string, options: PostgresEngineOptions = {}): Engine {
  const sockets = createSockets();
  const pool = new (pg().Pool)({
    connectionString: url,
    stream: sockets.open,
    max: options.poolSize ?? 10,
    connectionTimeoutMillis: patience,
    statement_timeout: patience,
    query_timeout: patience + 1000,
    application_name: 'microauth',
    types: postgresTypes,
  });
  // An idle connection that breaks is replaced at the next use; the verb that needs it will say so.
  pool.on('error', () => undefined);
  // One that breaks in the middle of a transaction tells its query as well; unheard, the event would end the process.
  pool.on('connect', (connection) => connection.on('error', () => undefined));
  const maximumWaiting = options.maximumWaiting ?? 500;
  const changes = watchChanges(url, sockets.open);
  const compile = createStatementCompiler(new PostgresQueryCompiler());
  const names = new Map<string, string>();
  // How often the schema has changed below us; what was prepared before is left alone, on every connection.
  let age = 0;
  let verbs = 0;

  async function execute(connection: Pool | PoolClient, statement: Statement): Promise<Rows> {
    const { text, parameters } = compile(statement);
    options.beforeStatement?.(text);
    let name = names.get(text);
    if (name === undefined) {
      name = `verb_${age}_${names.size}`;
      names.set(text, name);
    }
    return (await connection.query({ name, text, values: [...parameters] })).rows as Rows;
  }

  async function inTransaction<Result>(verb: Verb<Result>, step: IteratorResult<{ statement: Statement }, Result>, opening = ''): Promise<Result> {
    const connection = await pool.connect();
    let broken: Error | undefined;
    try {
      await connection.query(`BEGIN;${opening}`);
      let next = step;
      while (next.done !== true) {
        next = verb.next(await execute(connection, next.value.statement));
      }
      await connection.query('COMMIT');
      return next.value;
    } catch (error) {
      if (wentUnanswered(error)) {
        // Neither would a ROLLBACK be answered; the server does one when the connection is gone.
        broken = error;
      } else {
        await connection.query('ROLLBACK').catch((failure: Error) => {
          broken = failure;
        });
      }
      throw error;
    } finally {
      connection.release(broken);
    }
  }

  async function drive<Result>(make: () => Verb<Result>): Promise<Result> {
    const verb = make();
    const opening = verb.next([]);
    if (opening.done === true) {
      return opening.value;
    }
    if (!opening.value.decides) {
      return inTransaction(verb, opening);
    }
    const rows = await execute(pool, opening.value.statement);
    const next = verb.next(rows);
    if (next.done === true) {
      return next.value;
    }
    if (rows.length > 0) {
      throw new Error('A verb goes on after a statement that it said would decide it.');
    }
    return inTransaction(verb, next);
  }

  /** Refuses early when too many wait, repeats what PostgreSQL undid, and tells a missing database from a bug. */
  async function guarded<Result>(attempt: () => Promise<Result>): Promise<Result> {
    verbs += 1;
    if (pool.waitingCount >= maximumWaiting) {
      throw new StoreUnavailable('Too many requests are waiting for the database.');
    }
    for (let repetition = 0; ; repetition += 1) {
      try {
        return await attempt();
      } catch (error) {
        if (isTemporary(error)) {
          throw new StoreUnavailable('The database does not answer.', { cause: error });
        }
        if (isOutdated(error)) {
          age += 1;
          names.clear();
        } else if (!mayBeRepeated(error)) {
          throw error;
        }
        if (repetition === repetitions) {
          throw error;
        }
      }
    }
  }

  let closed: Promise<void> | undefined;

  async function end(): Promise<void> {
    changes.stop();
    // This one waits for verbs that still run, for as long as the sockets below are left to them.
    void pool.end();
    await sockets.closed(farewell);
  }

  return {
    read: (make) =>
      guarded(async () => {
        const verb = make();
        let step = verb.next([]);
        while (step.done !== true) {
          step = verb.next(await execute(pool, step.value.statement));
        }
        return step.value;
      }),
    write: (make) => guarded(() => drive(make)),
    configure: (make) =>
      guarded(async () => {
        const verb = make();
        const result = await inTransaction(verb, verb.next([]), announceChange);
        changes.bump();
        return result;
      }),
    alone: (make) =>
      guarded(() => {
        const verb = make();
        return inTransaction(verb, verb.next([]), `SELECT pg_advisory_xact_lock(${lockOfAll})`);
      }),
    settled: () => settled,
    epoch: () => changes.epoch(),
    // PostgreSQL's autovacuum sees to that.
    giveBack: () => Promise.resolve(false),
    metrics: () => [
      single('counter', 'microauth_store_verbs_total', 'Verbs that were driven, refused ones included', verbs),
      single('gauge', 'microauth_store_connections', 'Open connections to the database', pool.totalCount),
      single('gauge', 'microauth_store_connections_idle', 'Open connections that nothing uses', pool.idleCount),
      single('gauge', 'microauth_store_connections_maximum', 'How many connections there may be', pool.options.max),
      single('gauge', 'microauth_store_verbs_waiting', 'Verbs that wait for a connection', pool.waitingCount),
    ],
    dialect,
    close: () => (closed ??= end()),
  };
}
