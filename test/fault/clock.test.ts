import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hour, second } from '../../src/core/clock.ts';
import { type Cluster, startCluster } from '../nodes/cluster.ts';
import { until } from '../nodes/until.ts';
import { openWire, signInOnce } from '../nodes/wire.ts';
import { Flow, payloadOf, redirectUri } from '../support/flow.ts';
import { startServer, type TestServer } from '../support/server.ts';

/* A server that is started again after its machine's clock was moved: the store remembers times that lie elsewhere. */
describe('the clock of the machine is moved between two starts', () => {
  let server: TestServer;
  let flow: Flow;

  beforeAll(async () => {
    server = await startServer();
    await server.user();
    flow = new Flow(server.issuer, await server.client({ type: 'spa', redirectUris: [redirectUri] }));
  });
  afterAll(() => server.stop());

  test('back by an hour: what is spent stays spent, what is revoked stays revoked, and people stay signed in', async () => {
    const code = await flow.code();
    const first = await flow.redeem(code);
    const second_ = await flow.refresh(first.json.refresh_token);
    server.clock.advance(-hour);
    // The session goes on, and the current token with it.
    const third = await flow.refresh(second_.json.refresh_token);
    expect(third.status).toBe(200);
    expect((await flow.authorize()).headers['location']).toMatch(/code=/);
    // The first was rotated away; that this seems to lie ahead does not open the window again.
    expect((await flow.refresh(first.json.refresh_token)).status).toBe(400);
    expect((await flow.refresh(third.json.refresh_token)).status).toBe(400);
    expect((await flow.redeem(code)).status).toBe(400);
    server.clock.advance(hour);
  });

  test('back by an hour: a rotation of before is no longer answered again', async () => {
    const first = await flow.tokens();
    const second_ = await flow.refresh(first.json.refresh_token);
    server.clock.advance(-hour);
    expect((await flow.refresh(first.json.refresh_token)).status).toBe(400);
    expect((await flow.refresh(second_.json.refresh_token)).status).toBe(400);
    server.clock.advance(hour);
  });

  test('a few seconds back, as between two nodes: a lost answer is still given again', async () => {
    const first = await flow.tokens();
    const second_ = await flow.refresh(first.json.refresh_token);
    server.clock.advance(-3 * second);
    expect((await flow.refresh(first.json.refresh_token)).json.refresh_token).toBe(second_.json.refresh_token);
    server.clock.advance(3 * second);
  });

  test('forward by an hour: codes are too old, people stay signed in', async () => {
    const code = await flow.code();
    const tokens = await flow.tokens();
    server.clock.advance(hour);
    expect((await flow.redeem(code)).status).toBe(400);
    expect((await flow.userinfo(tokens.json.access_token)).status).toBe(401);
    expect((await flow.refresh(tokens.json.refresh_token)).status).toBe(200);
    expect((await flow.tokens()).status).toBe(200);
  });
});

/* `Date.now` is all that a process sees of the wall clock; a signal moves it, as an operator's hand would. */
describe.each([
  ['back', -hour],
  ['forward', hour],
] as const)('the clock of the machine is moved %s under a running process', (direction, by) => {
  const folder = mkdtempSync(join(tmpdir(), 'microauth-clock-'));
  let cluster: Cluster;

  beforeAll(async () => {
    const script = `const%20real=Date.now;let%20by=0;Date.now=()=>real()+by;process.on(%22SIGUSR2%22,()=>{by=${by};process.stderr.write(%22moved%22)})`;
    cluster = await startCluster({
      nodes: 1,
      databaseUrl: `sqlite:${join(folder, 'clock.db')}`,
      environment: { NODE_OPTIONS: `--import data:text/javascript,${script}` },
    });
  });
  afterAll(async () => {
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('time never runs backwards, and what was issued before keeps its end', async () => {
    const wire = openWire(cluster);
    const port = cluster.nodes[0]?.port ?? 0;
    const cookie = await signInOnce(cluster);
    const spent = (await wire.authorize(port, cookie)).code ?? { code: '', verifier: '' };
    const before = await wire.redeem(port, spent);
    const unspent = (await wire.authorize(port, cookie)).code ?? { code: '', verifier: '' };
    cluster.nodes.forEach((node) => process.kill(node.pid(), 'SIGUSR2'));
    await until('the clock is moved', () => cluster.nodes[0]?.output().includes('moved') === true, 2000);
    const after = await wire.refresh(port, before.json.refresh_token ?? '');
    expect(after.status).toBe(200);
    const moved = Number(payloadOf(after.json.access_token ?? '')['iat']) - Number(payloadOf(before.json.access_token ?? '')['iat']);
    expect(moved).toBeGreaterThanOrEqual(direction === 'forward' ? 3600 : 0);
    expect((await wire.redeem(port, unspent)).status).toBe(direction === 'forward' ? 400 : 200);
    expect((await wire.redeem(port, spent)).status).toBe(400);
    expect((await wire.authorize(port, cookie)).status).toBe(303);
    wire.close();
  });
});
