import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answerOf, encode, Flow, payloadOf, postToken, redirectUri } from '../support/flow.ts';
import { discover, overHttp } from '../support/relying-party.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { send } from '../support/user-agent.ts';

const api = 'https://api.example/v1';
const files = 'https://files.example/';

describe('access tokens and the resources that take them', () => {
  let server: TestServer;
  let client: { id: string; secret: string };

  beforeAll(async () => {
    server = await startServer();
    client = await server.client({ type: 'spa', redirectUris: [redirectUri], scopes: ['openid', 'email', 'files:read'] });
    await server.resource({ identifier: api, scopes: ['api:read'] });
    await server.resource({ identifier: files, scopes: ['files:read'], accessTokenAlgorithm: 'RS256' });
    await server.user();
  });
  afterAll(() => server.stop());

  const flow = () => new Flow(server.issuer, client);
  const audience = async (change: Parameters<Flow['tokens']>[0]) => payloadOf((await flow().tokens(change)).json.access_token)['aud'];

  describe('RFC 8707 resource', () => {
    test('none: the issuer itself', async () => {
      expect(await audience({})).toBe(server.issuer);
    });

    test('one: the audience, exactly', async () => {
      expect(await audience({ resource: api })).toBe(api);
    });

    test('several: all of them', async () => {
      expect(await audience({ resource: [api, files] })).toEqual([api, files]);
    });

    test('one that is named twice is one, in every request', async () => {
      const at = flow();
      const { json } = await at.redeem(await at.code({ resource: [api, api, files] }));
      expect(payloadOf(json.access_token)['aud']).toEqual([api, files]);
      expect(payloadOf((await at.refresh(json.refresh_token, { resource: [api, api] })).json.access_token)['aud']).toBe(api);
      const service = await server.client({ type: 'service' });
      const own = await postToken(`${server.issuer}/token`, { client_id: service.id, client_secret: service.secret, grant_type: 'client_credentials', resource: [files, files] });
      expect(payloadOf(own.json.access_token)['aud']).toBe(files);
    });

    test('a request for one resource is not refused for the scopes of another', async () => {
      const { json } = await flow().tokens({ resource: files, scope: 'openid email api:read files:read' });
      expect(json['scope']).toBe('openid email files:read');
      expect(payloadOf(json.access_token)).toMatchObject({ aud: files, scope: 'openid email files:read' });
    });

    test('but for a scope of that resource that is not the client’s, and without a resource for any', async () => {
      const refusal = async (change: Parameters<Flow['tokens']>[0]) => answerOf(await flow().authorize(change)).get('error');
      expect(await refusal({ resource: api, scope: 'openid api:read' })).toBe('invalid_scope');
      expect(await refusal({ resource: [files, api], scope: 'openid api:read' })).toBe('invalid_scope');
      expect(await refusal({ resource: files, scope: 'api:read' })).toBe('invalid_scope');
      expect(await refusal({ scope: 'openid api:read' })).toBe('invalid_scope');
    });

    test('on the loopback interface: accepted unregistered', async () => {
      for (const resource of ['http://localhost:3000', 'http://127.0.0.1:8080/mcp', 'http://[::1]:3000/']) {
        expect(await audience({ resource })).toBe(resource);
      }
    });

    test.each([
      ['unknown', 'https://api.example/v2'],
      ['a prefix', 'https://api.example/'],
      ['another spelling', 'https://API.example/v1'],
      ['a fragment', `${api}#x`],
      ['an empty fragment', `${api}#`],
      ['a fragment, on the loopback interface', 'http://localhost:3000/#x'],
      ['an empty fragment, on the loopback interface', 'http://localhost:3000/#'],
      ['no URI', 'api'],
      ['relative', '/v1'],
      ['a host that only begins like localhost', 'http://localhost.evil.example/'],
      ['localhost as user name', 'http://localhost@evil.example/'],
      ['a known one and an unknown one', [api, 'https://unknown.example/']],
    ])('%s: invalid_target', async (_what, resource) => {
      expect(answerOf(await flow().authorize({ resource })).get('error')).toBe('invalid_target');
    });

    test('§2.2: the token request narrows, and never widens', async () => {
      const narrowed = flow();
      const code = await narrowed.code({ resource: [api, files] });
      const first = await narrowed.redeem(code, { resource: files });
      expect(payloadOf(first.json.access_token)['aud']).toBe(files);
      // The grant keeps what was granted, so a refresh can ask for the other one.
      const second = await narrowed.refresh(first.json.refresh_token, { resource: api });
      expect(payloadOf(second.json.access_token)['aud']).toBe(api);
      const whole = await narrowed.refresh(second.json.refresh_token);
      expect(payloadOf(whole.json.access_token)['aud']).toEqual([api, files]);
      expect((await narrowed.refresh(whole.json.refresh_token, { resource: 'http://localhost:1/' })).json).toMatchObject({ error: 'invalid_target' });
    });

    test('§2.2: a refused widening spends neither code nor token', async () => {
      const at = flow();
      const code = await at.code({ resource: api });
      expect((await at.redeem(code, { resource: files })).json).toMatchObject({ error: 'invalid_target' });
      const first = await at.redeem(code);
      expect(first.status).toBe(200);
      expect((await at.refresh(first.json.refresh_token, { resource: [api, files] })).json).toMatchObject({ error: 'invalid_target' });
      expect((await at.refresh(first.json.refresh_token)).status).toBe(200);
      const none = flow();
      expect((await none.redeem(await none.code(), { resource: api })).json).toMatchObject({ error: 'invalid_target' });
    });

    test('client credentials take the same resources', async () => {
      const service = await server.client({ type: 'service' });
      const ask = (resource: string) => postToken(`${server.issuer}/token`, { client_id: service.id, client_secret: service.secret, grant_type: 'client_credentials', resource });
      expect(payloadOf((await ask(api)).json.access_token)['aud']).toBe(api);
      expect((await ask('https://unknown.example/')).json).toMatchObject({ error: 'invalid_target' });
    });
  });

  describe('RFC 9068 JWT access tokens', () => {
    test('§2: type, algorithm and claims', async () => {
      const { json } = await flow().tokens({ scope: 'openid email', resource: api });
      const header = decodeProtectedHeader(json.access_token);
      expect(header).toEqual({ alg: 'ES256', typ: 'at+jwt', kid: expect.any(String) as string });
      const claims = payloadOf(json.access_token);
      expect(claims).toMatchObject({ iss: server.issuer, aud: api, client_id: client.id, scope: 'openid email' });
      expect(claims['sub']).toBe(payloadOf(json.id_token)['sub']);
      expect(Number(claims['exp']) - Number(claims['iat'])).toBe(json['expires_in']);
      expect(claims['jti']).not.toBe(payloadOf((await flow().tokens()).json.access_token)['jti']);
      // Nothing about the person: an access token is for resources, and no userinfo.
      expect(claims).not.toHaveProperty('email');
    });

    test('for several resources, RS256 where one of them asks for it, in any order', async () => {
      for (const resource of [[api, files], [files, api], ['http://localhost:3000', files]]) {
        expect(decodeProtectedHeader((await flow().tokens({ resource })).json.access_token).alg).toBe('RS256');
      }
      expect(decodeProtectedHeader((await flow().tokens({ resource: [api, 'http://localhost:3000'] })).json.access_token).alg).toBe('ES256');
    });

    test('a resource may have its tokens in RS256', async () => {
      const { json } = await flow().tokens({ resource: files });
      expect(decodeProtectedHeader(json.access_token).alg).toBe('RS256');
    });

    test('§4: an independent resource server accepts them, for its own audience only', async () => {
      const { json } = await flow().tokens({ resource: api });
      const as = await discover(server.issuer);
      const request = new Request(api, { headers: { authorization: `Bearer ${json.access_token}` } });
      const claims = await oauth.validateJwtAccessToken(as, request, api, overHttp);
      expect(claims.client_id).toBe(client.id);
      await expect(oauth.validateJwtAccessToken(as, request, files, overHttp)).rejects.toThrow('unexpected JWT "aud"');
      await expect(
        oauth.validateJwtAccessToken(as, new Request(api, { headers: { authorization: `Bearer ${json.id_token}` } }), api, overHttp),
      ).rejects.toThrow('unexpected JWT "typ"');
    });

    test('they verify with the published keys', async () => {
      const { json } = await flow().tokens();
      const keys = createLocalJWKSet(JSON.parse((await send(`${server.issuer}/jwks`)).text) as never);
      await jwtVerify(json.access_token, keys, { issuer: server.issuer, audience: server.issuer, typ: 'at+jwt' });
    });
  });

  describe('RFC 6750 at userinfo', () => {
    const userinfo = (options: Parameters<typeof send>[1], query = '') => send(`${server.issuer}/userinfo${query}`, options);
    const form = (body: object, headers = {}) => ({
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: encode(body as Record<string, string>),
    });

    test('§3.1: no token, no error code', async () => {
      const page = await userinfo({});
      expect([page.status, page.headers['www-authenticate']]).toEqual([401, `Bearer realm="${server.issuer}"`]);
    });

    test.each(['Bearer x', 'Bearer a.b.c', 'Bearer', 'Bearer ', 'Basic eDp4', 'Token x', 'Bearer a b'])('§3.1: %j is invalid_token', async (authorization) => {
      const page = await userinfo({ headers: { authorization } });
      expect(page.status).toBe(401);
      expect(page.headers['www-authenticate']).toMatch(/^Bearer realm=".*", error="invalid_token", error_description="[^"\\]+"$/);
      expect(page.headers['cache-control']).toBe('no-store');
    });

    test('§2: header and body, in any case of the scheme, but not both', async () => {
      const { json } = await flow().tokens();
      const authorization = `bEaReR ${json.access_token}`;
      expect((await userinfo({ headers: { authorization } })).status).toBe(200);
      expect((await userinfo(form({ access_token: json.access_token }))).status).toBe(200);
      expect((await userinfo(form({ access_token: json.access_token }, { authorization }))).status).toBe(400);
      expect((await userinfo(form({ access_token: [json.access_token, json.access_token] }))).status).toBe(400);
    });

    test('§2.1: a POST without a body has no type to be wrong', async () => {
      const { json } = await flow().tokens();
      for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded']) {
        const headers = { authorization: `Bearer ${json.access_token}`, 'content-type': type, 'content-length': '0' };
        expect((await userinfo({ method: 'POST', headers })).status).toBe(200);
      }
      const full = { authorization: `Bearer ${json.access_token}`, 'content-type': 'application/json' };
      expect((await userinfo({ method: 'POST', headers: full, body: '{}' })).status).toBe(415);
    });

    test('§2.3: never in the URL', async () => {
      const { json } = await flow().tokens();
      const refused = await userinfo({}, `?access_token=${json.access_token}`);
      expect(refused.status).toBe(400);
      // §3: where no token was taken, the challenge says so.
      expect(refused.headers['www-authenticate']).toMatch(/^Bearer realm="[^"]+", error="invalid_request", error_description="[^"]+"$/);
      expect((await userinfo({ headers: { authorization: `Bearer ${json.access_token}` } }, `?access_token=${json.access_token}`)).status).toBe(400);
    });
  });
});
