import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Balancer, startBalancer } from '../nodes/balancer.ts';
import { type Cluster, startCluster } from '../nodes/cluster.ts';
import { until } from '../nodes/until.ts';
import { openWire, signInOnce, type Wire } from '../nodes/wire.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';

let postgres: PostgresServer;
let databaseUrl: string;

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

/* The network between the node and the database stops: what is sent is taken and never answered, and nobody hangs up. */
describe('a node that is asked to stop while PostgreSQL hangs', () => {
  let between: Balancer;
  let cluster: Cluster;
  let wire: Wire;

  async function start(): Promise<string> {
    databaseUrl = await postgres.database();
    between = await startBalancer();
    between.leadTo([Number(new URL(databaseUrl).port)]);
    const throughIt = new URL(databaseUrl);
    throughIt.port = String(between.port);
    cluster = await startCluster({ nodes: 1, databaseUrl, environment: { MICROAUTH_DATABASE_URL: throughIt.href } });
    wire = openWire(cluster);
    return signInOnce(cluster);
  }
  afterEach(async () => {
    wire.close();
    await cluster.nodes[0]?.kill();
    await cluster.stop();
    await between.stop();
  });

  /** The exit code of a node that must be gone in time; undefined where it is not. */
  function stopWithin(milliseconds: number): Promise<number | null | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), milliseconds);
    });
    return Promise.race([cluster.nodes[0]?.stop(), late]).finally(() => clearTimeout(timer));
  }

  test('ends with 0 by itself, with nothing in flight', async () => {
    await start();
    between.freeze();
    expect(await stopWithin(8000)).toBe(0);
  });

  test('answers what is in flight with 503 and ends with 0, in the middle of a transaction too', async () => {
    const cookie = await start();
    const port = cluster.nodes[0]?.port ?? 0;
    const browser = cluster.flow();
    const page = await browser.authorize();
    const { code } = await wire.authorize(port, cookie);
    between.freeze();
    // Attempts at a password are counted in a transaction, here on a connection that was open before.
    const signedIn = browser.signIn(page);
    await until('it waits for the database', () => between.swallowing() === 1, 4000);
    // With it one for each connection that a node may have.
    const requests = Array.from({ length: 9 }, (_, index) => (index === 0 && code !== undefined ? wire.redeem(port, code) : wire.authorize(port, cookie)));
    const asked = Promise.all([signedIn, ...requests]);
    await until('all wait for the database', () => between.swallowing() === 10, 4000);
    expect(await stopWithin(18_000)).toBe(0);
    expect(new Set((await asked).map(({ status }) => status))).toEqual(new Set([503]));
  }, 60_000);
});
