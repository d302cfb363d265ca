import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog } from '../../src/core/log.ts';
import type { NewClient } from '../../src/admin/client-rules.ts';
import { createClient } from '../../src/admin/clients.ts';
import type { AdminContext } from '../../src/admin/context.ts';
import { createTenant } from '../../src/admin/tenants.ts';
import { createUser } from '../../src/admin/users.ts';
import { createApp } from '../../src/app.ts';
import type { Config } from '../../src/config/load.ts';
import { parseSmtpUrl } from '../../src/config/values.ts';
import type { Result } from '../../src/core/result.ts';
import { sealingKey } from '../../src/core/seal.ts';
import { demoUser, walk } from '../../src/dev/demo.ts';
import { createPasswordHasher } from '../../src/identity/password.ts';
import type { Store } from '../../src/store/port.ts';
import type { ResourceRecord, TenantId, TenantRecord, UserRecord } from '../../src/store/records.ts';
import { openStore } from '../../src/store/sql/open-store.ts';
import type { TenantSettings } from '../../src/store/tenant-settings.ts';
import { type MovableClock, movableClock } from './clock.ts';
import { mayConnectTo, underTest } from './connections.ts';

/** The password of every test user. */
export const password = 'correct horse battery staple';

/** A tenant of a test server, with shorthands for what tests need in it. */
export interface TestTenant {
  readonly record: TenantRecord;
  readonly issuer: string;
  /** Returns the client's id and secret (empty for public clients). */
  client(input: Partial<NewClient> & Pick<NewClient, 'type'>): Promise<{ readonly id: string; readonly secret: string }>;
  user(input?: { readonly email?: string; readonly claims?: Readonly<Record<string, string>> }): Promise<UserRecord>;
  resource(input: Partial<ResourceRecord> & Pick<ResourceRecord, 'identifier'>): Promise<void>;
}

export interface TestServer extends TestTenant {
  readonly port: number;
  readonly store: Store;
  readonly admin: AdminContext;
  readonly clock: MovableClock;
  readonly config: Config;
  /** Where the operations port answers when it was asked for, without a slash at the end. */
  readonly operations: string;
  /** Everything that was logged, one JSON line each. */
  log(): string;
  /** A second tenant: `http://NAME.localhost:PORT`. */
  tenant(name: string): Promise<TestTenant>;
  stop(): Promise<void>;
}

/** The value of a result that a test relies on. */
export function unwrap<Value>(result: Result<Value, unknown>): Value {
  if (!result.ok) {
    throw new Error(`expected success, got ${JSON.stringify(result.failure)}`);
  }
  return result.value;
}

/** Changes what a tenant has decided, without the checks of an operator's command. */
export async function settle(store: Store, tenantId: TenantId, change: Partial<TenantSettings>): Promise<void> {
  const tenant = await store.findTenant(tenantId);
  if (tenant === undefined || (await store.updateTenant(tenantId, { ...tenant, settings: { ...tenant.settings, ...change } })) !== 'updated') {
    throw new Error('the tenant was not changed');
  }
}

/**
 * Ports below those that the system hands out by itself, so that no outgoing connection and no listener on port 0 takes
 * one between the asking and the using; and a range for each of the test runner's processes, so that neither do they.
 */
const portRange = { first: 10_000 + 2_000 * Number(process.env['VITEST_POOL_ID'] ?? 0), size: 2_000 };
let nextPort = Math.floor(Math.random() * portRange.size);

/** The first of `count` consecutive ports that nobody listens on. */
export async function freePort(count = 1): Promise<number> {
  for (let tried = 0; tried < portRange.size; tried += count) {
    const first = portRange.first + (nextPort % (portRange.size - count));
    nextPort += count;
    const ports = Array.from({ length: count }, (_, index) => first + index);
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) {
      return first;
    }
  }
  throw new Error(`no free port from ${portRange.first} on`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, () => probe.close(() => resolve(true)));
  });
}

export interface TestServerOptions {
  readonly trustedProxies?: readonly string[];
  /** With the walk page, its client and the demo user. */
  readonly dev?: boolean;
  readonly scheme?: 'http' | 'https';
  /** The mail server; none, and so no mail, without one. */
  readonly smtpUrl?: string;
  /** With an operations port. */
  readonly operations?: boolean;
  /** An empty database instead of an SQLite file of its own. */
  readonly databaseUrl?: string;
  /** A store of the test's own in this folder. */
  readonly openStore?: (folder: string) => Store;
  /** For how long a stop goes on accepting. */
  readonly drainSeconds?: number;
  /** What people see as the name of the main tenant. */
  readonly displayName?: string;
  /** Takes the lines of the log, which are kept otherwise. */
  readonly onLine?: (line: string) => void;
}

/**
 * Starts a whole server on a free port of localhost, over an SQLite file of its own where it is given nothing else. With scheme `https` its issuer
 * says so while the socket speaks http, as behind a proxy.
 */
export async function startServer(options: TestServerOptions = {}): Promise<TestServer> {
  const port = await freePort();
  const operationsPort = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'microauth-test-'));
  const key = sealingKey(randomBytes(32));
  if (key === undefined) {
    throw new Error('unreachable: 32 bytes are a sealing key');
  }
  const clock = movableClock();
  const databaseUrl = options.databaseUrl ?? `sqlite:${join(folder, 'microauth.db')}`;
  mayConnectTo(databaseUrl);
  mayConnectTo(options.smtpUrl);
  const store = options.openStore?.(folder) ?? unwrap(underTest(() => openStore(databaseUrl)));
  await store.migrate(clock.now());
  const config: Config = {
    url: { scheme: options.scheme ?? 'http', host: 'localhost', port },
    listen: { host: '127.0.0.1', port },
    operationsListen: options.operations === true ? { host: '127.0.0.1', port: operationsPort } : undefined,
    drainSeconds: options.drainSeconds ?? 0,
    databaseUrl,
    dataDir: folder,
    sealingKey: key,
    trustedProxies: options.trustedProxies ?? [],
    logLevel: 'debug',
    mailServer: options.smtpUrl === undefined ? undefined : unwrap(parseSmtpUrl(options.smtpUrl)),
    mailFrom: 'no-reply@localhost',
  };
  const lines: string[] = [];
  const log = createLog('debug', options.onLine ?? ((line) => void lines.push(line)));
  const admin: AdminContext = { store, sealingKey: key, clock, hasher: createPasswordHasher(), url: config.url };
  const main = await makeTenant(admin, 'default', 'localhost', options.displayName);
  if (options.dev === true) {
    await main.client({ type: 'spa', id: walk.clientId, name: 'Walk', redirectUris: [`${main.issuer}/walk`], postLogoutRedirectUris: [`${main.issuer}/walk`] });
    unwrap(await createUser(admin, main.record.id, { email: demoUser.email, password: demoUser.password, emailVerified: true, claims: { name: 'Demo User' } }));
  }
  const dev = options.dev === true ? { dev: { walk: { ...walk, user: demoUser }, explains: true } } : {};
  const app = underTest(() => createApp({ config, store, clock, log, ...dev }));
  unwrap(await underTest(() => app.start()));
  return {
    ...main,
    port,
    store,
    admin,
    clock,
    config,
    operations: `http://127.0.0.1:${operationsPort}`,
    log: () => lines.join(''),
    tenant: (name) => makeTenant(admin, name, `${name}.localhost`),
    async stop() {
      await app.stop();
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function makeTenant(admin: AdminContext, name: string, domain: string, displayName = `Tenant ${name}`): Promise<TestTenant> {
  const record = unwrap(await createTenant(admin, { name, domain, displayName }));
  let users = 0;
  return {
    record,
    issuer: `${admin.url.scheme}://${domain}${admin.url.port === undefined ? '' : `:${admin.url.port}`}`,
    async client(input) {
      const { client, secret } = unwrap(await createClient(admin, record.id, { name: `A ${input.type} client`, ...input }));
      return { id: client.id, secret: secret ?? '' };
    },
    async user(input = {}) {
      users += 1;
      const email = input.email ?? `user${users}@example.com`;
      return unwrap(await createUser(admin, record.id, { email, password, emailVerified: true, claims: input.claims ?? {} }));
    },
    async resource(input) {
      await admin.store.createResource(record.id, {
        name: input.identifier,
        scopes: [],
        defaultScopes: [],
        accessTokenAlgorithm: 'ES256',
        accessTokenType: 'at+jwt',
        accessTokenLifetime: null,
        clientId: null,
        createdAt: admin.clock.now(),
        version: 1,
        updatedAt: admin.clock.now(),
        ...input,
      });
    },
  };
}
