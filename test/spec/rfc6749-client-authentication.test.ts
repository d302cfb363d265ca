import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setClientEnabled } from '../../src/admin/clients.ts';
import { Flow, type ParameterValue, postToken, redirectUri } from '../support/flow.ts';
import { startServer, type TestServer } from '../support/server.ts';

const basic = (id: string, secret: string) => ({ authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` });
const formEncode = (text: string) => new URLSearchParams({ x: text }).toString().slice(2);
/** A secret in which every character needs encoding or looks encoded. */
const oddSecret = 'p:a%20s+s w/ö=?&%zz"x';

describe('RFC 6749 §2.3 client authentication at the token endpoint', () => {
  let server: TestServer;
  let spa: { id: string; secret: string };
  let web: { id: string; secret: string };
  let odd: { id: string; secret: string };

  beforeAll(async () => {
    server = await startServer();
    const redirectUris = [redirectUri];
    spa = await server.client({ type: 'spa', redirectUris });
    web = await server.client({ type: 'web', redirectUris });
    odd = await server.client({ type: 'web', redirectUris, id: 'odd.client~1', secret: oddSecret });
    await server.user();
  });
  afterAll(() => server.stop());

  /** A fresh code of this client, redeemed with exactly these parameters and headers. */
  async function redeem(of: { id: string; secret: string }, parameters: Readonly<Record<string, ParameterValue>>, headers: Readonly<Record<string, string>> = {}) {
    const at = new Flow(server.issuer, of);
    const code = await at.code();
    const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: at.pkce.verifier };
    return { answer: await postToken(`${server.issuer}/token`, { ...form, ...parameters }, headers), at, code };
  }

  describe('what is accepted', () => {
    test('a public client: its id, an empty secret in the body, or nothing at all', async () => {
      expect((await redeem(spa, { client_id: spa.id })).answer.status).toBe(200);
      expect((await redeem(spa, { client_id: spa.id, client_secret: '' })).answer.status).toBe(200);
      expect((await redeem(spa, {})).answer.status).toBe(200);
    });

    test('a public client: HTTP Basic with an empty secret is none', async () => {
      expect((await redeem(spa, {}, basic(spa.id, ''))).answer.status).toBe(200);
      expect((await redeem(spa, { client_id: spa.id }, basic(spa.id, ''))).answer.status).toBe(200);
    });

    test('a confidential client: by Basic, by Basic with its id repeated, by form', async () => {
      expect((await redeem(web, {}, basic(web.id, web.secret))).answer.status).toBe(200);
      expect((await redeem(web, { client_id: web.id }, basic(web.id, web.secret))).answer.status).toBe(200);
      expect((await redeem(web, { client_id: web.id, client_secret: web.secret })).answer.status).toBe(200);
    });

    test('the scheme in any case', async () => {
      const { authorization } = basic(web.id, web.secret);
      expect((await redeem(web, {}, { authorization: authorization.replace('Basic', 'bAsIc') })).answer.status).toBe(200);
    });

    test('§2.3.1: a secret that needs encoding, encoded or not', async () => {
      expect((await redeem(odd, {}, basic(formEncode(odd.id), formEncode(oddSecret)))).answer.status).toBe(200);
      expect((await redeem(odd, {}, basic(odd.id, oddSecret))).answer.status).toBe(200);
      expect((await redeem(odd, { client_id: odd.id, client_secret: oddSecret })).answer.status).toBe(200);
    });
  });

  describe('what is refused, spending nothing', () => {
    test.each<[string, number, string, (client: { id: string; secret: string }) => [Record<string, ParameterValue>, Record<string, string>]]>([
      ['no authentication at all', 401, 'invalid_client', () => [{}, {}]],
      ['an id without a secret', 401, 'invalid_client', (c) => [{ client_id: c.id }, {}]],
      ['a wrong secret in the form', 401, 'invalid_client', (c) => [{ client_id: c.id, client_secret: 'wrong' }, {}]],
      ['a wrong secret by Basic', 401, 'invalid_client', (c) => [{}, basic(c.id, 'wrong')]],
      ['an empty secret by Basic', 401, 'invalid_client', (c) => [{}, basic(c.id, '')]],
      ['the secret of another client', 401, 'invalid_client', (c) => [{ client_id: c.id, client_secret: oddSecret }, {}]],
      ['Basic and a secret in the form', 400, 'invalid_request', (c) => [{ client_id: c.id, client_secret: c.secret }, basic(c.id, c.secret)]],
      ['Basic for one client and the id of another', 400, 'invalid_request', (c) => [{ client_id: 'odd.client~1' }, basic(c.id, c.secret)]],
      ['a secret given twice', 400, 'invalid_request', (c) => [{ client_id: c.id, client_secret: [c.secret, c.secret] }, {}]],
      ['a client assertion on top of a secret', 401, 'invalid_client', (c) => [{ client_id: c.id, client_secret: c.secret, client_assertion: 'a.b.c', client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' }, {}]],
      ['Basic without a colon', 401, 'invalid_client', (c) => [{}, { authorization: `Basic ${Buffer.from(c.id).toString('base64')}` }]],
      ['Basic that is no base64', 401, 'invalid_client', () => [{}, { authorization: 'Basic ***' }]],
      ['Basic with a NUL', 401, 'invalid_client', (c) => [{}, basic(`${c.id}\0`, c.secret)]],
      ['Basic with an encoded NUL', 401, 'invalid_client', (c) => [{}, basic(`${c.id}%00`, c.secret)]],
      ['another scheme', 401, 'invalid_client', (c) => [{ client_id: c.id, client_secret: c.secret }, { authorization: 'Bearer x' }]],
    ])('%s', async (_what, status, error, make) => {
      const { answer, at, code } = await redeem(web, ...make(web));
      expect([answer.status, answer.json['error']]).toEqual([status, error]);
      expect(answer.headers['cache-control']).toBe('no-store');
      // RFC 6749 §5.2: the challenge answers those who used the header, and only them.
      const usedHeader = 'authorization' in make(web)[1];
      expect(typeof answer.headers['www-authenticate']).toBe(usedHeader && status === 401 ? 'string' : 'undefined');
      // The right client still redeems its code.
      expect((await at.redeem(code)).status).toBe(200);
    });

    test('a public client with a secret, or with Basic and a secret', async () => {
      expect((await redeem(spa, { client_id: spa.id, client_secret: 'x' })).answer.json).toMatchObject({ error: 'invalid_client' });
      expect((await redeem(spa, {}, basic(spa.id, 'x'))).answer.json).toMatchObject({ error: 'invalid_client' });
    });

    test('an unknown client is answered like a wrong secret', async () => {
      const unknown = (await redeem(web, { client_id: 'nobody', client_secret: 'x' })).answer;
      const wrong = (await redeem(web, { client_id: web.id, client_secret: 'x' })).answer;
      expect([unknown.status, unknown.json]).toEqual([wrong.status, wrong.json]);
    });

    test('the secret in the URL', async () => {
      const at = new Flow(server.issuer, web);
      const code = await at.code();
      const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: at.pkce.verifier, client_id: web.id };
      const answer = await postToken(`${server.issuer}/token?client_secret=${web.secret}`, form);
      expect([answer.status, answer.json['error']]).toEqual([400, 'invalid_request']);
      expect((await at.redeem(code)).status).toBe(200);
    });
  });

  test('a NUL in the id is malformed, and never looked for', async () => {
    for (const id of [`${web.id}\0`, `${web.id}%00`]) {
      expect((await redeem(web, {}, basic(id, web.secret))).answer.json['error_description']).toContain('not HTTP Basic');
    }
  });

  test('a disabled client is refused, its tokens are inactive, and enabling brings them back', async () => {
    const other = await server.client({ type: 'web', redirectUris: [redirectUri] });
    const at = new Flow(server.issuer, other);
    const { json } = await at.tokens();
    const { admin, record } = server;
    await setClientEnabled(admin, record.id, other.id, false);
    expect((await at.refresh(json.refresh_token)).json).toMatchObject({ error: 'invalid_client' });
    expect((await at.userinfo(json.access_token)).status).toBe(401);
    expect((await at.agent.request(at.authorizationUrl())).status).toBe(400);
    await setClientEnabled(admin, record.id, other.id, true);
    expect((await at.userinfo(json.access_token)).status).toBe(200);
    expect((await at.refresh(json.refresh_token)).status).toBe(200);
  });

  test('a disabled service gets no token, learns of none and revokes none', async () => {
    const { id, secret } = await server.client({ type: 'service', scopes: [] });
    const credentials = { client_id: id, client_secret: secret };
    const { json } = await postToken(`${server.issuer}/token`, { ...credentials, grant_type: 'client_credentials' });
    const token = json['access_token'];
    await setClientEnabled(server.admin, server.record.id, id, false);
    for (const [path, parameters] of [['token', { grant_type: 'client_credentials' }], ['introspect', { token }], ['revoke', { token }]] as const) {
      const refused = await postToken(`${server.issuer}/${path}`, { ...credentials, ...parameters });
      expect([path, refused.status, refused.json['error']]).toEqual([path, 401, 'invalid_client']);
    }
    await setClientEnabled(server.admin, server.record.id, id, true);
    expect((await postToken(`${server.issuer}/introspect`, { ...credentials, token })).json['active']).toBe(true);
  });
});
