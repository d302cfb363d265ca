import { type AccessToken, AuthorizationCode, ClientCredentials, type ModuleOptions } from 'simple-oauth2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { payloadOf, pkce } from '../support/flow.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { callbackOf } from './relying-party.ts';

const redirectUri = 'https://rp.example/callback';
/** Everything that breaks where a secret is encoded once too often or not at all. */
const awkwardSecret = 'p%41ss+wor d:&=~!*()';

describe('simple-oauth2', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer();
    await server.user();
  });
  afterAll(() => server.stop());

  function library(client: { id: string; secret: string }, options: ModuleOptions['options'] = {}): AuthorizationCode {
    return new AuthorizationCode({
      client,
      auth: { tokenHost: server.issuer, tokenPath: '/token', revokePath: '/revoke', authorizePath: '/authorize' },
      options,
    });
  }

  /** With PKCE the caller brings challenge and verifier: the library passes on what it does not know. */
  async function signIn(client: AuthorizationCode, withPkce = true): Promise<AccessToken> {
    const { verifier, challenge } = pkce();
    const url = client.authorizeURL({
      redirect_uri: redirectUri,
      scope: ['openid', 'email'],
      state: 'state-of-test',
      ...(withPkce ? { code_challenge: challenge, code_challenge_method: 'S256' } : { nonce: 'nonce-of-test' }),
    });
    const callback = await callbackOf(url, redirectUri);
    expect(callback.searchParams.get('state')).toBe('state-of-test');
    return client.getToken({
      code: callback.searchParams.get('code') ?? '',
      redirect_uri: redirectUri,
      ...(withPkce ? { code_verifier: verifier } : {}),
    });
  }

  test.each([
    { credentialsEncodingMode: 'strict', authorizationMethod: 'header' },
    { credentialsEncodingMode: 'loose', authorizationMethod: 'header' },
    { authorizationMethod: 'body' },
  ] as const)('signs in with PKCE, refreshes and revokes: %o', async (options) => {
    const web = await server.client({ type: 'web', redirectUris: [redirectUri], secret: awkwardSecret });
    const client = library(web, options);
    const tokens = await signIn(client);
    expect(tokens.token).toMatchObject({ token_type: 'Bearer', scope: 'openid email', expires_in: 900 });
    expect(tokens.expired()).toBe(false);

    const refreshed = await tokens.refresh();
    expect(refreshed.token['refresh_token']).not.toBe(tokens.token['refresh_token']);
    expect((await refreshed.refresh({ scope: 'openid' })).token['scope']).toBe('openid');

    const last = await signIn(client);
    await last.revokeAll();
    await expect(last.refresh()).rejects.toMatchObject({ data: { payload: { error: 'invalid_grant' } } });
  });

  test('signs in without PKCE, by its nonce', async () => {
    const web = await server.client({ type: 'web', redirectUris: [redirectUri] });
    const tokens = await signIn(library(web), false);
    expect(payloadOf(tokens.token['id_token'] as string)['nonce']).toBe('nonce-of-test');
    expect((await tokens.refresh()).token['access_token']).toBeTypeOf('string');
  });

  test('without PKCE the answer is an error that says so, where the client has to use it', async () => {
    const web = await server.client({ type: 'web', redirectUris: [redirectUri], requirePkce: true });
    const callback = await callbackOf(library(web).authorizeURL({ redirect_uri: redirectUri, scope: 'openid', state: 's', nonce: 'n' }), redirectUri);
    expect(callback.searchParams.get('error')).toBe('invalid_request');
    expect(callback.searchParams.get('error_description')).toContain('PKCE is required');
  });

  test('a public client may send HTTP Basic with its id and an empty secret', async () => {
    const { id } = await server.client({ type: 'native', redirectUris: [redirectUri] });
    const tokens = await signIn(library({ id, secret: '' }));
    expect((await tokens.refresh()).token['access_token']).toBeTypeOf('string');
  });

  test('a service gets a token for itself', async () => {
    await server.resource({ identifier: 'https://api.example/', scopes: ['api:read'] });
    const service = await server.client({ type: 'service', scopes: ['api:read'], secret: awkwardSecret });
    for (const credentialsEncodingMode of ['strict', 'loose'] as const) {
      const client = new ClientCredentials({
        client: service,
        auth: { tokenHost: server.issuer, tokenPath: '/token' },
        options: { credentialsEncodingMode },
      });
      const { token } = await client.getToken({ scope: 'api:read', resource: 'https://api.example/' });
      expect(payloadOf(token['access_token'] as string)).toMatchObject({ aud: 'https://api.example/', sub: service.id, scope: 'api:read' });
    }
  });
});
