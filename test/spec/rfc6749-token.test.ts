import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Flow, payloadOf, postToken, redirectUri } from '../support/flow.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { send } from '../support/user-agent.ts';

describe('RFC 6749: the token endpoint', () => {
  let server: TestServer;
  let spa: { id: string; secret: string };
  let web: { id: string; secret: string };
  let service: { id: string; secret: string };

  beforeAll(async () => {
    server = await startServer();
    const redirectUris = [redirectUri, 'https://rp.example/second'];
    await server.resource({ identifier: 'https://api.example/', scopes: ['orders:read', 'orders:write', 'admin'] });
    spa = await server.client({ type: 'spa', redirectUris });
    web = await server.client({ type: 'web', redirectUris, scopes: ['openid', 'email', 'orders:read', 'orders:write', 'offline_access'] });
    service = await server.client({ type: 'service', scopes: ['orders:read', 'orders:write'] });
    await server.user();
  });
  afterAll(() => server.stop());

  const flow = (client = spa) => new Flow(server.issuer, client);

  describe('§3.2 requests', () => {
    test.each([
      ['no grant type', {}, 'invalid_request'],
      ['an unknown grant type', { grant_type: 'password' }, 'unsupported_grant_type'],
      ['the implicit one', { grant_type: 'implicit' }, 'unsupported_grant_type'],
      ['a name of a built-in', { grant_type: 'constructor' }, 'unsupported_grant_type'],
      ['no code', { grant_type: 'authorization_code' }, 'invalid_request'],
      ['no refresh token', { grant_type: 'refresh_token' }, 'invalid_request'],
      ['a code nobody issued', { grant_type: 'authorization_code', code: 'code_nothing' }, 'invalid_grant'],
      ['a grant type given twice', { grant_type: ['authorization_code', 'refresh_token'] }, 'invalid_request'],
      ['a code given twice', { grant_type: 'authorization_code', code: ['x', 'y'] }, 'invalid_request'],
    ])('%s', async (_what, form, error) => {
      const answer = await postToken(`${server.issuer}/token`, { client_id: spa.id, ...form });
      expect([answer.status, answer.json['error']]).toEqual([400, error]);
      expect(answer.headers['content-type']).toBe('application/json');
      expect([answer.headers['cache-control'], answer.headers['pragma']]).toEqual(['no-store', 'no-cache']);
    });

    test.each([
      ['application/json', '{"grant_type":"authorization_code"}'],
      ['text/plain', 'grant_type=authorization_code'],
      ['multipart/form-data; boundary=x', '--x--'],
      ['application/x-www-form-urlencoded; charset=utf-16', 'grant_type=authorization_code'],
      ['application/x-www-form-urlencoded; charset=utf-7', 'grant_type=authorization_code'],
    ])('a body of type %s is refused', async (type, body) => {
      const page = await send(`${server.issuer}/token`, { method: 'POST', headers: { 'content-type': type }, body });
      expect(page.status).toBe(415);
      expect(JSON.parse(page.text)).toMatchObject({ error: 'invalid_request' });
    });

    test('a charset of UTF-8 is what a form is', async () => {
      const answer = await postToken(`${server.issuer}/token`, { client_id: spa.id }, { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' });
      expect(answer.json).toMatchObject({ error: 'invalid_request', error_description: expect.stringContaining('grant_type') as string });
    });
  });

  describe('§4.1.3 the code', () => {
    test('lives for 60 seconds', async () => {
      const at = flow();
      const [early, late] = [await at.code(), await at.code()];
      server.clock.advance(59_000);
      expect((await at.redeem(early)).status).toBe(200);
      server.clock.advance(2_000);
      expect((await at.redeem(late)).json).toMatchObject({ error: 'invalid_grant' });
    });

    test('dies with the session it was issued in', async () => {
      const at = flow();
      const { json } = await at.tokens();
      const code = await at.code();
      await at.agent.request(`${server.issuer}/logout?id_token_hint=${json.id_token}`);
      expect((await at.redeem(code)).json).toMatchObject({ error: 'invalid_grant' });
    });

    test.each([['another registered one', 'https://rp.example/second'], ['a longer one', `${redirectUri}/`]])(
      'redirect_uri: %s is refused and the code is spent',
      async (_what, uri) => {
        const at = flow();
        const code = await at.code();
        expect((await at.redeem(code, { redirect_uri: uri })).json).toMatchObject({ error: 'invalid_grant' });
        expect((await at.redeem(code)).json).toMatchObject({ error: 'invalid_grant' });
      },
    );
  });

  describe('§4.4 client credentials', () => {
    const grant = { grant_type: 'client_credentials' };

    test('all scopes of the service, or fewer; no refresh token, no ID token', async () => {
      const { json } = await flow(service).token(grant);
      expect(Object.keys(json).sort()).toEqual(['access_token', 'expires_in', 'scope', 'token_type']);
      expect(json['scope']).toBe('orders:read orders:write');
      expect(payloadOf(json.access_token)).toMatchObject({ sub: service.id, client_id: service.id, scope: 'orders:read orders:write' });
      expect((await flow(service).token({ ...grant, scope: 'orders:read' })).json['scope']).toBe('orders:read');
    });

    test('a scope that is not the service’s is refused', async () => {
      for (const scope of ['admin', 'openid', 'orders:read admin']) {
        expect((await flow(service).token({ ...grant, scope })).json).toMatchObject({ error: 'invalid_scope' });
      }
    });

    test('nothing of it opens userinfo', async () => {
      const { json } = await flow(service).token(grant);
      expect((await flow(service).userinfo(json.access_token)).status).toBe(403);
    });

    test('not for clients that sign users in, nor the other way round', async () => {
      expect((await flow(web).token(grant)).json).toMatchObject({ error: 'unauthorized_client' });
      expect((await flow(spa).token(grant)).json).toMatchObject({ error: 'unauthorized_client' });
      expect((await flow(service).token({ grant_type: 'refresh_token', refresh_token: 'x' })).json).toMatchObject({ error: 'unauthorized_client' });
      expect((await flow(service).token({ ...grant, client_secret: undefined })).json).toMatchObject({ error: 'invalid_client' });
    });
  });

  describe('§6 refresh', () => {
    test('rotates; the previous token gives the same successor for ten seconds, then revokes all', async () => {
      const at = flow();
      const first = await at.tokens();
      const second = await at.refresh(first.json.refresh_token);
      server.clock.advance(9_000);
      const repeated = await at.refresh(first.json.refresh_token);
      expect(repeated.json.refresh_token).toBe(second.json.refresh_token);
      server.clock.advance(1_500);
      expect((await at.refresh(first.json.refresh_token)).json).toMatchObject({ error: 'invalid_grant' });
      expect((await at.refresh(second.json.refresh_token)).json).toMatchObject({ error: 'invalid_grant' });
      expect((await at.userinfo(second.json.access_token)).status).toBe(401);
    });

    test('a token two generations old revokes at once', async () => {
      const at = flow();
      const first = await at.tokens();
      const second = await at.refresh(first.json.refresh_token);
      const third = await at.refresh(second.json.refresh_token);
      expect((await at.refresh(first.json.refresh_token)).json).toMatchObject({ error: 'invalid_grant' });
      expect((await at.refresh(third.json.refresh_token)).json).toMatchObject({ error: 'invalid_grant' });
    });

    test('ten at once get one and the same successor', async () => {
      const at = flow();
      const first = await at.tokens();
      const answers = await Promise.all(Array.from({ length: 10 }, () => at.refresh(first.json.refresh_token)));
      expect(new Set(answers.map((answer) => answer.json.refresh_token)).size).toBe(1);
      expect((await at.refresh(answers[0]?.json.refresh_token ?? '')).status).toBe(200);
    });

    test('a replay in one sign-in leaves another alone', async () => {
      const [laptop, phone] = [flow(), flow()];
      const [one, two] = [await laptop.tokens(), await phone.tokens()];
      await laptop.refresh(one.json.refresh_token);
      server.clock.advance(11_000);
      expect((await laptop.refresh(one.json.refresh_token)).status).toBe(400);
      expect((await phone.refresh(two.json.refresh_token)).status).toBe(200);
    });

    test('scope: fewer for this access token, the same again afterwards, more never', async () => {
      const at = flow(web);
      const first = await at.tokens({ scope: 'openid email orders:read' });
      const narrow = await at.refresh(first.json.refresh_token, { scope: 'orders:read' });
      expect(narrow.json['scope']).toBe('orders:read');
      expect(narrow.json).not.toHaveProperty('id_token');
      for (const scope of ['openid email orders:read orders:write', 'offline_access', 'admin', 'orders:read profile']) {
        expect((await at.refresh(narrow.json.refresh_token, { scope })).json).toMatchObject({ error: 'invalid_scope' });
      }
      const whole = await at.refresh(narrow.json.refresh_token);
      expect(whole.json['scope']).toBe('openid email orders:read');
      expect(whole.json.id_token).toBeDefined();
    });

    test('without offline_access it ends with the session, with it it outlives the session', async () => {
      const at = flow(web);
      const bound = await at.tokens();
      const offline = await at.tokens({ scope: 'openid offline_access' });
      const day = 86_400_000;
      server.clock.advance(15 * day);
      expect((await at.refresh(bound.json.refresh_token)).json).toMatchObject({ error: 'invalid_grant' });
      const next = await at.refresh(offline.json.refresh_token);
      expect(next.status).toBe(200);
      // Unused for thirty days it dies, however long the grant could have gone on.
      server.clock.advance(31 * day);
      expect((await at.refresh(next.json.refresh_token)).json).toMatchObject({ error: 'invalid_grant' });
    });

    test('offline access ends after a year, however busy it was, and its access tokens with it', async () => {
      const at = flow(web);
      const day = 86_400_000;
      let { json } = await at.tokens({ scope: 'openid offline_access' });
      for (let days = 0; days < 360; days += 24) {
        server.clock.advance(24 * day);
        ({ json } = await at.refresh(json.refresh_token));
      }
      server.clock.advance(5 * day - 60_000);
      ({ json } = await at.refresh(json.refresh_token));
      expect((await at.userinfo(json.access_token)).status).toBe(200);
      server.clock.advance(2 * 60_000);
      expect((await at.userinfo(json.access_token)).status).toBe(401);
      expect((await at.refresh(json.refresh_token)).json).toMatchObject({ error: 'invalid_grant' });
    });

    test('a session-bound token keeps working in between', async () => {
      const at = flow();
      let token = (await at.tokens()).json.refresh_token;
      for (let times = 0; times < 13; times += 1) {
        server.clock.advance(86_400_000);
        const answer = await at.refresh(token);
        expect(answer.status).toBe(200);
        token = answer.json.refresh_token;
      }
    });

    test('the token of another client is refused and left alone', async () => {
      const { json } = await flow(spa).tokens();
      expect((await flow(web).refresh(json.refresh_token)).json).toMatchObject({ error: 'invalid_grant' });
      const other = await server.client({ type: 'spa', redirectUris: [redirectUri] });
      expect((await flow(other).refresh(json.refresh_token)).json).toMatchObject({ error: 'invalid_grant' });
      // The answer does not say so, but the operator reads it.
      expect(server.log()).toContain('"reason":"refresh_token_of_other_client"');
      expect((await flow(spa).refresh(json.refresh_token)).status).toBe(200);
    });

    test('a public client may leave out its id, a confidential one must authenticate', async () => {
      const publicToken = (await flow(spa).tokens()).json.refresh_token;
      const confidentialToken = (await flow(web).tokens()).json.refresh_token;
      const grant = { grant_type: 'refresh_token' };
      expect((await postToken(`${server.issuer}/token`, { ...grant, refresh_token: publicToken })).status).toBe(200);
      const refused = await postToken(`${server.issuer}/token`, { ...grant, refresh_token: confidentialToken });
      expect([refused.status, refused.json['error']]).toEqual([401, 'invalid_client']);
      expect((await flow(web).refresh(confidentialToken)).status).toBe(200);
    });

    test('OpenID Connect Core §12.2: the ID token of a refresh', async () => {
      const at = flow();
      const first = await at.tokens({ nonce: 'n', scope: 'openid email' });
      server.clock.advance(5_000);
      const second = await at.refresh(first.json.refresh_token);
      const [before, after] = [payloadOf(first.json.id_token), payloadOf(second.json.id_token)];
      expect(before['nonce']).toBe('n');
      expect(after).not.toHaveProperty('nonce');
      for (const claim of ['iss', 'sub', 'aud', 'auth_time', 'acr', 'sid', 'email']) {
        expect(after[claim]).toEqual(before[claim]);
      }
      expect(Number(after['iat'])).toBeGreaterThan(Number(before['iat']));
    });
  });
});
