import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { changeSettings } from '../../src/admin/settings.ts';
import { encode, type ParameterValue } from '../support/flow.ts';
import { startServer, type TestServer, type TestTenant, unwrap } from '../support/server.ts';
import { send } from '../support/user-agent.ts';

let server: TestServer;
let acme: TestTenant;
beforeAll(async () => {
  server = await startServer();
  acme = await server.tenant('acme');
});
afterAll(() => server.stop());

const relation = 'http://openid.net/specs/connect/1.0/issuer';
const finger = (parameters: Readonly<Record<string, ParameterValue>>, issuer = acme.issuer) => send(`${issuer}/.well-known/webfinger?${encode(parameters)}`);

describe('OpenID Connect Discovery §2, RFC 7033: WebFinger', () => {
  test.each([
    ['an account', () => 'acct:ada@acme.localhost'],
    ['an account with the port of the issuer', () => `acct:ada@acme.localhost:${server.port}`],
    ['an account with an address inside', () => 'acct:ada%40example.com@acme.localhost'],
    ['an account in capitals', () => 'ACCT:Ada@ACME.localhost'],
    ['the host', () => `${acme.issuer}/`],
    ['an address at the host', () => `${acme.issuer}/ada`],
  ])('leads from %s to the issuer', async (_what, resource) => {
    const page = await finger({ resource: resource(), rel: relation });
    expect([page.status, page.headers['content-type'], page.headers['access-control-allow-origin']]).toEqual([200, 'application/jrd+json', '*']);
    expect(JSON.parse(page.text)).toEqual({ subject: resource(), links: [{ rel: relation, href: acme.issuer }] });
  });

  test('says the same of who has an account and who has none', async () => {
    await acme.user({ email: 'ada@acme.localhost' });
    const [known, unknown] = await Promise.all(['ada', 'bob'].map((name) => finger({ resource: `acct:${name}@acme.localhost` })));
    expect(known?.text.replaceAll('ada', 'bob')).toBe(unknown?.text);
  });

  test('§4.3 gives the links that are asked for, all where none is', async () => {
    const linksFor = async (rel: ParameterValue) => (JSON.parse((await finger({ resource: 'acct:ada@acme.localhost', rel })).text) as { links: unknown[] }).links.length;
    expect(await linksFor(undefined)).toBe(1);
    expect(await linksFor(['http://webfinger.net/rel/avatar', relation])).toBe(1);
    expect(await linksFor('http://webfinger.net/rel/avatar')).toBe(0);
  });

  test.each([
    ['no resource', {}],
    ['an empty resource', { resource: '' }],
    ['two resources', { resource: ['acct:a@acme.localhost', 'acct:b@acme.localhost'] }],
    ['a name alone', { resource: 'ada' }],
    ['an account without a host', { resource: 'acct:ada' }],
    ['an account with a path', { resource: 'acct:ada@acme.localhost/x' }],
    ['a line end', { resource: 'acct:ada@acme.localhost\n' }],
  ] as const)('§4.2 400: %s', async (_what, parameters) => {
    const page = await finger(parameters);
    expect([page.status, page.headers['access-control-allow-origin'], (JSON.parse(page.text) as { error: string }).error]).toEqual([400, '*', 'invalid_request']);
  });

  test.each(['acct:ada@elsewhere.example', 'https://elsewhere.example/', 'mailto:ada@acme.localhost', 'acct:ada@localhost', 'urn:x:y'])('§4.2 404: %s', async (resource) => {
    expect((await finger({ resource })).status).toBe(404);
  });

  test('§5 is read from scripts of any origin', async () => {
    const preflight = await send(`${acme.issuer}/.well-known/webfinger`, { method: 'OPTIONS', headers: { origin: 'https://a.example', 'access-control-request-method': 'GET' } });
    expect([preflight.status, preflight.headers['access-control-allow-origin']]).toEqual([204, '*']);
  });
});

test('the password is changed where password managers lead', async () => {
  const page = await send(`${acme.issuer}/.well-known/change-password`);
  expect([page.status, page.headers['location']]).toEqual([303, '/account/password']);
  // W3C change-password-url §3: they ask whether the server knows what it does not have.
  expect((await send(`${acme.issuer}/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200`)).status).toBe(404);
});

describe('passkeys in native applications', () => {
  const links = '/.well-known/assetlinks.json';
  const association = '/.well-known/apple-app-site-association';
  const print = (digit: string) => Array.from({ length: 32 }, () => `${digit}${digit}`).join(':');
  const decide = (change: object) => changeSettings(server.admin, acme.record.id, change);

  test('are nobody’s until the tenant says whose', async () => {
    expect((await send(`${acme.issuer}${links}`)).status).toBe(404);
    expect((await send(`${acme.issuer}${association}`)).status).toBe(404);
  });

  test('are those of the applications that the tenant names', async () => {
    unwrap(await decide({ androidApps: [`com.example.app=${print('a')}`, `com.example.app=${'bb'.repeat(32)}`, `org.other=${print('0')}`], appleApps: ['A1B2C3D4E5.com.example.app'] }));
    const android = await send(`${acme.issuer}${links}`);
    expect([android.status, android.headers['content-type']]).toEqual([200, 'application/json']);
    const target = (packageName: string, fingerprints: readonly string[]) => ({
      relation: ['delegate_permission/common.handle_all_urls', 'delegate_permission/common.get_login_creds'],
      target: { namespace: 'android_app', package_name: packageName, sha256_cert_fingerprints: fingerprints },
    });
    expect(JSON.parse(android.text)).toEqual([target('com.example.app', [print('A'), print('B')]), target('org.other', [print('0')])]);
    const apple = await send(`${acme.issuer}${association}`);
    expect([apple.status, apple.headers['content-type'], JSON.parse(apple.text)]).toEqual([200, 'application/json', { webcredentials: { apps: ['A1B2C3D4E5.com.example.app'] } }]);
    expect((await send(`${server.issuer}${links}`)).status).toBe(404);
    // Neither system follows a redirect, and passkeys keep the domain that they were made at.
    const tenant = (await server.store.findTenant(acme.record.id)) ?? acme.record;
    await server.store.updateTenant(tenant.id, { ...tenant, aliases: [{ domain: 'acme-before.localhost', backChannel: null }] });
    for (const path of [links, association]) {
      expect((await send(`http://acme-before.localhost:${server.port}${path}`)).status).toBe(200);
    }
    unwrap(await decide({ androidApps: [], appleApps: [] }));
    expect((await send(`${acme.issuer}${links}`)).status).toBe(404);
  });

  test.each([
    ['a package alone', { androidApps: ['com.example.app'] }],
    ['a name that is no package', { androidApps: [`app=${print('a')}`] }],
    ['SHA-1', { androidApps: [`com.example.app=${Array.from({ length: 20 }, () => 'aa').join(':')}`] }],
    ['no team', { appleApps: ['com.example.app'] }],
    ['a pattern', { appleApps: ['A1B2C3D4E5.com.example.*'] }],
  ])('refused: %s', async (_what, change) => {
    expect(await decide(change)).toMatchObject({ ok: false, failure: { reason: 'invalid' } });
  });
});
