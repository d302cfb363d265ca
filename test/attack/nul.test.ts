import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encode, Flow, type ParameterValue, postToken, redirectUri } from '../support/flow.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { password, startServer, type TestServer } from '../support/server.ts';
import { type Page, readForm, send, UserAgent } from '../support/user-agent.ts';

/*
 * PostgreSQL keeps no NUL in a text and calls it an error to be asked for one. Whatever holds one here was refused before,
 * or never gets there; an answer of 500 or 503 would say that it did.
 */
const withNul = ['\0', 'a\0b', '\0'.repeat(40)];

let postgres: PostgresServer;
let server: TestServer;
let spa: Flow;
let web: Flow;

beforeAll(async () => {
  postgres = await startPostgres();
  server = await startServer({ databaseUrl: await postgres.database(), operations: true });
  const client = { redirectUris: [redirectUri], postLogoutRedirectUris: [redirectUri] };
  spa = new Flow(server.issuer, await server.client({ type: 'spa', ...client }));
  web = new Flow(server.issuer, await server.client({ type: 'web', ...client, thirdParty: true }));
  await server.user();
});
afterAll(async () => {
  await server.stop();
  await postgres.stop();
});

type Parameters = Readonly<Record<string, ParameterValue>>;

/** Sends a request once for each of its parameters and each text, with that text in that place. All answers that are a failure of ours. */
async function sweep(parameters: Parameters, ask: (parameters: Parameters) => Promise<Page>): Promise<readonly string[]> {
  const broken: string[] = [];
  for (const name of Object.keys(parameters)) {
    for (const text of withNul) {
      const { status } = await ask({ ...parameters, [name]: text });
      if (status >= 500) {
        broken.push(`${name}: ${status}`);
      }
    }
  }
  return broken;
}

/** A JWT that nobody has signed, with a NUL in everything that could be looked up. */
const forged = [
  { alg: 'ES256', typ: 'at+jwt', kid: 'a\0b' },
  { iss: 'a\0b', sub: 'a\0b', aud: 'a\0b', jti: 'a\0b', sid: 'a\0b', client_id: 'a\0b', grant: 'a\0b', gid: 'a\0b', generation: 0, exp: 9_999_999_999 },
  'signature',
].map((part) => Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url')).join('.');

describe('a NUL on PostgreSQL', () => {
  const authorization = () => ({
    ...Object.fromEntries(new URL(spa.authorizationUrl()).searchParams),
    nonce: 'n', prompt: 'login', max_age: '1', acr_values: 'a', claims: '{}', display: 'page', id_token_hint: 'h', login_hint: 'l', ui_locales: 'en',
    response_mode: 'query', resource: 'https://api.example', request: undefined, request_uri: undefined, registration: undefined, unknown: 'u',
  });

  test.each(['nobody', 'somebody'] as const)('in an authorization request of %s', async (who) => {
    const agent = who === 'somebody' ? spa.agent : new UserAgent();
    if (who === 'somebody') {
      await spa.code();
    }
    expect(await sweep(authorization(), (query) => agent.request(`${server.issuer}/authorize?${encode(query)}`))).toEqual([]);
    const form = { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' } };
    expect(await sweep(authorization(), (body) => agent.request(`${server.issuer}/authorize`, { ...form, body: encode(body) }))).toEqual([]);
    // Escaped, a NUL passes as JSON.
    for (const claims of ['{"id_token":{"sub":{"value":"a\\u0000b"}}}', '{"userinfo":{"a\\u0000b":null}}', '{"id_token":{"acr":{"values":["a\\u0000"]}}}']) {
      const { status } = await agent.request(spa.authorizationUrl({ claims }));
      expect([claims, status < 500]).toEqual([claims, true]);
    }
    expect((await agent.request(spa.authorizationUrl({ id_token_hint: forged }))).status).toBeLessThan(500);
  });

  test('in the forms of our own pages', async () => {
    const agent = new UserAgent();
    const flow = new Flow(server.issuer, web.client);
    const open = (page: Page) => (parameters: Parameters) =>
      agent.request(readForm(page).action, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', origin: server.issuer, 'sec-fetch-site': 'same-origin' },
        body: encode(parameters),
      });
    const tried: string[] = [];
    const tryForm = async (page: Page, fields: Parameters) => {
      tried.push(page.url.pathname);
      expect(await sweep({ ...readForm(page).fields, ...fields }, open(page))).toEqual([]);
    };
    let page = await agent.open(flow.authorizationUrl(), redirectUri);
    await tryForm(page, { email: 'user1@example.com', password: 'wrong' });
    page = await agent.submit(page, { email: 'user1@example.com', password }, redirectUri);
    await tryForm(page, { decision: 'unclear' });
    await agent.submit(page, { decision: 'allow' }, redirectUri);
    await tryForm(await agent.open(flow.authorizationUrl({ prompt: 'select_account' }), redirectUri), { account: 'other' });
    await tryForm(await agent.open(`${server.issuer}/logout`), { decision: 'unclear' });
    expect(tried).toEqual(['/sign-in', '/consent', '/select-account', '/logout']);
  });

  test('at the token endpoint, for every grant and in every way to authenticate', async () => {
    const token = (flow: Flow) => (parameters: Parameters) => postToken(`${flow.issuer}/token`, parameters);
    const tokens = await web.tokens();
    const authentication = { client_id: web.client.id, client_secret: web.client.secret };
    const more = { resource: 'https://api.example', scope: 'openid', client_assertion: 'a', client_assertion_type: 'b', unknown: 'u' };
    for (const grant of [
      { grant_type: 'authorization_code', code: 'code', redirect_uri: redirectUri, code_verifier: 'v'.repeat(43) },
      { grant_type: 'refresh_token', refresh_token: tokens.json.refresh_token },
      { grant_type: 'client_credentials' },
    ]) {
      expect(await sweep({ ...grant, ...authentication, ...more }, token(web))).toEqual([]);
    }
    const live = await spa.code();
    expect(await sweep({ grant_type: 'authorization_code', code: live, redirect_uri: redirectUri, code_verifier: spa.pkce.verifier, client_id: spa.client.id }, token(spa))).toEqual([]);
    expect((await web.refresh(forged)).status).toBe(400);
    for (const pair of ['a\0b:secret', 'a%00b:secret', `${web.client.id}:a\0b`, `${web.client.id}:a%00b`, '\0:\0']) {
      const { status } = await postToken(`${server.issuer}/token`, { grant_type: 'client_credentials' }, { authorization: `Basic ${Buffer.from(pair).toString('base64')}` });
      expect([pair, status < 500]).toEqual([pair, true]);
    }
  });

  test('at revocation, introspection, userinfo and sign-out', async () => {
    const { json } = await web.tokens();
    const authentication = { client_id: web.client.id, client_secret: web.client.secret };
    for (const path of ['/revoke', '/introspect']) {
      for (const token of [json.access_token, json.refresh_token, forged]) {
        expect(await sweep({ token, token_type_hint: 'access_token', ...authentication }, (parameters) => postToken(`${server.issuer}${path}`, parameters))).toEqual([]);
        expect((await postToken(`${server.issuer}${path}`, { ...authentication, token: forged })).status).toBe(200);
      }
    }
    const form = { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' } };
    expect(await sweep({ access_token: json.access_token }, (body) => send(`${server.issuer}/userinfo`, { ...form, body: encode(body) }))).toEqual([]);
    expect((await web.userinfo(forged)).status).toBe(401);
    const logout = { id_token_hint: json.id_token, client_id: web.client.id, post_logout_redirect_uri: redirectUri, state: 's', logout_hint: 'h', ui_locales: 'en' };
    expect(await sweep(logout, (query) => send(`${server.issuer}/logout?${encode(query)}`))).toEqual([]);
    expect(await sweep(logout, (body) => send(`${server.issuer}/logout`, { ...form, body: encode(body) }))).toEqual([]);
  });

  test('in cookies, paths and the question for a domain', async () => {
    const spoilt = [...spa.agent.cookies('localhost')].flatMap(([name, value]) => [`${name}=%00`, `${name}=${value}%00`]);
    for (const cookie of spoilt) {
      expect((await send(spa.authorizationUrl(), { headers: { cookie } })).status).toBe(303);
    }
    for (const path of ['/%00', '/assets/%00/%00', '/.well-known/openid-configuration?%00=%00', '/jwks?a=%00']) {
      expect((await send(`${server.issuer}${path}`)).status).toBeLessThan(500);
    }
    expect((await send(`${server.operations}/tenant-domain?domain=a%00b`)).status).toBe(404);
  });
});
