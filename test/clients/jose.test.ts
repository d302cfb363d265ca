import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rotateKeys } from '../../src/admin/keys.ts';
import { minute } from '../../src/core/clock.ts';
import { Flow } from '../support/flow.ts';
import { startServer, type TestServer } from '../support/server.ts';

const api = 'https://api.example/';

describe('jose as a resource server', () => {
  let server: TestServer;
  let client: { id: string; secret: string };
  let keys: ReturnType<typeof createRemoteJWKSet>;

  beforeAll(async () => {
    server = await startServer();
    await server.user();
    await server.resource({ identifier: api, scopes: ['notes:read'] });
    await server.resource({ identifier: 'https://legacy.example/', accessTokenAlgorithm: 'RS256' });
    client = await server.client({ type: 'spa', redirectUris: ['https://rp.example/callback'], scopes: ['openid', 'notes:read'] });
    keys = createRemoteJWKSet(new URL(`${server.issuer}/jwks`));
  });
  afterAll(() => server.stop());

  async function tokensFor(resource: string | undefined) {
    return (await new Flow(server.issuer, client).tokens({ scope: 'openid notes:read', resource })).json;
  }

  test('verifies signature, issuer, audience and type of an access token', async () => {
    const { access_token: token } = await tokensFor(api);
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      issuer: server.issuer,
      audience: api,
      typ: 'at+jwt',
      algorithms: ['ES256'],
      requiredClaims: ['iss', 'sub', 'aud', 'exp', 'iat', 'jti', 'client_id', 'scope'],
    });
    expect(protectedHeader.kid).toBeTypeOf('string');
    expect(payload).toMatchObject({ client_id: client.id, scope: 'openid notes:read' });
  });

  test('a resource can be registered for RS256', async () => {
    const { access_token: token } = await tokensFor('https://legacy.example/');
    const { protectedHeader } = await jwtVerify(token, keys, { issuer: server.issuer, audience: 'https://legacy.example/', typ: 'at+jwt' });
    expect(protectedHeader.alg).toBe('RS256');
  });

  test('a token for another audience, and an ID token, are refused', async () => {
    const { access_token: token, id_token: idToken } = await tokensFor(undefined);
    await expect(jwtVerify(token, keys, { audience: api })).rejects.toThrow(/"aud"/);
    await expect(jwtVerify(idToken, keys, { typ: 'at+jwt' })).rejects.toThrow(/"typ"/);
  });

  test('a key set that is fetched before new keys sign verifies what they sign, and what the old ones signed', async () => {
    const before = await tokensFor(api);
    await rotateKeys(server.admin, [server.record]);
    const cached = createRemoteJWKSet(new URL(`${server.issuer}/jwks`), { cooldownDuration: Number.POSITIVE_INFINITY, cacheMaxAge: Number.POSITIVE_INFINITY });
    const options = { issuer: server.issuer, audience: api, typ: 'at+jwt' };
    const old = await jwtVerify(before.access_token, cached, options);
    // The library keeps a set for ten minutes when nothing makes it look again.
    server.clock.advance(10 * minute);
    const after = await tokensFor(api);
    const fresh = await jwtVerify(after.access_token, cached, { ...options, currentDate: new Date(server.clock.now()) });
    expect(fresh.protectedHeader.kid).not.toBe(old.protectedHeader.kid);
    expect((await jwtVerify(before.access_token, cached, options)).payload.jti).toBe(old.payload.jti);
  });
});
