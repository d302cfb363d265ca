import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { changeClient } from '../../src/admin/clients.ts';
import { changeResource } from '../../src/admin/resources.ts';
import { changeUser } from '../../src/admin/users.ts';
import { answerOf, Flow, payloadOf, redirectUri } from '../support/flow.ts';
import { startServer, type TestServer, unwrap } from '../support/server.ts';

/* What an operator changes holds at once, and nothing that was granted before is lost by it. */

const api = 'https://api.example.com';
const headerOf = (jwt: string) => JSON.parse(Buffer.from(jwt.split('.')[0] ?? '', 'base64url').toString('utf8')) as Record<string, unknown>;
let server: TestServer;

beforeAll(async () => {
  server = await startServer();
  await server.user();
  await server.resource({ identifier: api, scopes: ['api:read', 'api:write'] });
});
afterAll(() => server.stop());

describe('a client that is changed', () => {
  test('keeps its refresh tokens and what people have allowed it', async () => {
    const client = await server.client({ type: 'spa', thirdParty: true, redirectUris: [redirectUri] });
    const flow = new Flow(server.issuer, client);
    const { refresh_token } = (await flow.tokens({ scope: 'openid email' })).json;
    unwrap(
      await changeClient(server.admin, server.record.id, client.id, {
        name: 'Another name',
        redirectUris: { add: ['https://rp.example/other'] },
        idTokenAlgorithm: 'ES256',
        claimsInIdToken: false,
        strictPkce: true,
      }),
    );
    const refreshed = await flow.refresh(refresh_token);
    expect([refreshed.status, headerOf(refreshed.json.id_token)['alg'], payloadOf(refreshed.json.id_token)['email']]).toEqual([200, 'ES256', undefined]);
    // Nobody is asked again.
    expect(answerOf(await flow.authorize({ scope: 'openid email' })).has('code')).toBe(true);
  });

  test('is led to a redirect URI from the moment that it has it, and to one that it has no more from then on never', async () => {
    const client = await server.client({ type: 'spa', redirectUris: [redirectUri] });
    const other = new Flow(server.issuer, client, { redirectUri: 'https://rp.example/other' });
    expect((await other.authorize()).status).toBe(400);
    unwrap(await changeClient(server.admin, server.record.id, client.id, { redirectUris: { add: [other.redirectUri], remove: [redirectUri] } }));
    expect((await other.tokens()).status).toBe(200);
    expect((await new Flow(server.issuer, client).authorize()).status).toBe(400);
  });

  test('loses a scope that was taken away in every token, and gains one that it asks for', async () => {
    const client = await server.client({ type: 'spa', redirectUris: [redirectUri], scopes: ['openid', 'email', 'offline_access'] });
    const flow = new Flow(server.issuer, client);
    const { refresh_token } = (await flow.tokens({ scope: 'openid email offline_access' })).json;
    unwrap(await changeClient(server.admin, server.record.id, client.id, { scopes: { remove: ['email'], add: ['profile'] } }));
    expect((await flow.refresh(refresh_token)).json['scope']).toBe('openid offline_access');
    expect((await flow.tokens({ scope: 'openid profile' })).json['scope']).toBe('openid profile');
  });
});

test('a resource that is changed keeps its grants, and their next tokens are as it says', async () => {
  const client = await server.client({ type: 'spa', redirectUris: [redirectUri], scopes: ['openid', 'api:read', 'api:write'] });
  const flow = new Flow(server.issuer, client);
  const { refresh_token } = (await flow.tokens({ scope: 'openid api:read', resource: api })).json;
  unwrap(await changeResource(server.admin, server.record.id, api, { accessTokenAlgorithm: 'RS256', accessTokenType: 'JWT', accessTokenLifetime: 120, defaultScopes: { add: ['api:read'] } }));
  const refreshed = await flow.refresh(refresh_token, { resource: api });
  expect([refreshed.status, headerOf(refreshed.json.access_token), refreshed.json['expires_in']]).toEqual([200, expect.objectContaining({ alg: 'RS256', typ: 'JWT' }), 120]);
});

test('a user who is changed stays signed in, and applications read what they are now', async () => {
  const client = await server.client({ type: 'spa', redirectUris: [redirectUri] });
  const flow = new Flow(server.issuer, client);
  const user = await server.user({ email: 'before@example.com', claims: { nickname: 'B', name: 'Before' } });
  const { access_token, refresh_token } = (await flow.tokens({ scope: 'openid email profile' }, user.email)).json;
  unwrap(await changeUser(server.admin, server.record.id, user.email, { email: 'after@example.com', claims: { name: 'After' }, removeClaims: ['nickname'] }));
  const told = JSON.parse((await flow.userinfo(access_token)).text) as Record<string, unknown>;
  expect(told).toMatchObject({ sub: user.id, email: 'after@example.com', email_verified: false, name: 'After' });
  expect(told).not.toHaveProperty('nickname');
  expect((await flow.refresh(refresh_token)).status).toBe(200);
  expect(answerOf(await flow.authorize()).has('code')).toBe(true);
  const stranger = new Flow(server.issuer, client);
  expect((await stranger.signIn(await stranger.authorize(), 'before@example.com')).status).toBe(401);
  expect(answerOf(await stranger.signIn(await stranger.authorize(), 'after@example.com')).has('code')).toBe(true);
});
