import { execFileSync } from 'node:child_process';
import { closeSync, copyFileSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, test } from 'vitest';
import { createUser } from '../../src/admin/users.ts';
import { StoreUnavailable } from '../../src/store/port.ts';
import { openStore } from '../../src/store/sql/open-store.ts';
import { openSqliteEngine } from '../../src/store/sql/sqlite-engine.ts';
import { createStore } from '../../src/store/sql/store.ts';
import { newFolder } from '../cli/microauth.ts';
import { aGrant, aTenant, now } from '../store/records.ts';
import { password, unwrap } from '../support/server.ts';
import { type Cluster, createNode, type Node, startCluster } from '../nodes/cluster.ts';
import { until } from '../nodes/until.ts';
import { openWire, signInOnce, type Wire } from '../nodes/wire.ts';

const folder = mkdtempSync(join(tmpdir(), 'microauth-fault-'));
const tenant = aTenant('acme');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** One server process over a file of its own, signed in to. */
async function withServer(name: string, environment: Readonly<Record<string, string>>, work: (server: { cluster: Cluster; node: Node; wire: Wire; cookie: string; file: string }) => Promise<void>): Promise<void> {
  const file = join(folder, `${name}.db`);
  const cluster = await startCluster({ nodes: 1, databaseUrl: `sqlite:${file}`, environment });
  const wire = openWire(cluster);
  const [node] = cluster.nodes;
  if (node === undefined) {
    throw new Error('unreachable: there is one node');
  }
  try {
    await work({ cluster, node, wire, cookie: await signInOnce(cluster), file });
  } finally {
    wire.close();
    await cluster.stop();
  }
}

describe('a file that another process holds', () => {
  test('is waited for without stopping the server, then answered with 503, and used again once it is free', async () => {
    await withServer('held', {}, async ({ wire, node, cookie, file }) => {
      const first = await wire.authorize(node.port, cookie);
      // The first look at the keys makes the RSA key, which has to be written.
      await wire.get(node.port, '/jwks');
      const holder = new DatabaseSync(file);
      holder.exec('BEGIN IMMEDIATE');
      const waiting = [wire.authorize(node.port, cookie), wire.redeem(node.port, first.code ?? { code: '', verifier: '' })];
      // Reading goes on meanwhile, and at its usual speed.
      const startedAt = performance.now();
      expect((await wire.get(node.port, '/jwks')).status).toBe(200);
      expect(performance.now() - startedAt).toBeLessThan(2000);
      const [page, token] = await Promise.all(waiting);
      expect([page?.status, page?.retryAfter]).toEqual([503, '2']);
      expect(token).toMatchObject({ status: 503, retryAfter: '2', json: { error: 'temporarily_unavailable' } });
      // What comes later does not queue behind a lock that has been waited for in vain.
      const late = performance.now();
      expect((await wire.authorize(node.port, cookie)).status).toBe(503);
      expect(performance.now() - late).toBeLessThan(2000);
      holder.exec('ROLLBACK');
      holder.close();
      // Nothing was half done: the code that was refused is still good.
      expect((await wire.redeem(node.port, first.code ?? { code: '', verifier: '' })).status).toBe(200);
    });
  });

  test('is waited for as long as a command takes', async () => {
    const path = join(folder, 'brief.db');
    const store = unwrap(openStore(`sqlite:${path}`));
    await store.migrate(now);
    const holder = new DatabaseSync(path);
    holder.exec('BEGIN IMMEDIATE');
    const created = store.createTenant(tenant, []);
    // The store has tried, and will try again.
    await new Promise((resolve) => {
      setTimeout(resolve, 200);
    });
    holder.exec('COMMIT');
    holder.close();
    expect(await created).toBe('created');
    await store.close();
  });

  test('does not fill the memory with waiting verbs', async () => {
    const path = join(folder, 'flood.db');
    const store = unwrap(openStore(`sqlite:${path}`));
    await store.migrate(now);
    const holder = new DatabaseSync(path);
    holder.exec('BEGIN IMMEDIATE');
    const first = store.createTenant(aTenant('first'), []);
    await new Promise((resolve) => {
      setImmediate(() => setImmediate(resolve));
    });
    const flood = Promise.allSettled(Array.from({ length: 3000 }, (_, index) => store.createTenant(aTenant(`t${index}`), [])));
    holder.exec('COMMIT');
    holder.close();
    expect(await first).toBe('created');
    const outcomes = await flood;
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused.length).toBe(2001);
    expect(refused.every((outcome) => outcome.reason instanceof StoreUnavailable)).toBe(true);
    expect((await store.listTenants()).length).toBe(1000);
    await store.close();
  });
});

describe('a disk that is full', () => {
  test('refuses what no longer fits, keeps what was acknowledged, and goes on once there is room', async () => {
    const path = join(folder, 'full.db');
    let store = createStore(openSqliteEngine(path, { maximumPages: 100 }));
    await store.migrate(now);
    await store.createTenant(tenant, []);
    const acknowledged: string[] = [];
    let refusal: unknown;
    for (let index = 0; refusal === undefined && index < 5000; index += 1) {
      const id = `grant${index}`;
      try {
        await store.createGrant(tenant.id, aGrant(id, { nonce: 'n'.repeat(300) }));
        acknowledged.push(id);
      } catch (error) {
        refusal = error;
      }
    }
    expect(refusal).toBeInstanceOf(StoreUnavailable);
    expect(refusal).toMatchObject({ message: 'The disk of the database file is full.' });
    expect(acknowledged.length).toBeGreaterThan(100);
    // What needs no room still works: nobody can use a code twice because the disk is full.
    expect((await store.redeemCode(tenant.id, 'client', aGrant('grant0'), now)).kind).toBe('redeemed');
    expect((await store.redeemCode(tenant.id, 'client', aGrant('grant0'), now)).kind).toBe('replayed');
    await store.close();
    store = createStore(openSqliteEngine(path));
    for (const id of acknowledged) {
      expect((await store.findGrant(tenant.id, id))?.id).toBe(id);
    }
    await store.createGrant(tenant.id, aGrant('another'));
    await store.close();
  });

  test('of a real process ends in 503 and not in its end, and needs no restart', async () => {
    // The limit on the size of files stands in for the disk. Its signal is caught, so that writing fails instead.
    const environment = { NODE_OPTIONS: '--import data:text/javascript,process.on(%22SIGXFSZ%22,()=>{})' };
    await withServer('limited', environment, async ({ wire, node, cookie, file }) => {
      const limit = (bytes: string) => execFileSync('prlimit', ['--pid', String(node.pid()), `--fsize=${bytes}`]);
      const last = await wire.authorize(node.port, cookie);
      await wire.get(node.port, '/jwks');
      limit(`${Math.max(statSync(file).size, statSync(`${file}-wal`).size)}:unlimited`);
      let refused = await wire.authorize(node.port, cookie);
      for (let count = 0; refused.status !== 503 && count < 2000; count += 1) {
        refused = await wire.authorize(node.port, cookie);
      }
      expect([refused.status, refused.retryAfter]).toEqual([503, '2']);
      const token = await wire.redeem(node.port, last.code ?? { code: '', verifier: '' });
      expect(token).toMatchObject({ status: 503, json: { error: 'temporarily_unavailable' } });
      expect((await wire.get(node.port, '/jwks')).status).toBe(200);
      limit('unlimited:unlimited');
      expect((await wire.redeem(node.port, last.code ?? { code: '', verifier: '' })).status).toBe(200);
      expect(node.alive()).toBe(true);
    });
    const reader = new DatabaseSync(join(folder, 'limited.db'));
    expect(reader.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
    reader.close();
  });
});

describe('a file that may only be read', () => {
  test('serves what needs no writing, and refuses the rest in one sentence', async () => {
    const path = join(folder, 'read-only.db');
    const writer = unwrap(openStore(`sqlite:${path}`));
    await writer.migrate(now);
    await writer.createTenant(tenant, []);
    await writer.close();
    const store = unwrap(openStore(`sqlite:file://${path}?mode=ro`));
    expect((await store.findTenant('acme'))?.name).toBe('acme');
    await expect(store.createGrant(tenant.id, aGrant('grant'))).rejects.toThrow(new StoreUnavailable('The database file is read-only.'));
    await store.close();
  });
});

describe('a damaged file', () => {
  test('is refused where it is damaged, with 503 and never with a wrong answer, and works once it is restored', async () => {
    await withServer('damaged', {}, async ({ cluster, wire, node, cookie, file }) => {
      for (let index = 0; index < 20; index += 1) {
        await wire.authorize(node.port, cookie);
      }
      const code = (await wire.authorize(node.port, cookie)).code ?? { code: '', verifier: '' };
      await node.stop();
      unwrap(await createUser(cluster.admin, cluster.tenant.id, { email: 'other@example.com', password, emailVerified: true, claims: {} }));
      const reader = new DatabaseSync(file);
      reader.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      const { rootpage } = reader.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'grants'").get() as { rootpage: number };
      reader.close();
      const backup = `${file}.backup`;
      copyFileSync(file, backup);
      damage(file, rootpage);
      await node.start();
      expect(await wire.redeem(node.port, code)).toMatchObject({ status: 503, json: { error: 'temporarily_unavailable' } });
      expect((await wire.authorize(node.port, cookie)).status).toBe(503);
      await until('the log says why', () => node.output().includes('The database file is damaged.'), 2000);
      await node.stop();
      copyFileSync(backup, file);
      await node.start();
      expect((await wire.redeem(node.port, code)).status).toBe(200);
    });
  });

  test('that is no database at all keeps the server from starting, in one sentence', async () => {
    const path = join(folder, 'nonsense.db');
    const file = openSync(path, 'w');
    writeSync(file, 'this is no database, '.repeat(500));
    closeSync(file);
    await expect(startNode(path)).rejects.toThrow(/^serve ended with 1 before it listened: The database [^\n]+ cannot be opened: [^\n]+\.\n$/);
  });
});

/** Overwrites a page of 4 KiB with bytes that mean nothing. */
function damage(path: string, page: number): void {
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(4096, 0xa5), 0, 4096, (page - 1) * 4096);
  closeSync(file);
}

async function startNode(path: string): Promise<void> {
  await createNode(4999, newFolder(), {
    PATH: process.env['PATH'],
    MICROAUTH_URL: 'http://localhost:4999',
    MICROAUTH_DATABASE_URL: `sqlite:${path}`,
    MICROAUTH_SEALING_KEY: 'lPVoG3H5wTXzY7dQ2aJ9nRkUe0sMbC4xK8vWiO6hZtE=',
  }).start();
}
