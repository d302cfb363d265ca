import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Flow, payloadOf, postToken, redirectUri, type TokenAnswer } from '../support/flow.ts';
import { startServer, type TestServer, unwrap } from '../support/server.ts';
import { setUserEnabled, signUserOut } from '../../src/admin/users.ts';

const api = 'https://api.example/';
const files = 'https://files.example/';

describe('a token gives what client, resource and person still have', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.stop());

  /** A client with tokens for both APIs, offline. */
  async function holder(email: string, change: Parameters<Flow['tokens']>[0] = {}): Promise<{ flow: Flow; tokens: TokenAnswer; code: string; userId: string }> {
    for (const identifier of [api, files]) {
      await server.resource({ identifier, scopes: ['read', 'write'] });
    }
    const client = await server.client({ type: 'web', redirectUris: [redirectUri], scopes: ['openid', 'email', 'offline_access', 'read', 'write'] });
    const user = await server.user({ email });
    const flow = new Flow(server.issuer, client);
    const asked = { scope: 'openid email offline_access read write', resource: [api, files], ...change };
    const tokens = await flow.tokens(asked, email);
    return { flow, tokens, code: await flow.code(asked, email), userId: user.id };
  }
  async function take(flow: Flow, scopes: readonly string[]): Promise<void> {
    const client = await server.store.findClient(server.record.id, flow.client.id);
    await server.store.updateClient(server.record.id, { ...(client ?? expect.fail('the client is gone')), scopes });
  }
  const introspect = async (flow: Flow, token: string) =>
    (await postToken(`${server.issuer}/introspect`, { client_id: flow.client.id, client_secret: flow.client.secret, token })).json;

  test('a deleted resource is in no new token, by code or refresh, and in none at introspection', async () => {
    const { flow, tokens, code } = await holder('resource@example.com');
    await server.store.deleteResource(server.record.id, files);
    const refreshed = await flow.refresh(tokens.json.refresh_token);
    const redeemed = await flow.redeem(code);
    expect([refreshed, redeemed].map(({ json }) => payloadOf(json.access_token)['aud'])).toEqual([api, api]);
    expect((await introspect(flow, tokens.json.access_token))['aud']).toBe(api);
    expect((await flow.refresh(refreshed.json.refresh_token, { resource: files })).json['error']).toBe('invalid_target');
  });

  test('the last resource gone: no token at all, never one for the tenant itself, and nothing is spent', async () => {
    const { flow, tokens, code } = await holder('last@example.com', { resource: files });
    await server.store.deleteResource(server.record.id, files);
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const answers = [await flow.refresh(tokens.json.refresh_token), await flow.redeem(code)];
      expect(answers.map(({ status, json }) => [status, json['error']])).toEqual([[400, 'invalid_target'], [400, 'invalid_target']]);
    }
    expect((await flow.userinfo(tokens.json.access_token)).status).toBe(401);
    expect(await introspect(flow, tokens.json.access_token)).toEqual({ active: false });
    expect(await introspect(flow, tokens.json.refresh_token)).toEqual({ active: false });
    await server.resource({ identifier: files });
    expect((await flow.redeem(code)).status).toBe(200);
  });

  test('a scope taken from the client is in no new token and opens nothing any more', async () => {
    const { flow, tokens, code } = await holder('scope@example.com');
    await take(flow, ['openid', 'offline_access', 'read']);
    const refreshed = await flow.refresh(tokens.json.refresh_token);
    const redeemed = await flow.redeem(code);
    expect([refreshed, redeemed].map(({ json }) => json['scope'])).toEqual(['openid offline_access read', 'openid offline_access read']);
    expect(payloadOf(refreshed.json.id_token)['email']).toBeUndefined();
    expect(JSON.parse((await flow.userinfo(tokens.json.access_token)).text)).not.toHaveProperty('email');
    expect((await introspect(flow, tokens.json.access_token))['scope']).toBe('openid offline_access read');
    expect((await introspect(flow, refreshed.json.refresh_token))['scope']).toBe('openid offline_access read');
    expect((await flow.refresh(refreshed.json.refresh_token, { scope: 'write' })).json['error']).toBe('invalid_scope');
    await take(flow, ['write']);
    expect((await flow.userinfo(tokens.json.access_token)).status).toBe(403);
  });

  test('all scopes taken: refused by name', async () => {
    const { flow, tokens } = await holder('scopes@example.com');
    await take(flow, ['other', 'offline_access']);
    await take(flow, ['other']);
    expect((await flow.refresh(tokens.json.refresh_token)).json['error']).toBe('invalid_scope');
    expect((await flow.userinfo(tokens.json.access_token)).status).toBe(401);
  });

  test('offline_access taken: the grant ends with its session like any other', async () => {
    const { flow, tokens, userId } = await holder('offline@example.com');
    await take(flow, ['openid', 'read']);
    const refreshed = await flow.refresh(tokens.json.refresh_token);
    expect(refreshed.status).toBe(200);
    await server.store.endSessionsOfUser(server.record.id, userId);
    expect((await flow.refresh(refreshed.json.refresh_token)).json['error']).toBe('invalid_grant');
  });

  test('a person who was kept out and let in again has no session, no code and no offline token of before', async () => {
    const { flow, tokens, code } = await holder('disabled@example.com');
    for (const enabled of [false, true]) {
      unwrap(await setUserEnabled(server.admin, server.record.id, 'disabled@example.com', enabled));
      expect((await flow.redeem(code)).json['error']).toBe('invalid_grant');
      expect((await flow.refresh(tokens.json.refresh_token)).json['error']).toBe('invalid_grant');
      expect((await flow.userinfo(tokens.json.access_token)).status).toBe(401);
      expect((await flow.answer({ prompt: 'none' })).get('error')).toBe('login_required');
    }
    expect((await flow.code({}, 'disabled@example.com')).length).toBeGreaterThan(0);
  });

  test('half a sign-in does not outlive being kept out either', async () => {
    const client = await server.client({ type: 'spa', redirectUris: [redirectUri], secondFactor: 'required' });
    await server.user({ email: 'half@example.com' });
    const flow = new Flow(server.issuer, client);
    const half = await flow.signIn(await flow.authorize(), 'half@example.com');
    expect(half.url.pathname).toBe('/set-up-factor');
    for (const enabled of [false, true]) {
      unwrap(await setUserEnabled(server.admin, server.record.id, 'half@example.com', enabled));
      server.clock.advance(1);
    }
    expect((await flow.agent.open(half.url)).url.pathname).toBe('/sign-in');
  });

  test('user sign-out ends offline access, of one session or of all', async () => {
    const { flow, tokens, userId } = await holder('out@example.com');
    const other = await new Flow(server.issuer, flow.client).tokens({ scope: 'openid offline_access' }, 'out@example.com');
    const [, first] = await server.store.listSessions(server.record.id, userId, server.clock.now());
    const mine = payloadOf(tokens.json.id_token)['sid'];
    unwrap(await signUserOut(server.admin, server.record.id, userId, String(mine)));
    expect(first).toBeDefined();
    expect((await flow.refresh(tokens.json.refresh_token)).json['error']).toBe('invalid_grant');
    const refreshed = await flow.refresh(other.json.refresh_token);
    expect(refreshed.status).toBe(200);
    expect(unwrap(await signUserOut(server.admin, server.record.id, userId, undefined))).toBe(1);
    expect((await flow.refresh(refreshed.json.refresh_token)).json['error']).toBe('invalid_grant');
  });
});
