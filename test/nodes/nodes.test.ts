import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setClientEnabled } from '../../src/admin/clients.ts';
import { createTenant } from '../../src/admin/tenants.ts';
import { setUserEnabled } from '../../src/admin/users.ts';
import { rotateSigningKeys } from '../../src/keys/rotation.ts';
import { answerOf } from '../support/flow.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { unwrap } from '../support/server.ts';
import { send } from '../support/user-agent.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { until } from './until.ts';
import { openWire, type Wire } from './wire.ts';

let postgres: PostgresServer;
let cluster: Cluster;
let wire: Wire;

beforeAll(async () => {
  postgres = await startPostgres();
  cluster = await startCluster({ nodes: 3, databaseUrl: await postgres.database() });
  wire = openWire(cluster);
});
afterAll(async () => {
  wire.close();
  await cluster.stop();
  await postgres.stop();
});

/** The answers of all nodes to one question, asked at once. */
function everywhere<Answer>(ask: (port: number) => Promise<Answer>): Promise<Answer[]> {
  return Promise.all(cluster.nodes.map(({ port }) => ask(port)));
}

describe('three processes over one PostgreSQL database', () => {
  test('every request of a sign-in may meet another node', async () => {
    const before = cluster.nodes.map((node) => node.output().split('"event":"request"').length);
    const tokens = await cluster.flow().tokens({ scope: 'openid offline_access' });
    expect(tokens.status).toBe(200);
    const after = cluster.nodes.map((node) => node.output().split('"event":"request"').length);
    expect(after.every((lines, index) => lines > (before[index] ?? 0))).toBe(true);
  });

  test('sign in on one, redeem on another, refresh on the third; revoked on the first it is dead everywhere at once', async () => {
    const flow = cluster.flow();
    cluster.balancer.pin(0);
    const code = await flow.code({ scope: 'openid offline_access' });
    cluster.balancer.pin(1);
    const first = await flow.redeem(code);
    expect(first.status).toBe(200);
    cluster.balancer.pin(2);
    const second = await flow.refresh(first.json.refresh_token);
    expect(second.status).toBe(200);
    expect((await everywhere((port) => wire.userinfo(port, second.json.access_token))).map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await wire.revoke(cluster.nodes[0]?.port ?? 0, second.json.refresh_token)).status).toBe(200);
    // Asked the moment the revocation is answered: nothing of this is remembered by any node.
    const [refreshed, opened] = await Promise.all([
      everywhere((port) => wire.refresh(port, second.json.refresh_token)),
      everywhere((port) => wire.userinfo(port, second.json.access_token)),
    ]);
    expect(refreshed.map(({ status }) => status)).toEqual([400, 400, 400]);
    expect(opened.map(({ status }) => status)).toEqual([401, 401, 401]);
    cluster.balancer.pin(undefined);
  });

  test('an answer lost on one node is given again by another, byte for byte', async () => {
    const tokens = await cluster.flow().tokens();
    const answers = await everywhere((port) => wire.refresh(port, tokens.json.refresh_token));
    expect(new Set(answers.map(({ json }) => json.refresh_token)).size).toBe(1);
  });

  test('signed out on one, signed out everywhere at once, and what rests on the session with it', async () => {
    const flow = cluster.flow();
    const tokens = await flow.tokens();
    cluster.balancer.pin(0);
    await flow.agent.submit(await flow.agent.open(`${flow.issuer}/logout`), { decision: 'sign_out' });
    expect((await everywhere((port) => wire.userinfo(port, tokens.json.access_token))).map(({ status }) => status)).toEqual([401, 401, 401]);
    for (const index of cluster.nodes.keys()) {
      cluster.balancer.pin(index);
      expect((await flow.authorize()).url.pathname).toBe('/sign-in');
    }
    cluster.balancer.pin(undefined);
  });

  test('a user disabled by one is refused by all at once', async () => {
    const tokens = await cluster.flow().tokens();
    const user = await cluster.store.findUserByEmail(cluster.tenant.id, 'user1@example.com');
    unwrap(await setUserEnabled(cluster.admin, cluster.tenant.id, user?.id ?? '', false));
    expect((await everywhere((port) => wire.userinfo(port, tokens.json.access_token))).map(({ status }) => status)).toEqual([401, 401, 401]);
    unwrap(await setUserEnabled(cluster.admin, cluster.tenant.id, user?.id ?? '', true));
  });

  test('a client disabled by one is refused by all within a notification, though each remembers it', async () => {
    const flow = cluster.flow();
    await flow.code();
    const clientSeen = async (port: number) => (await wire.get(port, new URL(flow.authorizationUrl()).pathname + new URL(flow.authorizationUrl()).search)).status;
    expect(await everywhere(clientSeen)).toEqual([303, 303, 303]);
    unwrap(await setClientEnabled(cluster.admin, cluster.tenant.id, cluster.clientId, false));
    await until('all refuse the client', async () => (await everywhere(clientSeen)).every((status) => status === 400), 1000);
    unwrap(await setClientEnabled(cluster.admin, cluster.tenant.id, cluster.clientId, true));
    await until('all know the client', async () => (await everywhere(clientSeen)).every((status) => status === 303), 1000);
  });

  test('a tenant made by one is served by all within a notification, though each has been asked for it before', async () => {
    const discovery = (port: number) =>
      send(`http://127.0.0.1:${port}/.well-known/openid-configuration`, { headers: { host: 'acme.localhost' } }).then(({ status }) => status);
    expect(await everywhere(discovery)).toEqual([404, 404, 404]);
    unwrap(await createTenant(cluster.admin, { name: 'acme', domain: 'acme.localhost', displayName: 'Acme' }));
    await until('all know the tenant', async () => (await everywhere(discovery)).every((status) => status === 200), 1000);
  });

  test('a key rotated by one is published by all within a notification', async () => {
    const published = async (port: number) => JSON.stringify((await wire.get(port, '/jwks')).json['keys']);
    await everywhere(published);
    const rotated = await rotateSigningKeys(cluster.admin, cluster.tenant.id);
    expect(rotated.length).toBe(3);
    await until('all publish it', async () => (await everywhere(published)).every((keys) => rotated.every(({ kid }) => keys.includes(kid))), 1000);
  });

  test('a new key that all need at once is made once', async () => {
    const { id } = unwrap(await createTenant(cluster.admin, { name: 'fresh', domain: 'fresh.localhost', displayName: 'Fresh' }));
    // The RSA key is made when somebody first asks for the keys.
    const sets = await everywhere((port) => send(`http://127.0.0.1:${port}/jwks`, { headers: { host: 'fresh.localhost' } }));
    expect(sets.every(({ status }) => status === 200)).toBe(true);
    const keys = await cluster.store.listSigningKeys(id, cluster.admin.clock.now());
    expect(keys.map(({ algorithm }) => algorithm).toSorted()).toEqual(['ES256', 'EdDSA', 'RS256']);
  });

  test('attempts are counted together', async () => {
    const flow = cluster.flow();
    let page = await flow.authorize();
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 11; attempt += 1) {
      cluster.balancer.pin(attempt % 3);
      page = await flow.signIn(page, 'nobody@example.com', 'a wrong password');
      statuses.push(page.status);
    }
    cluster.balancer.pin(undefined);
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), 429]);
  });

  test('a node that dies takes nothing along', async () => {
    const flow = cluster.flow();
    cluster.balancer.pin(0);
    const page = await flow.authorize();
    const [dying] = cluster.nodes;
    await dying?.kill();
    // The page that the dead node has shown is answered by another, and so on.
    cluster.balancer.pin(1);
    const code = answerOf(await flow.signIn(page)).get('code') ?? '';
    cluster.balancer.pin(2);
    const tokens = await flow.redeem(code);
    expect(tokens.status).toBe(200);
    await dying?.start();
    cluster.balancer.pin(0);
    expect((await flow.refresh(tokens.json.refresh_token)).status).toBe(200);
    cluster.balancer.pin(undefined);
  });

  test('a process that is asked to stop finishes what it has begun and ends with 0', async () => {
    const [node] = cluster.nodes;
    expect(await node?.stop()).toBe(0);
    await node?.start();
  });
});
