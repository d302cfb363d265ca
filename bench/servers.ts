/* Starts and stops the servers that are measured, each a process of its own on the core kept for it. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from '../src/admin/clients.ts';
import type { AdminContext } from '../src/admin/context.ts';
import { createResource } from '../src/admin/resources.ts';
import { createTenant } from '../src/admin/tenants.ts';
import { createUser } from '../src/admin/users.ts';
import { systemClock } from '../src/core/clock.ts';
import type { Result } from '../src/core/result.ts';
import { sealingKey } from '../src/core/seal.ts';
import { createPasswordHasher } from '../src/identity/password.ts';
import { openStore } from '../src/store/sql/open-store.ts';
import { freePort } from '../test/support/server.ts';
import type { ServerName } from './names.ts';
import { discoveryOf } from './scenarios.ts';
import { clients, password, redirectUri, resource, secret, serviceScope, users } from './setup.ts';
import { type Answer, Connection } from './wire.ts';

/** A server that answers. */
export interface Server {
  readonly name: ServerName;
  readonly port: number;
  readonly pid: number;
  /** Milliseconds from the start of the process to its first 200 for discovery. */
  readonly startTime: number;
  stop(): Promise<void>;
}

/** Everything to start a server with, again and again on the same data. */
export interface Blueprint {
  readonly name: ServerName;
  readonly folder: string;
  readonly port: number;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** The core that the servers run on; everything else keeps to the other one. */
const serverCore = '0';
const otherCore = '1';

/** Moves this process, and with it all that it starts from now on, away from the servers. */
export function leaveServerCore(): void {
  execFileSync('taskset', ['-a', '-c', '-p', otherCore, String(process.pid)], { stdio: 'ignore' });
}

export function unwrap<Value>(result: Result<Value, unknown>): Value {
  if (!result.ok) {
    throw new Error(`expected success, got ${JSON.stringify(result.failure)}`);
  }
  return result.value;
}

const bench = import.meta.dirname;

/** MicroAuth as the npm package has it. */
export const compiledMain = join(bench, '../dist/main.js');

/** Compiles MicroAuth. */
export function compile(): void {
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: join(bench, '..'), stdio: 'inherit' });
}

/** Prepares a server with the users and clients of the bench. `databaseUrl` is for ours. */
export async function prepare(name: ServerName, parent: string, databaseUrl?: string): Promise<Blueprint> {
  const folder = join(parent, name);
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  if (name === 'microauth-sqlite' || name === 'microauth-postgres') {
    return prepareOurs(name, folder, port, databaseUrl ?? `sqlite:${join(folder, 'microauth.db')}`);
  }
  const file = name === 'floor' ? join(bench, 'floor.ts') : join(bench, 'peers', `${name}.js`);
  const environment = { BENCH_FOLDER: folder, PORT: String(port), NODE_ENV: 'production' };
  const blueprint = { name, folder, port, command: [file], environment };
  if (name === 'floor' || name === 'better-auth') {
    execFileSync(process.execPath, [file], { env: { ...process.env, ...environment, BENCH_PROVISION: '1' }, stdio: 'pipe' });
  }
  return blueprint;
}

async function prepareOurs(name: ServerName, folder: string, port: number, databaseUrl: string): Promise<Blueprint> {
  const environment = {
    NODE_ENV: 'production',
    MICROAUTH_URL: `http://localhost:${port}`,
    MICROAUTH_LISTEN: `127.0.0.1:${port}`,
    MICROAUTH_DATABASE_URL: databaseUrl,
    MICROAUTH_SEALING_KEY: randomBytes(32).toString('base64'),
  };
  const { context, close } = await openAdmin(environment);
  const tenant = unwrap(await createTenant(context, { name: 'default', domain: 'localhost', displayName: 'Bench' }));
  for (const user of users) {
    unwrap(await createUser(context, tenant.id, { email: user.email, password, emailVerified: true, claims: { name: user.name } }));
  }
  unwrap(await createResource(context, tenant.id, { identifier: resource, name: 'API', scopes: [serviceScope] }));
  const application = { redirectUris: [redirectUri], name: 'Bench' } as const;
  unwrap(await createClient(context, tenant.id, { ...application, type: 'spa', id: clients.es256, idTokenAlgorithm: 'ES256' }));
  unwrap(await createClient(context, tenant.id, { ...application, type: 'spa', id: clients.rs256, idTokenAlgorithm: 'RS256' }));
  unwrap(await createClient(context, tenant.id, { ...application, type: 'web', id: clients.web, secret, idTokenAlgorithm: 'ES256' }));
  unwrap(await createClient(context, tenant.id, { type: 'service', id: clients.service, name: 'Service', secret, scopes: [serviceScope] }));
  await close();
  return { name, folder, port, command: [compiledMain, 'serve'], environment };
}

/** The management operations on the database of a server of ours. */
export async function openAdmin(environment: {
  readonly MICROAUTH_URL: string;
  readonly MICROAUTH_DATABASE_URL: string;
  readonly MICROAUTH_SEALING_KEY: string;
}): Promise<{ readonly context: AdminContext; readonly close: () => Promise<void> }> {
  const store = unwrap(openStore(environment.MICROAUTH_DATABASE_URL));
  const clock = systemClock();
  await store.migrate(clock.now());
  const key = sealingKey(Buffer.from(environment.MICROAUTH_SEALING_KEY, 'base64'));
  if (key === undefined) {
    throw new Error('unreachable: the sealing key has 32 bytes');
  }
  const port = Number(new URL(environment.MICROAUTH_URL).port);
  const context = { store, clock, sealingKey: key, hasher: createPasswordHasher(), url: { scheme: 'http', port } } as const;
  return { context, close: () => store.close() };
}

/** As the unit and the image of MicroAuth have it, for all: else what hashing passwords and a burst once took stays taken. */
const memory = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: '131072',
  MALLOC_TRIM_THRESHOLD_: '131072',
  NODE_OPTIONS: '--max-semi-space-size=16',
};

/** Starts a server, on its core unless told otherwise, and waits for its first answer. Its output goes to a file. */
export async function start(blueprint: Blueprint, nodeOptions: readonly string[] = [], cores = serverCore): Promise<Server> {
  const log = openSync(join(blueprint.folder, 'output.log'), 'a');
  const startedAt = performance.now();
  const child = spawn('taskset', ['-c', cores, process.execPath, ...nodeOptions, ...blueprint.command], {
    cwd: blueprint.folder,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...memory, ...blueprint.environment },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const path = discoveryOf(blueprint.name);
  while ((await tryGet(blueprint.port, path))?.status !== 200) {
    if (child.exitCode !== null) {
      throw new Error(`${blueprint.name} ended: ${readFileSync(join(blueprint.folder, 'output.log'), 'utf8').slice(-2000)}`);
    }
    if (performance.now() - startedAt > 30_000) {
      child.kill('SIGKILL');
      throw new Error(`${blueprint.name} does not answer`);
    }
    await new Promise((resolve) => {
      setTimeout(resolve, 2);
    });
  }
  const startTime = performance.now() - startedAt;
  // taskset has become the server itself, so the process is the one that was started.
  return { name: blueprint.name, port: blueprint.port, pid: child.pid ?? 0, startTime, stop: () => stop(child) };
}

function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      resolve();
      return;
    }
    const forced = setTimeout(() => child.kill('SIGKILL'), 5000);
    child.once('exit', () => {
      clearTimeout(forced);
      resolve();
    });
    child.kill('SIGTERM');
  });
}

/** One request on a connection of its own; undefined where nobody answers. */
async function tryGet(port: number, path: string): Promise<Answer | undefined> {
  const connection = new Connection(port);
  try {
    return await connection.get(path);
  } catch {
    return undefined;
  } finally {
    connection.close();
  }
}

/** Gives the floor the documents of ours, so that its answers have their size. */
export async function lendDocuments(from: Server, floorFolder: string): Promise<void> {
  mkdirSync(floorFolder, { recursive: true });
  for (const [path, file] of [['/.well-known/openid-configuration', 'discovery.json'], ['/jwks', 'jwks.json']] as const) {
    writeFileSync(join(floorFolder, file), (await tryGet(from.port, path))?.body ?? '');
  }
}

/** Resident memory in bytes. */
export function residentMemory(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(line) * 1024;
}

/** Processor time that a process has used, in seconds. */
export function processorTime(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  // The kernel counts in hundredths of a second.
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
