import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setClientEnabled } from '../../src/admin/clients.ts';
import { StoreUnavailable } from '../../src/store/port.ts';
import { openPostgresEngine } from '../../src/store/sql/postgres-engine.ts';
import { createStore } from '../../src/store/sql/store.ts';
import { newFolder } from '../cli/microauth.ts';
import { type Cluster, createNode, startCluster } from '../nodes/cluster.ts';
import { until } from '../nodes/until.ts';
import { type Answer, type Code, openWire, signInOnce, type Wire } from '../nodes/wire.ts';
import { aGrant, now } from '../store/records.ts';
import { freePort, unwrap } from '../support/server.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';

let postgres: PostgresServer;
let databaseUrl: string;
let cluster: Cluster;
let wire: Wire;
let cookie: string;

beforeAll(async () => {
  postgres = await startPostgres({ durable: true });
  databaseUrl = await postgres.database();
  cluster = await startCluster({ nodes: 2, databaseUrl });
  wire = openWire(cluster);
  cookie = await signInOnce(cluster);
});
afterAll(async () => {
  wire.close();
  await cluster.stop();
  await postgres.stop();
});

const portOf = (index: number) => cluster.nodes[index % 2]?.port ?? 0;

async function newCode(index = 0): Promise<Code> {
  const { code, status } = await wire.authorize(portOf(index), cookie);
  if (code === undefined) {
    throw new Error(`expected a code, got ${status}`);
  }
  return code;
}

describe('PostgreSQL dies under load and comes back', () => {
  test('answers are 503 meanwhile, no process ends, nothing is half done, and all recovers by itself', async () => {
    const codes = await Promise.all(Array.from({ length: 30 }, (_, index) => newCode(index)));
    const { json } = await wire.redeem(portOf(0), await newCode());
    const seen: Answer[] = [];
    let stopped = false;
    const goesOn = () => !stopped;
    const load = Array.from({ length: 8 }, async (_, worker) => {
      for (let count = 0; goesOn() && count < 20_000; count += 1) {
        seen.push(await (count % 2 === 0 ? wire.authorize(portOf(worker), cookie) : wire.userinfo(portOf(worker), json.access_token ?? '')));
      }
    });
    await until('the load is served', () => seen.length > 50, 10_000);
    await postgres.kill();
    // In the middle of it: what is asked now is refused, in each endpoint's own way.
    await until('the load is refused', () => seen.at(-1)?.status === 503, 10_000);
    const refused = await Promise.all(codes.map((code, index) => wire.redeem(portOf(index), code)));
    expect(refused.every(({ status, json: { error }, retryAfter }) => status === 503 && error === 'temporarily_unavailable' && retryAfter === '2')).toBe(true);
    const page = await wire.authorize(portOf(0), cookie);
    expect([page.status, page.retryAfter, page.json]).toEqual([503, '2', {}]);
    await postgres.restart();
    const recovered = await until('both nodes answer again', async () => (await Promise.all([0, 1].map((index) => wire.authorize(portOf(index), cookie)))).every(({ status }) => status === 303), 10_000);
    stopped = true;
    await Promise.all(load);
    expect(recovered).toBeLessThan(5000);
    expect(cluster.nodes.every((node) => node.alive())).toBe(true);
    expect([...new Set(seen.map(({ status }) => status))].toSorted()).toEqual([200, 303, 503]);
    // Refused was not spent: every code is good, once.
    const redeemed = await Promise.all(codes.map((code, index) => wire.redeem(portOf(index), code)));
    expect(redeemed.map(({ status }) => status)).toEqual(codes.map(() => 200));
    const again = await Promise.all(codes.map((code, index) => wire.redeem(portOf(index + 1), code)));
    expect(again.map(({ status }) => status)).toEqual(codes.map(() => 400));
  }, 60_000);

  test('word of changes gets around again afterwards', async () => {
    const known = async (index: number) => (await wire.authorize(portOf(index), cookie)).status === 303;
    // The listening connections come back within a second; until then nothing is remembered for longer than that.
    unwrap(await setClientEnabled(cluster.admin, cluster.tenant.id, cluster.clientId, false));
    await until('both refuse the client', async () => !(await known(0)) && !(await known(1)), 2000);
    unwrap(await setClientEnabled(cluster.admin, cluster.tenant.id, cluster.clientId, true));
    await until('both know the client', async () => (await known(0)) && (await known(1)), 2000);
  });

  test('a node does not start without it, and says so in one sentence', async () => {
    const port = await freePort();
    const start = (url: string) =>
      createNode(port, newFolder(), {
        PATH: process.env['PATH'],
        MICROAUTH_URL: `http://localhost:${port}`,
        MICROAUTH_DATABASE_URL: url,
        MICROAUTH_SEALING_KEY: 'lPVoG3H5wTXzY7dQ2aJ9nRkUe0sMbC4xK8vWiO6hZtE=',
      }).start();
    await expect(start(`postgres://postgres:password@127.0.0.1:${port}/postgres`)).rejects.toThrow(/^serve ended with 1 before it listened: [^\n]+\n$/);
  });
});

describe('PostgreSQL takes no changes', () => {
  /** What needs no change is answered as ever; all else is 503 in the words of its endpoint, and may be sent again. */
  async function expectReadOnly(code: Code, json: Answer['json']): Promise<void> {
    const flow = cluster.flow();
    const page = await flow.authorize();
    expect(page.status).toBe(200);
    const signedIn = await flow.signIn(page);
    expect([signedIn.status, signedIn.headers['retry-after']]).toEqual([503, '2']);
    for (const index of [0, 1]) {
      expect((await wire.get(portOf(index), '/jwks')).status).toBe(200);
      expect((await wire.userinfo(portOf(index), json.access_token ?? '')).status).toBe(200);
      const authorized = await wire.authorize(portOf(index), cookie);
      expect([authorized.status, authorized.retryAfter, authorized.json]).toEqual([503, '2', {}]);
      for (const answer of [await wire.redeem(portOf(index), code), await wire.refresh(portOf(index), json.refresh_token ?? ''), await wire.revoke(portOf(index), json.refresh_token ?? '')]) {
        expect(answer).toMatchObject({ status: 503, retryAfter: '2', json: { error: 'temporarily_unavailable' } });
      }
    }
  }

  /** Once it takes changes again, what was refused is good. */
  async function expectRecovered(code: Code, json: Answer['json']): Promise<void> {
    await until('both nodes answer again', async () => (await Promise.all([0, 1].map((index) => wire.authorize(portOf(index), cookie)))).every(({ status }) => status === 303), 10_000);
    expect((await wire.redeem(portOf(0), code)).status).toBe(200);
    expect((await wire.refresh(portOf(1), json.refresh_token ?? '')).status).toBe(200);
    expect((await cluster.flow().tokens()).status).toBe(200);
    expect(cluster.nodes.every((node) => node.alive())).toBe(true);
  }

  test('because somebody has made it read-only', async () => {
    const code = await newCode();
    const { json } = await wire.redeem(portOf(0), await newCode());
    const operator = new Client({ connectionString: databaseUrl });
    await operator.connect();
    const database = new URL(databaseUrl).pathname.slice(1);
    const cutAll = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    // It counts for connections that are made from now on.
    await operator.query(`ALTER DATABASE ${database} SET default_transaction_read_only = on`);
    await operator.query(cutAll);
    await until('the nodes are connected again', async () => (await Promise.all([0, 1].map((index) => wire.userinfo(portOf(index), json.access_token ?? '')))).every(({ status }) => status === 200), 5000);
    await expectReadOnly(code, json);
    await operator.query(`ALTER DATABASE ${database} RESET default_transaction_read_only`);
    await operator.query(cutAll);
    await operator.end();
    await expectRecovered(code, json);
  });

  test('because it is a standby, until it becomes the primary', async () => {
    const code = await newCode();
    const { json } = await wire.redeem(portOf(0), await newCode());
    await postgres.kill();
    await postgres.standBy();
    await until('both nodes have found it', async () => (await Promise.all([0, 1].map((index) => wire.userinfo(portOf(index), json.access_token ?? '')))).every(({ status }) => status === 200), 10_000);
    await expectReadOnly(code, json);
    const port = await freePort();
    const starting = createNode(port, newFolder(), {
      PATH: process.env['PATH'],
      MICROAUTH_URL: cluster.issuer,
      MICROAUTH_LISTEN: `127.0.0.1:${port}`,
      MICROAUTH_DATABASE_URL: databaseUrl,
      MICROAUTH_SEALING_KEY: Buffer.from(cluster.admin.sealingKey).toString('base64'),
    });
    await expect(starting.start()).rejects.toThrow(/^serve ended with 1 before it listened: [^\n]+\n$/);
    await postgres.promote();
    await expectRecovered(code, json);
  });
});

describe('a database that hangs', () => {
  test('costs the requests that need it five seconds and not the others anything, and they may be sent again', async () => {
    const code = await newCode();
    const { json } = await wire.redeem(portOf(0), await newCode());
    const blocker = new Client({ connectionString: databaseUrl });
    await blocker.connect();
    await blocker.query('BEGIN; SELECT * FROM grants WHERE redeemed_at IS NULL FOR UPDATE');
    const startedAt = performance.now();
    const blocked = wire.redeem(portOf(0), code);
    expect((await wire.userinfo(portOf(0), json.access_token ?? '')).status).toBe(200);
    expect((await wire.refresh(portOf(0), json.refresh_token ?? '')).status).toBe(200);
    expect(performance.now() - startedAt).toBeLessThan(3000);
    expect(await blocked).toMatchObject({ status: 503, json: { error: 'temporarily_unavailable' } });
    expect(performance.now() - startedAt).toBeLessThan(9000);
    await blocker.query('ROLLBACK');
    await blocker.end();
    expect((await wire.redeem(portOf(1), code)).status).toBe(200);
  });

  test('sheds load instead of queueing it without end', async () => {
    const blocker = new Client({ connectionString: databaseUrl });
    await blocker.connect();
    await blocker.query('BEGIN; LOCK TABLE grants IN ACCESS EXCLUSIVE MODE');
    const store = createStore(openPostgresEngine(databaseUrl, { poolSize: 3, maximumWaiting: 20 }));
    const startedAt = performance.now();
    const at: number[] = [];
    const outcomes = await Promise.allSettled(
      Array.from({ length: 200 }, async (_, index) => {
        try {
          await store.createGrant(cluster.tenant.id, aGrant(`shed${index}`));
        } finally {
          at.push(performance.now() - startedAt);
        }
      }),
    );
    expect(outcomes.every((outcome) => outcome.status === 'rejected' && outcome.reason instanceof StoreUnavailable)).toBe(true);
    // Three hold connections and twenty wait; the others have been refused at once.
    expect(at.filter((after) => after < 1000).length).toBe(177);
    expect(Math.max(...at)).toBeLessThan(12_000);
    await blocker.query('ROLLBACK');
    await blocker.end();
    // And it works again, with the connections that were stuck.
    await store.createGrant(cluster.tenant.id, aGrant('afterwards', { expiresAt: now + 1 }));
    expect((await store.findGrant(cluster.tenant.id, 'shed0'))).toBeUndefined();
    await store.close();
  });

  test('connections that the server cuts cost at most one refusal each', async () => {
    const statuses: (number | undefined)[] = [];
    for (let round = 0; round < 5; round += 1) {
      const killer = new Client({ connectionString: databaseUrl });
      await killer.connect();
      await killer.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'microauth%'");
      await killer.end();
      statuses.push((await wire.authorize(portOf(round), cookie)).status);
      await until('it answers again', async () => (await wire.authorize(portOf(round), cookie)).status === 303, 2000);
    }
    expect(statuses.every((status) => status === 303 || status === 503)).toBe(true);
  });

  test('a connection that is cut in the middle of a transaction costs that verb and not the process', async () => {
    const store = createStore(openPostgresEngine(databaseUrl));
    const blocker = new Client({ connectionString: databaseUrl });
    await blocker.connect();
    await blocker.query('BEGIN; LOCK TABLE budgets IN ACCESS EXCLUSIVE MODE');
    const bucket = { key: 'cut', burst: 9, every: 60_000 };
    const attempt = store.takeAttempt(cluster.tenant.id, [bucket], now);
    const refused = expect(attempt).rejects.toBeInstanceOf(StoreUnavailable);
    // Asked on another connection: within a transaction the view of the activity stands still.
    const cutter = new Client({ connectionString: databaseUrl });
    await cutter.connect();
    const cut = async () => (await cutter.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")).rowCount === 1;
    await until('the verb waits for the lock', cut, 5000);
    await refused;
    await cutter.end();
    await blocker.query('ROLLBACK');
    await blocker.end();
    expect(await store.takeAttempt(cluster.tenant.id, [bucket], now)).toEqual({ allowed: true });
    await store.close();
  });
});
