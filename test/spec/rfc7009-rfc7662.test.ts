import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encode, Flow, postToken, redirectUri } from '../support/flow.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { send } from '../support/user-agent.ts';

const api = 'https://api.example/';
const inactive = '{"active":false}';

describe('revocation and introspection', () => {
  let server: TestServer;
  let spa: { id: string; secret: string };
  let web: { id: string; secret: string };
  let apiClient: { id: string; secret: string };
  let stranger: { id: string; secret: string };

  beforeAll(async () => {
    server = await startServer();
    const redirectUris = [redirectUri];
    spa = await server.client({ type: 'spa', redirectUris });
    web = await server.client({ type: 'web', redirectUris, scopes: ['openid', 'email', 'offline_access', 'orders:read'] });
    stranger = await server.client({ type: 'web', redirectUris });
    apiClient = await server.client({ type: 'service' });
    await server.resource({ identifier: api, scopes: ['orders:read'], clientId: apiClient.id });
    await server.resource({ identifier: 'https://other.example/' });
    await server.user();
  });
  afterAll(() => server.stop());

  const at = (client: { id: string; secret: string }) => new Flow(server.issuer, client);
  const as = (client: { id: string; secret: string }) => ({ client_id: client.id, client_secret: client.secret === '' ? undefined : client.secret });
  const revoke = (client: { id: string; secret: string }, token: string, more = {}) => postToken(`${server.issuer}/revoke`, { ...as(client), token, ...more });
  const introspect = (client: { id: string; secret: string }, token: string, more = {}) => postToken(`${server.issuer}/introspect`, { ...as(client), token, ...more });

  describe('RFC 7009', () => {
    test('a refresh token takes its access tokens along', async () => {
      const { json } = await at(web).tokens();
      const answer = await revoke(web, json.refresh_token);
      expect([answer.status, answer.text, answer.headers['cache-control']]).toEqual([200, '{}', 'no-store']);
      expect((await at(web).refresh(json.refresh_token)).json).toMatchObject({ error: 'invalid_grant' });
      expect((await at(web).userinfo(json.access_token)).status).toBe(401);
      expect((await introspect(web, json.access_token)).text).toBe(inactive);
      expect((await introspect(web, json.refresh_token)).text).toBe(inactive);
    });

    test('an access token goes alone', async () => {
      const { json } = await at(web).tokens();
      expect((await revoke(web, json.access_token)).status).toBe(200);
      expect((await at(web).userinfo(json.access_token)).status).toBe(401);
      expect((await introspect(web, json.access_token)).text).toBe(inactive);
      const next = await at(web).refresh(json.refresh_token);
      expect((await at(web).userinfo(next.json.access_token)).status).toBe(200);
    });

    test('a public client revokes by its id', async () => {
      const { json } = await at(spa).tokens();
      expect((await revoke(spa, json.refresh_token)).status).toBe(200);
      expect((await at(spa).userinfo(json.access_token)).status).toBe(401);
    });

    test('§2.2: the token of another client is answered the same and left alone', async () => {
      const { json } = await at(web).tokens();
      for (const client of [stranger, spa, apiClient]) {
        for (const token of [json.access_token, json.refresh_token]) {
          const answer = await revoke(client, token);
          expect([answer.status, answer.text]).toEqual([200, '{}']);
        }
      }
      expect((await at(web).userinfo(json.access_token)).status).toBe(200);
      expect((await at(web).refresh(json.refresh_token)).status).toBe(200);
    });

    test('§2.1: the type hint is only a hint', async () => {
      for (const hint of ['access_token', 'refresh_token', 'unheard_of']) {
        const { json } = await at(web).tokens();
        await revoke(web, json.refresh_token, { token_type_hint: hint });
        expect((await at(web).userinfo(json.access_token)).status).toBe(401);
      }
    });

    test('§2.2: what is unknown, expired or revoked already is answered 200', async () => {
      const { json } = await at(web).tokens();
      await revoke(web, json.refresh_token);
      for (const token of [json.refresh_token, json.id_token, 'unknown', 'a.b.c', 'x'.repeat(8000)]) {
        expect((await revoke(web, token)).status).toBe(200);
      }
    });

    test('an old refresh token still names its grant', async () => {
      const first = await at(web).tokens();
      const second = await at(web).refresh(first.json.refresh_token);
      await revoke(web, first.json.refresh_token);
      expect((await at(web).refresh(second.json.refresh_token)).json).toMatchObject({ error: 'invalid_grant' });
    });

    test.each([
      ['no token', {}, 400, 'invalid_request'],
      ['a wrong secret', { client_secret: 'wrong', token: 'x' }, 401, 'invalid_client'],
      ['no client', { client_id: undefined, client_secret: undefined, token: 'x' }, 401, 'invalid_client'],
      ['a token twice', { token: ['x', 'y'] }, 400, 'invalid_request'],
    ])('%s is refused', async (_what, form, status, error) => {
      const answer = await postToken(`${server.issuer}/revoke`, { ...as(web), ...form });
      expect([answer.status, answer.json['error']]).toEqual([status, error]);
    });
  });

  describe('RFC 7662', () => {
    test('§2.2: what a client learns of its own access token', async () => {
      const { json } = await at(web).tokens({ scope: 'openid email' });
      const answer = await introspect(web, json.access_token);
      expect([answer.status, answer.headers['cache-control']]).toEqual([200, 'no-store']);
      expect(answer.json).toMatchObject({
        active: true,
        token_type: 'Bearer',
        scope: 'openid email',
        client_id: web.id,
        iss: server.issuer,
        aud: server.issuer,
        sub: expect.stringMatching(/^user_/) as string,
        exp: expect.any(Number) as number,
        iat: expect.any(Number) as number,
        jti: expect.any(String) as string,
      });
      expect(answer.json).not.toHaveProperty('grant_id');
    });

    test('of its own refresh token: active while it is the current one', async () => {
      const { json } = await at(web).tokens({ scope: 'openid email' });
      expect((await introspect(web, json.refresh_token)).json).toMatchObject({ active: true, client_id: web.id, scope: 'openid email' });
      const next = await at(web).refresh(json.refresh_token);
      expect((await introspect(web, json.refresh_token)).text).toBe(inactive);
      expect((await introspect(web, next.json.refresh_token)).json['active']).toBe(true);
      // Asking spends nothing.
      expect((await at(web).refresh(next.json.refresh_token)).status).toBe(200);
    });

    test('a resource learns of the tokens issued for it', async () => {
      const mine = await at(web).tokens({ scope: 'openid orders:read', resource: api });
      const both = await at(web).tokens({ resource: [api, 'https://other.example/'] });
      expect((await introspect(apiClient, mine.json.access_token)).json).toMatchObject({ active: true, aud: api, client_id: web.id });
      expect((await introspect(apiClient, both.json.access_token)).json).toMatchObject({ active: true });
    });

    test('§4: of everything else it learns nothing', async () => {
      const plain = await at(web).tokens();
      const other = await at(web).tokens({ resource: 'https://other.example/' });
      const mine = await at(web).tokens({ resource: api });
      for (const token of [plain.json.access_token, other.json.access_token, mine.json.refresh_token, mine.json.id_token, 'x', 'a.b.c']) {
        expect((await introspect(apiClient, token)).text).toBe(inactive);
        expect((await introspect(stranger, token)).text).toBe(inactive);
      }
    });

    test('an expired token is inactive', async () => {
      const { json } = await at(web).tokens();
      server.clock.advance(15 * 60_000 - 1_000);
      expect((await introspect(web, json.access_token)).json['active']).toBe(true);
      server.clock.advance(2_000);
      expect((await introspect(web, json.access_token)).text).toBe(inactive);
      expect((await at(web).userinfo(json.access_token)).status).toBe(401);
    });

    test('a refresh token that was not used for thirty days is inactive, though its grant goes on', async () => {
      const { json } = await at(web).tokens({ scope: 'openid offline_access' });
      server.clock.advance(30 * 86_400_000 - 60_000);
      expect((await introspect(web, json.refresh_token)).json['active']).toBe(true);
      server.clock.advance(2 * 60_000);
      expect((await introspect(web, json.refresh_token)).text).toBe(inactive);
    });

    test('§2.1: the hint changes nothing', async () => {
      const { json } = await at(web).tokens();
      expect((await introspect(web, json.access_token, { token_type_hint: 'refresh_token' })).json['active']).toBe(true);
      expect((await introspect(web, json.refresh_token, { token_type_hint: 'access_token' })).json['active']).toBe(true);
    });

    test('§2.1: a public client, a wrong secret, and a bearer token in place of authentication are refused', async () => {
      const { json } = await at(spa).tokens();
      expect((await introspect(spa, json.access_token)).status).toBe(401);
      expect((await introspect({ id: web.id, secret: 'wrong' }, json.access_token)).status).toBe(401);
      const bearer = await postToken(`${server.issuer}/introspect`, { token: json.access_token }, { authorization: `Bearer ${json.access_token}` });
      expect(bearer.status).toBe(401);
    });

    test('a token for itself: a service’s own', async () => {
      const grant = await postToken(`${server.issuer}/token`, { ...as(apiClient), grant_type: 'client_credentials' });
      expect((await introspect(apiClient, grant.json.access_token)).json).toMatchObject({ active: true, sub: apiClient.id });
    });

    test('the token in the URL is refused', async () => {
      const page = await send(`${server.issuer}/introspect?token=x`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: encode(as(web)),
      });
      expect(page.status).toBe(400);
    });
  });
});
