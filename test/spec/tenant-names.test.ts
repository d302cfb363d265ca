import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { changeSettings } from '../../src/admin/settings.ts';
import { addAlias, removeAlias } from '../../src/admin/tenant-names.ts';
import { createResource } from '../../src/admin/resources.ts';
import { optionsOf } from '../support/authenticator.ts';
import { answerOf, encode, Flow, payloadOf, postToken, redirectUri } from '../support/flow.ts';
import { registerPasskey, sendPasskey } from '../support/passkeys.ts';
import { startServer, type TestServer, type TestTenant, unwrap } from '../support/server.ts';
import { type Page, send } from '../support/user-agent.ts';

const discovery = '/.well-known/openid-configuration';
const form = { 'content-type': 'application/x-www-form-urlencoded' };

let server: TestServer;
/** Their names differ, so that each test has a tenant of its own on the one server. */
let tenants = 0;
let tenant: TestTenant;
let name: string;
let from: string;
let to: string;

beforeAll(async () => {
  // With https, as browsers ask for related origins over nothing else.
  server = await startServer({ scheme: 'https' });
});
beforeEach(async () => {
  tenants += 1;
  name = `tenant${tenants}`;
  tenant = await server.tenant(name);
  from = tenant.issuer;
  to = from.replace(name, `new${tenants}`);
  await tenant.user();
});
afterAll(() => server.stop());

const move = (host: string, change: object = {}) => changeSettings(server.admin, name, { domain: host, ...change });
const newHost = () => new URL(to).hostname;
const oldHost = () => new URL(from).hostname;
const json = (page: Page) => JSON.parse(page.text) as Record<string, unknown>;

async function flows(): Promise<{ readonly before: Flow; readonly after: Flow }> {
  const client = await tenant.client({ type: 'web', redirectUris: [redirectUri], postLogoutRedirectUris: [redirectUri], authenticationMethod: 'client_secret_post' });
  return { before: new Flow(from, client), after: new Flow(to, client) };
}

describe('a tenant gets another domain', () => {
  test('refresh tokens go on, with and without offline_access, and new tokens name the new issuer', async () => {
    const { before, after } = await flows();
    const bound = await before.tokens({ scope: 'openid' });
    const offline = await before.tokens({ scope: 'openid offline_access', prompt: 'consent' });
    unwrap(await move(newHost()));
    for (const tokens of [bound, offline]) {
      const refreshed = await after.refresh(tokens.json.refresh_token);
      expect(refreshed.status).toBe(200);
      expect([payloadOf(refreshed.json.access_token)['iss'], payloadOf(refreshed.json.access_token)['aud'], payloadOf(refreshed.json.id_token)['iss']]).toEqual([to, to, to]);
      expect((await after.refresh(refreshed.json.refresh_token)).status).toBe(200);
    }
  });

  test('what was issued under the old one goes on until it ends: codes, access tokens, ID tokens as hints', async () => {
    const { before, after } = await flows();
    const tokens = await before.tokens({ scope: 'openid email' });
    const code = await before.code();
    expect(payloadOf(tokens.json.access_token)['iss']).toBe(from);
    unwrap(await move(newHost()));
    expect(json(await after.userinfo(tokens.json.access_token))).toMatchObject({ email: 'user1@example.com' });
    const inspect = () => postToken(`${to}/introspect`, { client_id: after.client.id, client_secret: after.client.secret, token: tokens.json.access_token });
    expect((await inspect()).json).toMatchObject({ active: true, aud: to });
    const redeemed = await after.token({ grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: before.pkce.verifier });
    expect([redeemed.status, payloadOf(redeemed.json.id_token)['iss']]).toEqual([200, to]);
    const logout = await send(`${to}/logout?${encode({ id_token_hint: tokens.json.id_token, post_logout_redirect_uri: redirectUri })}`);
    expect([logout.status, logout.headers['location']]).toEqual([303, redirectUri]);
    await postToken(`${to}/revoke`, { client_id: after.client.id, client_secret: after.client.secret, token: tokens.json.access_token });
    expect((await inspect()).json).toEqual({ active: false });
  });

  test('pages at the old one lead on to the same place, with no cookie, and take nobody’s password along', async () => {
    const { before } = await flows();
    unwrap(await move(newHost()));
    const asked = new URL(before.authorizationUrl({ state: 'a b&c' }));
    const pages = [`${asked.pathname}${asked.search}`, '/account/profile', '/link?ticket=abc', '/no/such/page', '/.well-known/change-password', '//evil.example', '/%0d%0aSet-Cookie:a=b'];
    for (const path of pages) {
      for (const method of ['GET', 'HEAD']) {
        const page = await send(`${from}${path}`, { method });
        expect([path, page.status, new URL(String(page.headers['location'])).origin, page.headers['set-cookie']]).toEqual([path, 303, to, undefined]);
      }
    }
    const led = new URL(String((await send(asked)).headers['location']));
    expect([led.pathname, led.search]).toEqual([asked.pathname, asked.search]);
    const posted = await send(`${from}/authorize`, { method: 'POST', headers: form, body: asked.search.slice(1) });
    expect(Object.fromEntries(new URL(String(posted.headers['location'])).searchParams)).toEqual(Object.fromEntries(asked.searchParams));
    const own = { ...form, origin: from, 'sec-fetch-site': 'same-origin' };
    const typed = await send(`${from}/sign-in`, { method: 'POST', headers: own, body: encode({ email: 'user1@example.com', password: 'a secret' }) });
    expect([typed.status, typed.headers['location']]).toEqual([303, `${to}/`]);
  });

  test('endpoints at the old one name the new issuer, to scripts too, and do nothing', async () => {
    const { before, after } = await flows();
    const tokens = await before.tokens();
    unwrap(await move(newHost()));
    const authorized = { authorization: `Bearer ${tokens.json.access_token}` };
    const body = encode({ client_id: before.client.id, client_secret: before.client.secret, grant_type: 'refresh_token', refresh_token: tokens.json.refresh_token, token: tokens.json.refresh_token });
    const answers = [
      await send(`${from}${discovery}`),
      await send(`${from}/.well-known/oauth-authorization-server`),
      await send(`${from}/userinfo`, { headers: authorized }),
      ...(await Promise.all(['/token', '/revoke', '/introspect'].map((path) => send(`${from}${path}`, { method: 'POST', headers: form, body })))),
    ];
    for (const answer of answers) {
      expect([answer.url.pathname, answer.status, answer.headers['content-type'], answer.headers['cache-control']]).toEqual([answer.url.pathname, 421, 'application/json', 'no-store']);
      expect(json(answer)).toEqual({ error: 'invalid_request', error_description: `The issuer of this tenant is ${to}; nothing else answers at this domain.` });
      expect(answer.headers['access-control-allow-origin']).toBe(answer.url.pathname === '/introspect' ? undefined : '*');
    }
    expect((await send(`${from}/token`, { method: 'OPTIONS' })).status).toBe(204);
    // Resource servers still check what was issued before.
    expect((await send(`${from}/jwks`)).text).toBe((await send(`${to}/jwks`)).text);
    expect((await after.refresh(tokens.json.refresh_token)).status).toBe(200);
  });

  test('without the alias nothing answers at the old one, and of what was issued under it only refresh tokens go on', async () => {
    const { before, after } = await flows();
    const tokens = await before.tokens();
    unwrap(await move(newHost(), { passkeyRpId: null }));
    unwrap(await removeAlias(server.admin, name, oldHost()));
    for (const path of [discovery, '/jwks', '/authorize', '/.well-known/webauthn']) {
      expect([path, (await send(`${from}${path}`)).status]).toEqual([path, 404]);
    }
    expect((await after.userinfo(tokens.json.access_token)).status).toBe(401);
    expect((await after.refresh(tokens.json.refresh_token)).status).toBe(200);
    // Whoever comes next may have it.
    expect((await changeSettings(server.admin, 'default', { displayName: 'Default' })).ok).toBe(true);
    expect((await addAlias(server.admin, 'default', { name: oldHost(), backChannel: false })).ok).toBe(true);
  });

  test('and back again: the two names change places', async () => {
    const { before } = await flows();
    const tokens = await before.tokens();
    unwrap(await move(newHost()));
    const back = unwrap(await move(oldHost()));
    expect([back.domain, back.aliases]).toEqual([oldHost(), [{ domain: newHost(), backChannel: null }]]);
    expect((await before.userinfo(tokens.json.access_token)).status).toBe(200);
    expect(new URL(String((await send(`${to}/account`)).headers['location'])).origin).toBe(from);
  });

  test('a domain is no other tenant’s, nor an alias of one, nor registered as a resource', async () => {
    const other = await server.tenant(`other${tenants}`);
    unwrap(await addAlias(server.admin, other.record.id, { name: `alias${tenants}.localhost`, backChannel: false }));
    unwrap(await addAlias(server.admin, other.record.id, { name: `http://inner${tenants}:4000`, backChannel: true }));
    for (const taken of [`other${tenants}.localhost`, `alias${tenants}.localhost`, `inner${tenants}`]) {
      expect(await move(taken)).toMatchObject({ ok: false, failure: { reason: 'exists', message: `The domain ${taken} belongs to another tenant already.` } });
      expect(await addAlias(server.admin, name, { name: taken, backChannel: false })).toMatchObject({ ok: false, failure: { reason: 'exists' } });
    }
    unwrap(await createResource(server.admin, tenant.record.id, { identifier: to, name: 'API', scopes: [] }));
    expect(await move(newHost())).toMatchObject({ ok: false, failure: { message: expect.stringContaining('is the issuer itself') } });
    expect(await move('Not a host')).toMatchObject({ ok: false, failure: { reason: 'invalid' } });
    expect((await server.store.findTenant(name))?.domain).toBe(oldHost());
  });

  test('its old issuer can be registered as a resource no more than its own', async () => {
    unwrap(await move(newHost()));
    for (const identifier of [from, to, `${from}/admin/v1`]) {
      expect((await createResource(server.admin, tenant.record.id, { identifier, name: 'API', scopes: [] })).ok).toBe(false);
    }
  });
});

describe('passkeys of a tenant that gets another domain (WebAuthn Level 3 §5.11)', () => {
  const passkeyOf = async (flow: Flow, page: Page, credential: string) => answerOf(await sendPasskey(flow, page, credential)).has('code');

  test('keep their relying party id and work at the new one, which the old one names', async () => {
    const user = await tenant.user();
    const client = await tenant.client({ type: 'spa', redirectUris: [redirectUri] });
    const authenticator = await registerPasskey(new Flow(from, client), user);
    const moved = unwrap(await move(newHost()));
    expect(moved.settings.passkeyRpId).toBe(oldHost());
    expect(json(await send(`${from}/.well-known/webauthn`))).toEqual({ origins: [to] });
    const after = new Flow(to, client);
    const page = await after.authorize();
    expect(optionsOf(page)).toMatchObject({ rpId: oldHost() });
    expect(await passkeyOf(after, page, authenticator.get(optionsOf(page), { origin: to }))).toBe(true);
    // The old origin shows no pages, so nothing is signed there.
    const again = new Flow(to, client);
    const next = await again.authorize();
    expect((await sendPasskey(again, next, authenticator.get(optionsOf(next), { origin: from }))).status).toBe(401);
  });

  test('hold the alias that they are made for, until the tenant gives them up', async () => {
    unwrap(await move(newHost()));
    expect(await removeAlias(server.admin, name, oldHost())).toMatchObject({ ok: false, failure: { message: expect.stringContaining('--passkey-rp-id none') } });
    unwrap(await changeSettings(server.admin, name, { passkeyRpId: null }));
    unwrap(await removeAlias(server.admin, name, oldHost()));
  });

  test('of a tenant that keeps no alias are made for the new domain', async () => {
    expect(unwrap(await move(newHost(), { keepAlias: false }))).toMatchObject({ aliases: [], settings: { passkeyRpId: null } });
    expect(unwrap(await move(`login.${newHost()}`, { keepAlias: false }))).toMatchObject({ aliases: [], settings: { passkeyRpId: newHost() } });
  });
});

describe('a name for the back channel', () => {
  let inner: string;

  beforeEach(async () => {
    inner = `http://inner${tenants}:${server.port}`;
    unwrap(await addAlias(server.admin, name, { name: inner, backChannel: true }));
  });

  test('its document has the same issuer, pages by the public name, and by the inner one what clients call', async () => {
    const ours = json(await send(`${from}${discovery}`));
    const theirs = json(await send(`${inner}${discovery}`));
    const direct = ['token_endpoint', 'userinfo_endpoint', 'jwks_uri', 'revocation_endpoint', 'introspection_endpoint'];
    const expected = Object.fromEntries(direct.map((endpoint) => [endpoint, String(ours[endpoint]).replace(from, inner)]));
    expect(theirs).toEqual({ ...ours, ...expected });
    expect([theirs['issuer'], theirs['authorization_endpoint'], theirs['end_session_endpoint']]).toEqual([from, `${from}/authorize`, `${from}/logout`]);
    expect(json(await send(`${from}${discovery}`))).toEqual(ours);
    expect(json(await send(`${inner}/.well-known/oauth-authorization-server`))).toEqual(theirs);
  });

  test('a client signs people in by the public name and does the rest by the inner one', async () => {
    const { before } = await flows();
    const code = await before.code({ scope: 'openid email' });
    const back = new Flow(inner, before.client);
    const tokens = await back.token({ grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: before.pkce.verifier });
    expect([payloadOf(tokens.json.access_token)['iss'], payloadOf(tokens.json.id_token)['iss']]).toEqual([from, from]);
    expect(json(await back.userinfo(tokens.json.access_token))).toMatchObject({ email: 'user1@example.com' });
    expect((await send(`${inner}/jwks`)).text).toBe((await send(`${from}/jwks`)).text);
    const credentials = { client_id: back.client.id, client_secret: back.client.secret, token: tokens.json.access_token };
    expect((await postToken(`${inner}/introspect`, credentials)).json).toMatchObject({ active: true, iss: from });
    expect((await postToken(`${inner}/revoke`, credentials)).status).toBe(200);
    expect((await postToken(`${inner}/introspect`, credentials)).json).toEqual({ active: false });
    expect((await back.refresh(tokens.json.refresh_token)).status).toBe(200);
  });

  test('has neither pages nor cookies', async () => {
    const { before } = await flows();
    const asked = new URL(before.authorizationUrl());
    for (const path of [`/authorize${asked.search}`, '/', '/sign-in', '/logout', '/account', '/link?ticket=abc', '/.well-known/webauthn', '/no/such/page']) {
      const page = await send(`${inner}${path}`);
      expect([path, page.status, page.headers['content-type'], page.headers['set-cookie'], page.headers['location']]).toEqual([path, 421, 'application/json', undefined, undefined]);
      expect(json(page)).toMatchObject({ error_description: `This name is for the back channel; pages are at ${from}.` });
    }
    const typed = await send(`${inner}/sign-in`, { method: 'POST', headers: form, body: encode({ email: 'user1@example.com', password: 'a secret' }) });
    expect([typed.status, typed.headers['set-cookie']]).toEqual([421, undefined]);
  });

  test('goes along when the domain changes, and is no issuer', async () => {
    const moved = unwrap(await move(newHost()));
    expect(moved.aliases.map(({ domain }) => domain).toSorted()).toEqual([`inner${tenants}`, oldHost()]);
    expect(json(await send(`${inner}${discovery}`))).toMatchObject({ issuer: to, token_endpoint: `${inner}/token` });
    unwrap(await createResource(server.admin, tenant.record.id, { identifier: inner, name: 'Inner', scopes: [] }));
  });

  test.each(['inner', 'http://inner/', 'http://inner/path', 'ftp://inner', 'http://user@inner', 'http://INNER', 'http://inner:80', 'http://[::1]:4000', 'javascript:alert(1)', ''])(
    'is an origin, which %j is not',
    async (wrong) => {
      expect(await addAlias(server.admin, name, { name: wrong, backChannel: true })).toMatchObject({ ok: false, failure: { reason: 'invalid' } });
    },
  );
});
