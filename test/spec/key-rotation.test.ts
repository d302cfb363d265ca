import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { completeKeys } from '../../src/admin/tenants.ts';
import { rotateSigningKeys } from '../../src/keys/rotation.ts';
import { encode, Flow, payloadOf, redirectUri } from '../support/flow.ts';
import { takeSigningKey } from '../support/genuine.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { send } from '../support/user-agent.ts';

const minute = 60_000;

interface Jwks {
  readonly keys: readonly { readonly kid: string; readonly alg: string }[];
}

describe('A067 signing keys rotate under running relying parties', () => {
  let server: TestServer;
  let client: { id: string; secret: string };

  beforeEach(async () => {
    server = await startServer();
    await completeKeys(server.admin, server.record);
    client = await server.client({ type: 'spa', redirectUris: [redirectUri] });
    await server.user();
  });
  afterEach(() => server.stop());

  async function jwks(): Promise<Jwks & { maxAge: number }> {
    const page = await send(`${server.issuer}/jwks`);
    const maxAge = Number(/max-age=(\d+)/.exec(String(page.headers['cache-control']))?.[1]) * 1000;
    return { ...(JSON.parse(page.text) as Jwks), maxAge };
  }
  const kids = (set: Jwks) => set.keys.map((key) => key.kid).sort();
  const tokens = async () => (await new Flow(server.issuer, client).tokens({ scope: 'openid offline_access' })).json;
  const kidOf = (jwt: string) => decodeProtectedHeader(jwt).kid ?? '';
  const verifies = (jwt: string, set: Jwks) =>
    jwtVerify(jwt, createLocalJWKSet(set as never), { currentDate: new Date(server.clock.now()) }).then(() => true, () => false);

  test('a new key is published longer than any cached set may live before it signs', async () => {
    const before = await jwks();
    const rotated = await rotateSigningKeys(server.admin, server.record.id);
    expect(rotated.map((key) => key.algorithm).sort()).toEqual(['ES256', 'EdDSA', 'RS256']);
    const published = await jwks();
    expect(kids(published)).toEqual([...kids(before), ...rotated.map((key) => key.kid)].sort());

    // A relying party that fetched just before the rotation may keep its copy for so long.
    server.clock.advance(before.maxAge - 1_000);
    const early = await tokens();
    expect(await verifies(early.id_token, before)).toBe(true);
    expect(await verifies(early.access_token, before)).toBe(true);

    server.clock.advance(10 * minute);
    const late = await tokens();
    const newKids = rotated.map((key) => key.kid);
    expect(newKids).toContain(kidOf(late.id_token));
    expect(newKids).toContain(kidOf(late.access_token));
    expect(await verifies(late.id_token, published)).toBe(true);
  });

  test('the old key stays until nothing that it signed can be valid, and one cache lifetime longer', async () => {
    const { maxAge } = await jwks();
    const rotated = await rotateSigningKeys(server.admin, server.record.id);
    // The last moment at which the old key signs.
    server.clock.advance(Math.min(...rotated.map((key) => key.activatesAt)) - server.clock.now() - 3_000);
    const last = await tokens();
    expect(rotated.map((key) => key.kid)).not.toContain(kidOf(last.id_token));
    server.clock.advance(60 * minute - 5_000);
    expect(await verifies(last.id_token, await jwks())).toBe(true);
    server.clock.advance(maxAge);
    expect(kids(await jwks())).toContain(kidOf(last.id_token));
    server.clock.advance(25 * 60 * minute);
    expect(kids(await jwks())).toEqual(rotated.map((key) => key.kid).sort());
  });

  test('what was signed before goes on working: access token, refresh token, hint', async () => {
    const at = new Flow(server.issuer, client);
    const { json } = await at.tokens();
    const rotated = await rotateSigningKeys(server.admin, server.record.id);
    server.clock.advance(9 * minute);
    expect((await at.userinfo(json.access_token)).status).toBe(200);
    server.clock.advance(30 * minute);
    expect((await at.answer({ prompt: 'none', id_token_hint: json.id_token })).has('code')).toBe(true);
    const next = await at.refresh(json.refresh_token);
    expect(next.status).toBe(200);
    expect(rotated.map((key) => key.kid)).toContain(kidOf(next.json.access_token));
  });

  test('an ID token is a hint for as long as its sign-in lasts, though its key is published no longer', async () => {
    const { id: webId, secret } = await server.client({ type: 'web', redirectUris: [redirectUri], postLogoutRedirectUris: ['https://rp.example/out'] });
    const at = new Flow(server.issuer, { id: webId, secret });
    const { id_token } = (await at.tokens()).json;
    await rotateSigningKeys(server.admin, server.record.id);
    server.clock.advance(13 * 24 * 60 * minute);
    expect(kids(await jwks())).not.toContain(kidOf(id_token));
    expect((await at.answer({ prompt: 'none', id_token_hint: id_token })).has('code')).toBe(true);
    const page = await at.agent.request(`${server.issuer}/logout?${encode({ id_token_hint: id_token, post_logout_redirect_uri: 'https://rp.example/out' })}`);
    expect(page.headers['location']).toBe('https://rp.example/out');
    server.clock.advance(3 * 24 * 60 * minute);
    const late = await at.agent.request(`${server.issuer}/logout?${encode({ id_token_hint: id_token, post_logout_redirect_uri: 'https://rp.example/out' })}`);
    expect([late.status, late.headers['location']]).toEqual([400, undefined]);
  });

  test('whoever has got hold of a key that is published no longer can do no more than hint', async () => {
    const at = new Flow(server.issuer, client);
    const { access_token, id_token } = (await at.tokens()).json;
    const signed = await takeSigningKey(server);
    const token = signed({ typ: 'at+jwt' }, { ...payloadOf(access_token), exp: Math.floor(server.clock.now() / 1000) + 7 * 24 * 3600 });
    expect((await at.userinfo(token)).status).toBe(200);
    await rotateSigningKeys(server.admin, server.record.id);
    server.clock.advance(26 * 60 * minute);
    expect((await at.userinfo(token)).status).toBe(401);
    expect((await at.answer({ prompt: 'none', id_token_hint: signed({ typ: 'JWT' }, payloadOf(id_token)) })).has('code')).toBe(true);
  });

  test('two rotations in a row leave no gap', async () => {
    await rotateSigningKeys(server.admin, server.record.id);
    server.clock.advance(minute);
    await rotateSigningKeys(server.admin, server.record.id);
    for (let step = 0; step < 30; step += 1) {
      const { id_token, access_token } = await tokens();
      const set = await jwks();
      expect([await verifies(id_token, set), await verifies(access_token, set)]).toEqual([true, true]);
      server.clock.advance(6 * minute);
    }
  });

  test('rotations at the same moment make one new key per algorithm', async () => {
    await Promise.all([1, 2, 3].map(() => rotateSigningKeys(server.admin, server.record.id)));
    expect((await jwks()).keys.length).toBe(6);
  });

  test('one tenant’s rotation leaves the others alone', async () => {
    const other = await server.tenant('other');
    const before = (await send(`${other.issuer}/jwks`)).text;
    await rotateSigningKeys(server.admin, server.record.id);
    expect((await send(`${other.issuer}/jwks`)).text).toBe(before);
  });
});
