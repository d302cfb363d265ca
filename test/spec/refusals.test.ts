import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkRedirectUri } from '../../src/oauth/redirect-uri.ts';
import { answerOf, Flow, postToken, redirectUri } from '../support/flow.ts';
import { startServer, type TestServer } from '../support/server.ts';

describe('what is refused in the middle of something, or in rows that nobody writes now', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer();
    await server.user();
  });
  afterAll(() => server.stop());

  const recordOf = async (id: string) => (await server.store.findClient(server.record.id, id)) ?? expect.fail('no such client');

  test('a sign-in ends on a page when its client, or the address that it goes back to, is no longer there', async () => {
    const changes = [
      async (id: string) => void (await server.store.deleteClient(server.record.id, id)),
      async (id: string) => void (await server.store.updateClient(server.record.id, { ...(await recordOf(id)), enabled: false })),
      async (id: string) => void (await server.store.updateClient(server.record.id, { ...(await recordOf(id)), redirectUris: ['https://rp.example/other'] })),
    ];
    for (const change of changes) {
      const client = await server.client({ type: 'spa', redirectUris: [redirectUri] });
      const flow = new Flow(server.issuer, client);
      const page = await flow.authorize();
      await change(client.id);
      const done = await flow.signIn(page);
      expect([done.status, done.headers['location'], done.text.includes('client_unknown_page')]).toEqual([400, undefined, true]);
    }
  });

  test.each(['client_id', 'redirect_uri'])('the page says that %s is missing, where that is so', async (name) => {
    const flow = new Flow(server.issuer, await server.client({ type: 'spa', redirectUris: [redirectUri] }));
    const page = await flow.authorize({ [name]: undefined });
    expect([page.status, page.text.includes('parameter_missing'), page.text.includes(`<bdi>${name}</bdi>`)]).toEqual([400, true, true]);
  });

  test('RFC 6749 §4.1.2.1: a client that is registered for no sign-in gets unauthorized_client', async () => {
    const { id } = await server.client({ type: 'web', redirectUris: [redirectUri] });
    await server.store.updateClient(server.record.id, { ...(await recordOf(id)), grantTypes: ['client_credentials'] });
    expect(answerOf(await new Flow(server.issuer, { id, secret: '' }).authorize({ prompt: 'none' })).get('error')).toBe('unauthorized_client');
  });

  test('OpenID Connect Core §5.5: null asks for a claim as a voluntary one, acr and sub too', async () => {
    const client = await server.client({ type: 'spa', redirectUris: [redirectUri] });
    const answer = await new Flow(server.issuer, client).answer({ claims: JSON.stringify({ id_token: { acr: null, sub: null }, userinfo: null }) });
    expect(answer.has('code')).toBe(true);
  });

  test('RFC 7662 §2.1: there must be a token to ask about', async () => {
    const { id, secret } = await server.client({ type: 'service', scopes: [] });
    const answer = await postToken(`${server.issuer}/introspect`, { client_id: id, client_secret: secret });
    expect([answer.status, answer.json['error']]).toEqual([400, 'invalid_request']);
  });

  test('a person whom a node of the version before has kept out gets no token', async () => {
    const user = await server.user({ email: 'kept-out@example.com' });
    const client = await server.client({ type: 'spa', redirectUris: [redirectUri] });
    const flow = new Flow(server.issuer, client);
    const { json } = await flow.tokens({ scope: 'openid offline_access' }, user.email);
    await server.store.updateUser(server.record.id, { ...user, enabled: false });
    expect((await flow.refresh(json.refresh_token)).json['error']).toBe('invalid_grant');
    expect((await flow.userinfo(json.access_token)).status).toBe(401);
  });

  test('redirect URIs that are too long or spelled in capitals are not registered', () => {
    expect(checkRedirectUri(`https://rp.example/${'x'.repeat(2000)}`, 'spa')).toMatch(/longer than 2000 characters/);
    expect(checkRedirectUri('HTTP://localhost/callback', 'spa')).toMatch(/in lower case/);
    expect(checkRedirectUri('HTTPS://rp.example/callback', 'spa')).toMatch(/in lower case/);
  });

  test.each(['javascript:alert(1)', 'data:text/html,x', 'blob:https://rp.example/1', 'view-source:https://rp.example/', 'intent://rp.example/'])(
    '%s is not registered, and its owner reads that a browser would run or show it',
    (uri) => {
      expect(checkRedirectUri(uri, 'native')).toMatch(/treat as content or script/);
      expect(checkRedirectUri(uri, 'web')).toMatch(/treat as content or script/);
    },
  );
});
