import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { changeClaim, declareClaim, deleteClaim } from '../../src/admin/claims.ts';
import { changeGroups } from '../../src/admin/groups.ts';
import { importUsers } from '../../src/admin/import-users.ts';
import { changeResource } from '../../src/admin/resources.ts';
import { createUser } from '../../src/admin/users.ts';
import { userClaims } from '../../src/oauth/claims.ts';
import { answerOf, Flow, payloadOf, redirectUri } from '../support/flow.ts';
import { password, startServer, type TestServer, unwrap } from '../support/server.ts';
import { send } from '../support/user-agent.ts';

/* Claims beside those of OpenID Connect (Core §5.1.2), and groups. */

let server: TestServer;
let spa: { id: string; secret: string };
const email = 'ada@acme.example';

const declare = (name: string, input: object = {}) => declareClaim(server.admin, server.record.id, name, input);
const change = (name: string, input: object) => changeClaim(server.admin, server.record.id, name, input);

beforeAll(async () => {
  server = await startServer();
  unwrap(await declare('department', { scope: 'profile' }));
  unwrap(await declare('cost_centre', { type: 'number', scope: 'company', places: ['access_token'] }));
  unwrap(await declare('https://acme.example/teams', { type: 'strings', scope: 'company', places: ['userinfo', 'id_token', 'access_token'], label: 'your teams' }));
  unwrap(await declare('intern', { type: 'boolean', scope: 'openid', places: ['userinfo'] }));
  unwrap(await declare('quota', { type: 'object', scope: 'company' }));
  const claims = { name: 'Ada', department: 'R&D', cost_centre: '4711.5', 'https://acme.example/teams': 'red, blue', intern: 'false', quota: '{"disk":10}' };
  unwrap(await createUser(server.admin, server.record.id, { email, emailVerified: true, password, claims }));
  unwrap(await changeGroups(server.admin, server.record.id, email, { add: ['staff', 'ops'] }));
  await server.resource({ identifier: 'https://api.acme.example', scopes: ['read'] });
  const scopes = ['openid', 'profile', 'email', 'groups', 'company', 'offline_access', 'read'];
  spa = await server.client({ type: 'spa', redirectUris: [redirectUri], scopes });
});
afterAll(() => server.stop());

async function issue(scope: string, parameters: Record<string, string> = {}, client = spa) {
  const flow = new Flow(server.issuer, client);
  const { json } = await flow.tokens({ scope, ...parameters }, email);
  const userinfo = scope.includes('openid') && parameters['resource'] === undefined ? (JSON.parse((await flow.userinfo(json.access_token)).text) as Record<string, unknown>) : {};
  return { flow, json, idToken: payloadOf(json.id_token), accessToken: payloadOf(json.access_token), userinfo };
}

const ownNames = ['department', 'cost_centre', 'https://acme.example/teams', 'intern', 'quota', 'groups'];
const own = (claims: Record<string, unknown>) => Object.fromEntries(Object.entries(claims).filter(([name]) => ownNames.includes(name)));
const teams = { 'https://acme.example/teams': ['red', 'blue'] };

describe('a claim stands where it is declared to stand', () => {
  test.each([
    ['openid', {}, { intern: false }, {}],
    ['openid profile', { department: 'R&D' }, { department: 'R&D', intern: false }, {}],
    ['openid company', { ...teams, quota: { disk: 10 } }, { ...teams, quota: { disk: 10 }, intern: false }, { ...teams, cost_centre: 4711.5 }],
    ['openid groups', { groups: ['staff', 'ops'] }, { groups: ['staff', 'ops'], intern: false }, {}],
  ])('scope %s', async (scope, inIdToken, atUserinfo, inAccessToken) => {
    const { idToken, userinfo, accessToken, json } = await issue(scope);
    expect([own(idToken), own(userinfo), own(accessToken)]).toEqual([inIdToken, atUserinfo, inAccessToken]);
    expect(json['scope']).toBe(scope);
  });

  test('in the access token of an API, too', async () => {
    const { accessToken } = await issue('openid company read', { resource: 'https://api.acme.example' });
    expect(accessToken).toMatchObject({ ...teams, cost_centre: 4711.5, aud: 'https://api.acme.example', client_id: spa.id });
  });

  test('single ones by the claims parameter, where the client may ask for their scope', async () => {
    const claims = JSON.stringify({ id_token: { groups: { essential: true }, cost_centre: null }, userinfo: { department: null } });
    const { idToken, userinfo } = await issue('openid', { claims });
    expect([own(idToken), own(userinfo)]).toEqual([{ groups: ['staff', 'ops'] }, { department: 'R&D', intern: false }]);
    const narrow = await server.client({ type: 'spa', redirectUris: [redirectUri], scopes: ['openid'] });
    const refused = await issue('openid', { claims }, narrow);
    expect([own(refused.idToken), own(refused.userinfo)]).toEqual([{}, { intern: false }]);
  });

  test('a client that reads userinfo alone finds them there', async () => {
    const client = await server.client({ type: 'spa', redirectUris: [redirectUri], claimsInIdToken: false });
    const { idToken, userinfo } = await issue('openid groups', {}, client);
    expect([own(idToken), own(userinfo)]).toEqual([{}, { groups: ['staff', 'ops'], intern: false }]);
  });

  test('OpenID Connect Core §12.2: a refresh says what is so now', async () => {
    const { flow, json, idToken } = await issue('openid groups offline_access');
    expect(idToken['groups']).toEqual(['staff', 'ops']);
    unwrap(await changeGroups(server.admin, server.record.id, email, { remove: ['ops'] }));
    expect(payloadOf((await flow.refresh(json.refresh_token)).json.id_token)['groups']).toEqual(['staff']);
    unwrap(await changeGroups(server.admin, server.record.id, email, { remove: ['staff'] }));
    expect(JSON.parse((await flow.userinfo(json.access_token)).text)).not.toHaveProperty('groups');
    unwrap(await changeGroups(server.admin, server.record.id, email, { add: ['staff', 'ops'] }));
  });

  test('discovery follows', async () => {
    const metadata = JSON.parse((await send(`${server.issuer}/.well-known/openid-configuration`)).text) as Record<string, readonly string[]>;
    expect(metadata['claims_supported']).toEqual(expect.arrayContaining(ownNames));
    expect(metadata['scopes_supported']).toEqual(['openid', 'profile', 'email', 'address', 'phone', 'offline_access', 'groups', 'company', 'read']);
  });

  test('another tenant has none of them', async () => {
    const other = await server.tenant('other');
    await other.user({ email });
    const flow = new Flow(other.issuer, await other.client({ type: 'spa', redirectUris: [redirectUri] }));
    const { json } = await flow.tokens({ scope: 'openid profile company' }, email);
    expect([json['scope'], own(payloadOf(json.id_token))]).toEqual(['openid profile', {}]);
  });
});

describe('a declaration', () => {
  test('changes, and values that do not fit it any more are given to nobody', async () => {
    unwrap(await declare('badge', { scope: 'profile' }));
    await createUser(server.admin, server.record.id, { email: 'bob@acme.example', emailVerified: true, password, claims: { badge: '12' } });
    const badgeOf = async () => payloadOf((await new Flow(server.issuer, spa).tokens({ scope: 'openid profile' }, 'bob@acme.example')).json.id_token)['badge'];
    expect(await badgeOf()).toBe('12');
    expect(unwrap(await change('badge', { label: 'Your badge' }))).toMatchObject({ type: 'string', scope: 'profile', label: 'Your badge' });
    expect(await badgeOf()).toBe('12');
    unwrap(await change('badge', { type: 'number' }));
    expect(await badgeOf()).toBeUndefined();
    unwrap(await deleteClaim(server.admin, server.record.id, 'badge'));
    expect(await change('badge', { type: 'string' })).toMatchObject({ failure: { reason: 'not_found' } });
  });

  test('of groups changes too, but for what they are', async () => {
    expect(unwrap(await change('groups', { scope: 'profile', places: ['access_token', 'id_token'] }))).toMatchObject({ places: ['id_token', 'access_token'] });
    const { idToken, accessToken } = await issue('openid profile');
    expect([idToken['groups'], accessToken['groups']]).toEqual([['staff', 'ops'], ['staff', 'ops']]);
    unwrap(await change('groups', { scope: 'groups', places: ['id_token', 'userinfo'] }));
    expect(await change('groups', { type: 'string' })).toMatchObject({ failure: { reason: 'invalid' } });
    expect(await change('groups', { selfService: true })).toMatchObject({ failure: { reason: 'invalid' } });
    expect(await deleteClaim(server.admin, server.record.id, 'groups')).toMatchObject({ failure: { reason: 'invalid' } });
  });

  const ofTokens = ['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'nonce', 'acr', 'amr', 'auth_time', 'azp', 'at_hash', 'c_hash', 'sid', 'client_id', 'grant_id', 'scope', 'scopes', 'roles', 'cnf', 'act'];
  test.each([...ofTokens, ...userClaims, 'SUB', 'Email', '__proto__', '_claim_names', 'a b', 'a=b', '', 'ünique', 'x'.repeat(101)])('may not be called %j', async (name) => {
    expect(await declare(name)).toMatchObject({ ok: false, failure: { reason: 'invalid' } });
  });

  test.each([
    ['a scope with another meaning', { scope: 'email' }, /The scope email/],
    ['a scope of an API', { scope: 'read' }, /belongs to a resource/],
    ['a scope that is none', { scope: 'a b' }, /is not a scope/],
    ['a type that there is not', { type: 'date' }, /^type /],
    ['no place', { places: [] }, /^places /],
    ['an object that people would have to write', { type: 'object', selfService: true }, /JSON objects/],
    ['a label that cannot be read', { label: '\u202e' }, /label/],
    ['something else', { colour: 'red' }, /./],
  ])('refused: %s', async (_what, input, message) => {
    const refused = await declare('refused', input);
    expect(refused).toMatchObject({ ok: false, failure: { reason: 'invalid' } });
    expect(refused.ok ? '' : refused.failure.message).toMatch(message);
  });

  test('leaves a resource alone that has had its scope for longer', async () => {
    const identifier = 'https://older.acme.example';
    await server.resource({ identifier, scopes: ['older'] });
    // A version before this one took the scope of a claim for a resource.
    const tenant = (await server.store.findTenant(server.record.id)) ?? server.record;
    const claims = tenant.settings.claims.map((claim) => (claim.name === 'quota' ? { ...claim, scope: 'older' } : claim));
    await server.store.updateTenant(tenant.id, { ...tenant, settings: { ...tenant.settings, claims } });
    expect(unwrap(await changeResource(server.admin, server.record.id, identifier, { name: 'Older' }))).toMatchObject({ name: 'Older', scopes: ['older'] });
    expect(await changeResource(server.admin, server.record.id, identifier, { scopes: { add: ['company'] } })).toMatchObject({ failure: { message: expect.stringContaining('stands for claims') as string } });
    unwrap(await change('quota', { scope: 'company' }));
    await server.store.deleteResource(server.record.id, identifier);
  });

  test('comes once', async () => {
    expect(await declare('department')).toMatchObject({ failure: { reason: 'exists' } });
  });

  test('names that mean something in JavaScript are names', async () => {
    for (const name of ['constructor', 'toString', 'hasOwnProperty']) {
      unwrap(await declare(name, { scope: 'openid' }));
    }
    const { idToken } = await issue('openid');
    expect([Object.hasOwn(idToken, 'constructor'), Object.hasOwn(idToken, 'toString')]).toEqual([false, false]);
    for (const name of ['constructor', 'toString', 'hasOwnProperty']) {
      unwrap(await deleteClaim(server.admin, server.record.id, name));
    }
  });
});

describe('values', () => {
  test.each([
    ['a claim that nobody declared', { shoe_size: '42' }, /"shoe_size" is not a claim that can be set; these are: name, .*, groups, department/],
    ['no number', { cost_centre: '4,711' }, /must be a number/],
    ['no truth', { intern: 'maybe' }, /must be true or false/],
    ['two lines', { department: 'a\nb' }, /one line/],
    ['a list that is none', { 'https://acme.example/teams': '[1]' }, /at most 100 entries/],
    ['a list without end', { 'https://acme.example/teams': JSON.stringify(Array.from({ length: 101 }, (_, index) => `t${index}`)) }, /at most 100 entries/],
    ['an object that is none', { quota: '[]' }, /must be a JSON object/],
    ['more than a token holds', { quota: JSON.stringify({ text: 'x'.repeat(4096) }) }, /4096 bytes together/],
    ['a group with a comma, which proxies would read as two', { groups: '["a,admins"]' }, /no group has a comma/],
  ])('refused: %s', async (_what, claims, message) => {
    const made = await createUser(server.admin, server.record.id, { email: 'refused@acme.example', emailVerified: true, password, claims });
    expect(made.ok ? 'made' : made.failure.message).toMatch(message);
  });

  test('come with an import, groups by themselves or among the claims', async () => {
    const lines = [
      { email: 'i1@acme.example', groups: ['staff'], claims: { department: 'Sales', cost_centre: 12, intern: true, 'https://acme.example/teams': ['red'], quota: { disk: 1 } } },
      { email: 'i2@acme.example', claims: { groups: ['staff', 'staff'] } },
      { email: 'i3@acme.example', groups: 'staff' },
      { email: 'i4@acme.example', groups: [1] },
      { email: 'i5@acme.example', groups: null },
    ];
    const report = await importUsers(server.admin, server.record.id, lines.map((line) => JSON.stringify(line)));
    expect(report).toMatchObject({ imported: 3, problems: [{ line: 3, problem: 'groups must be a list of texts.' }, { line: 4 }] });
    const claimsOf = async (key: string) => JSON.parse((await server.store.findUserByEmail(server.record.id, key))?.claims ?? '') as unknown;
    expect(await claimsOf('i1@acme.example')).toEqual({ department: 'Sales', cost_centre: 12, intern: true, 'https://acme.example/teams': ['red'], quota: { disk: 1 }, groups: ['staff'] });
    expect(await claimsOf('i2@acme.example')).toEqual({ groups: ['staff'] });
    expect(await claimsOf('i5@acme.example')).toEqual({});
  });

  test('who is put into groups and taken out at once ends where all of it has happened', async () => {
    const { id } = await server.user({ email: 'busy@acme.example' });
    const names = Array.from({ length: 20 }, (_, index) => `g${index}`);
    await Promise.all(names.map((name) => changeGroups(server.admin, server.record.id, id, { add: [name] })));
    await Promise.all(names.slice(1).map((name) => changeGroups(server.admin, server.record.id, id, { remove: [name] })));
    const user = await server.store.findUser(server.record.id, id);
    expect(JSON.parse(user?.claims ?? '')).toMatchObject({ groups: ['g0'] });
  });

  test('a group too many or too long is refused, and none is lost by it', async () => {
    const { id } = await server.user({ email: 'many@acme.example' });
    const many = (count: number, length = 3) => Array.from({ length: count }, (_, index) => `${index}`.padStart(length, 'g'));
    unwrap(await changeGroups(server.admin, server.record.id, id, { add: many(100) }));
    expect(await changeGroups(server.admin, server.record.id, id, { add: ['one more'] })).toMatchObject({ failure: { reason: 'invalid' } });
    expect(await changeGroups(server.admin, server.record.id, id, { add: ['x'.repeat(101)], remove: many(50) })).toMatchObject({ failure: { reason: 'invalid' } });
    expect(await changeGroups(server.admin, server.record.id, id, { add: many(60, 90), remove: many(100) })).toMatchObject({ failure: { message: expect.stringContaining('4096 bytes') as string } });
    const user = await server.store.findUser(server.record.id, id);
    expect((JSON.parse(user?.claims ?? '') as { groups: unknown[] }).groups).toHaveLength(100);
  });
});

describe('consent', () => {
  test('names what a scope of claims gives, and groups', async () => {
    const client = await server.client({ type: 'spa', redirectUris: [redirectUri], thirdParty: true, scopes: ['openid', 'profile', 'groups', 'company'] });
    const flow = new Flow(server.issuer, client);
    const page = await flow.signIn(await flow.authorize({ scope: 'openid profile groups company', claims: '{"id_token":{"groups":{"essential":true}}}' }), email);
    expect(page.url.pathname).toBe('/consent');
    for (const text of ['See your groups', 'See your cost centre, your teams, quota', 'what else your profile holds, department']) {
      expect(page.text).toContain(text);
    }
    // What the scope says already is not said again for the claims parameter.
    expect(page.text.match(/See your groups/g)).toHaveLength(1);
  });

  test('scope groups of a client that may not ask for it is refused, as every scope is', async () => {
    const client = await server.client({ type: 'spa', redirectUris: [redirectUri], scopes: ['openid'] });
    expect(answerOf(await new Flow(server.issuer, client).authorize({ scope: 'openid groups' })).get('error')).toBe('invalid_scope');
  });
});
