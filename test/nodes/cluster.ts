import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { AdminContext } from '../../src/admin/context.ts';
import { createClient } from '../../src/admin/clients.ts';
import { ensureDefaultTenant } from '../../src/admin/default-tenant.ts';
import { createUser } from '../../src/admin/users.ts';
import { systemClock } from '../../src/core/clock.ts';
import { sealingKey } from '../../src/core/seal.ts';
import { createPasswordHasher } from '../../src/identity/password.ts';
import type { Store } from '../../src/store/port.ts';
import type { TenantRecord } from '../../src/store/records.ts';
import { openStore } from '../../src/store/sql/open-store.ts';
import { tripwire } from '../support/connections.ts';
import { Flow, redirectUri } from '../support/flow.ts';
import { freePort, password, unwrap } from '../support/server.ts';
import { type Balancer, startBalancer } from './balancer.ts';

const main = resolve(import.meta.dirname, '../../src/main.ts');

/** A `microauth serve` of its own, which may be killed and started again. */
export interface Node {
  readonly port: number;
  /** The process, for its limits to be changed. */
  pid(): number;
  /** Whether the process runs. */
  alive(): boolean;
  /** Everything that the process has printed since its last start. */
  output(): string;
  start(): Promise<void>;
  /** `kill -9`. */
  kill(): Promise<void>;
  /** Asks it to end; returns the exit code. */
  stop(): Promise<number | null>;
}

/** Several nodes over one database behind one issuer, with a client and a user. */
export interface Cluster {
  readonly issuer: string;
  readonly nodes: readonly Node[];
  /** Where the issuer's own port leads. */
  readonly balancer: Balancer;
  /** One more node without HTTP: what `microauth` commands do, done in this process. */
  readonly admin: AdminContext;
  readonly store: Store;
  readonly tenant: TenantRecord;
  readonly clientId: string;
  /** A fresh browser at the client. */
  flow(): Flow;
  /** Ends everything that runs; the database stays. */
  stop(): Promise<void>;
}

export interface ClusterOptions {
  readonly nodes: number;
  readonly databaseUrl: string;
  readonly logLevel?: 'info' | 'warn' | 'error';
  /** What the processes find in their environment beside their configuration. */
  readonly environment?: Readonly<Record<string, string>>;
  /** For Node itself. */
  readonly nodeOptions?: string;
}

/** Starts nodes over an empty database. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), 'microauth-nodes-'));
  const balancer = await startBalancer();
  const url = { scheme: 'http', host: 'localhost', port: balancer.port } as const;
  const issuer = `http://localhost:${balancer.port}`;
  const key = randomBytes(32);
  const environment = {
    PATH: process.env['PATH'],
    NODE_OPTIONS: `${tripwire.NODE_OPTIONS} ${options.nodeOptions ?? ''}`,
    // Compiled code is kept between starts, so that a restart takes a fraction of a second.
    NODE_COMPILE_CACHE: join(tmpdir(), 'microauth-compile-cache'),
    MICROAUTH_URL: issuer,
    MICROAUTH_DATABASE_URL: options.databaseUrl,
    MICROAUTH_SEALING_KEY: key.toString('base64'),
    MICROAUTH_LOG_LEVEL: options.logLevel ?? 'info',
    ...options.environment,
  };
  const store = unwrap(openStore(options.databaseUrl));
  const clock = systemClock();
  const sealing = sealingKey(key);
  if (sealing === undefined) {
    throw new Error('unreachable: 32 bytes are a sealing key');
  }
  const admin: AdminContext = { store, clock, sealingKey: sealing, hasher: createPasswordHasher(), url };
  await store.migrate(clock.now());
  const tenant = unwrap(await ensureDefaultTenant(admin, 'localhost', 'keep'));
  const { client } = unwrap(await createClient(admin, tenant.id, { type: 'spa', name: 'A client', redirectUris: [redirectUri] }));
  unwrap(await createUser(admin, tenant.id, { email: 'user1@example.com', password, emailVerified: true, claims: {} }));
  const nodes: Node[] = [];
  for (let index = 0; index < options.nodes; index += 1) {
    const port = await freePort();
    nodes.push(createNode(port, folder, { ...environment, MICROAUTH_LISTEN: `127.0.0.1:${port}` }));
  }
  await Promise.all(nodes.map((node) => node.start()));
  balancer.leadTo(nodes.map((node) => node.port));
  return {
    issuer,
    nodes,
    balancer,
    admin,
    store,
    tenant,
    clientId: client.id,
    flow: () => new Flow(issuer, { id: client.id, secret: '' }),
    async stop() {
      await Promise.all(nodes.map((node) => node.stop()));
      await balancer.stop();
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A node that has not been started yet. */
export function createNode(port: number, folder: string, environment: NodeJS.ProcessEnv): Node {
  let child: ChildProcess | undefined;
  let output = '';
  let exited: Promise<unknown> = Promise.resolve();

  async function end(signal: NodeJS.Signals): Promise<number | null> {
    child?.kill(signal);
    await exited;
    return child?.exitCode ?? null;
  }

  return {
    port,
    pid() {
      // 0 would mean ourselves and everybody around us.
      if (child?.pid === undefined) {
        throw new Error('the node does not run');
      }
      return child.pid;
    },
    alive: () => child !== undefined && child.exitCode === null && child.signalCode === null,
    output: () => output,
    async start() {
      output = '';
      const started = spawn(process.execPath, [main, 'serve', '--json'], { cwd: folder, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
      child = started;
      exited = once(started, 'exit');
      started.stderr.setEncoding('utf8').on('data', (text: string) => {
        output = (output + text).slice(-1_000_000);
      });
      await new Promise<void>((resolve_, reject) => {
        started.stdout.once('data', () => resolve_());
        started.once('exit', (code, signal) => reject(new Error(`serve ended with ${code ?? signal} before it listened: ${output}`)));
      });
    },
    async kill() {
      await end('SIGKILL');
    },
    stop: () => end('SIGTERM'),
  };
}
