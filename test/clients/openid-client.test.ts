import * as oidc from 'openid-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type TestServer } from '../support/server.ts';
import { send, UserAgent } from '../support/user-agent.ts';
import { callbackOf } from './relying-party.ts';

const redirectUri = 'http://localhost:3000/callback';
const afterLogout = 'http://localhost:3000/';

describe('openid-client', () => {
  let server: TestServer;
  let subject: string;

  beforeAll(async () => {
    server = await startServer();
    subject = (await server.user({ claims: { name: 'Ada Lovelace' } })).id;
  });
  afterAll(() => server.stop());

  function discover(client: { id: string }, authentication: oidc.ClientAuth, metadata: Partial<oidc.ClientMetadata> = {}): Promise<oidc.Configuration> {
    return oidc.discovery(new URL(server.issuer), client.id, metadata, authentication, { execute: [oidc.allowInsecureRequests] });
  }

  /** An authorization request with everything that can be checked, up to the callback. */
  async function authorize(config: oidc.Configuration, agent = new UserAgent(), parameters: Record<string, string> = {}) {
    const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
    const expectedState = oidc.randomState();
    const expectedNonce = oidc.randomNonce();
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: 'openid profile email offline_access',
      code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      state: expectedState,
      nonce: expectedNonce,
      ...parameters,
    });
    const callback = await callbackOf(url, redirectUri, agent);
    return { callback, checks: { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true } };
  }

  test.each([
    { type: 'spa', method: 'none' },
    { type: 'web', method: 'client_secret_basic' },
    { type: 'web', method: 'client_secret_post' },
  ] as const)('a $type client with $method signs in, refreshes, reads userinfo and revokes', async ({ type, method }) => {
    const client = await server.client({ type, redirectUris: [redirectUri], authenticationMethod: method });
    const authentication = { none: oidc.None, client_secret_basic: oidc.ClientSecretBasic, client_secret_post: oidc.ClientSecretPost }[method];
    const config = await discover(client, authentication(client.secret));
    expect(config.serverMetadata().issuer).toBe(server.issuer);
    expect(config.serverMetadata().supportsPKCE()).toBe(true);

    const { callback, checks } = await authorize(config);
    const tokens = await oidc.authorizationCodeGrant(config, callback, checks);
    expect(tokens.claims()).toMatchObject({ sub: subject, name: 'Ada Lovelace', email: 'user1@example.com', email_verified: true });
    expect(tokens.scope).toBe('openid profile email offline_access');
    expect(tokens.expires_in).toBeTypeOf('number');

    const userinfo = await oidc.fetchUserInfo(config, tokens.access_token, subject);
    expect(userinfo).toMatchObject({ sub: subject, name: 'Ada Lovelace', email_verified: true });
    expect(Object.values(userinfo)).not.toContain(null);

    const refreshed = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '');
    expect(refreshed.refresh_token).not.toBe(tokens.refresh_token);
    expect(refreshed.claims()?.sub).toBe(subject);

    await oidc.tokenRevocation(config, refreshed.refresh_token ?? '');
    await expect(oidc.refreshTokenGrant(config, refreshed.refresh_token ?? '')).rejects.toMatchObject({ error: 'invalid_grant' });
    await expect(oidc.fetchUserInfo(config, refreshed.access_token, subject)).rejects.toMatchObject({ status: 401 });
  });

  test.each(['RS256', 'ES256', 'EdDSA'] as const)('takes an ID token signed with %s, and verifies it against the JWK set', async (algorithm) => {
    const client = await server.client({ type: 'web', redirectUris: [redirectUri], idTokenAlgorithm: algorithm });
    const config = await discover(client, oidc.ClientSecretBasic(client.secret), { id_token_signed_response_alg: algorithm });
    oidc.enableNonRepudiationChecks(config);
    const { callback, checks } = await authorize(config);
    const tokens = await oidc.authorizationCodeGrant(config, callback, checks);
    expect(tokens.claims()?.sub).toBe(subject);
    // RS256 is what it takes when nobody says anything; every other algorithm has to be agreed on.
    const wrong = await discover(client, oidc.ClientSecretBasic(client.secret), { id_token_signed_response_alg: algorithm === 'RS256' ? 'ES256' : 'RS256' });
    const second = await authorize(wrong);
    await expect(oidc.authorizationCodeGrant(wrong, second.callback, second.checks)).rejects.toMatchObject({ code: 'OAUTH_INVALID_RESPONSE' });
  });

  test('introspects its own tokens, and finds them inactive once revoked', async () => {
    const client = await server.client({ type: 'web', redirectUris: [redirectUri] });
    const config = await discover(client, oidc.ClientSecretBasic(client.secret));
    const { callback, checks } = await authorize(config);
    const tokens = await oidc.authorizationCodeGrant(config, callback, checks);
    expect(await oidc.tokenIntrospection(config, tokens.access_token)).toMatchObject({ active: true, sub: subject, client_id: client.id, iss: server.issuer });
    expect(await oidc.tokenIntrospection(config, tokens.refresh_token ?? '')).toMatchObject({ active: true, client_id: client.id });
    await oidc.tokenRevocation(config, tokens.access_token, { token_type_hint: 'access_token' });
    expect(await oidc.tokenIntrospection(config, tokens.access_token)).toStrictEqual({ active: false });
  });

  test('a service gets a token for itself, for the scopes and the resource that it names', async () => {
    await server.resource({ identifier: 'https://api.example/', scopes: ['api:read', 'api:write'] });
    const client = await server.client({ type: 'service', scopes: ['api:read', 'api:write'] });
    const config = await discover(client, oidc.ClientSecretPost(client.secret));
    const tokens = await oidc.clientCredentialsGrant(config, { scope: 'api:read', resource: 'https://api.example/' });
    expect(tokens.scope).toBe('api:read');
    expect(tokens.refresh_token).toBeUndefined();
    expect(await oidc.tokenIntrospection(config, tokens.access_token)).toMatchObject({ active: true, sub: client.id, aud: 'https://api.example/' });
    expect(config.serverMetadata().scopes_supported).toContain('api:read');
  });

  test('a code survives a refused way of authentication and is redeemed by the next', async () => {
    const client = await server.client({ type: 'web', redirectUris: [redirectUri] });
    const config = await discover(client, oidc.ClientSecretBasic(client.secret));
    const { callback, checks } = await authorize(config);
    for (const refused of [oidc.ClientSecretBasic('not the secret'), oidc.None()]) {
      await expect(oidc.authorizationCodeGrant(await discover(client, refused), callback, checks)).rejects.toThrow();
    }
    expect((await oidc.authorizationCodeGrant(config, callback, checks)).claims()?.sub).toBe(subject);
  });

  test('an error of the authorization endpoint arrives with state and issuer', async () => {
    const client = await server.client({ type: 'spa', redirectUris: [redirectUri] });
    const config = await discover(client, oidc.None());
    const { callback, checks } = await authorize(config, new UserAgent(), { prompt: 'none' });
    await expect(oidc.authorizationCodeGrant(config, callback, checks)).rejects.toMatchObject({ code: 'OAUTH_AUTHORIZATION_RESPONSE_ERROR', error: 'login_required' });
  });

  test('max_age is honoured with an auth_time', async () => {
    const client = await server.client({ type: 'spa', redirectUris: [redirectUri] });
    const config = await discover(client, oidc.None());
    const { callback, checks } = await authorize(config, new UserAgent(), { max_age: '600' });
    const tokens = await oidc.authorizationCodeGrant(config, callback, { ...checks, maxAge: 600 });
    expect(tokens.claims()?.auth_time).toBeTypeOf('number');
  });

  test('the end session URL signs the user out and returns to the application; without offline_access the tokens end too', async () => {
    const client = await server.client({ type: 'web', redirectUris: [redirectUri], postLogoutRedirectUris: [afterLogout] });
    const config = await discover(client, oidc.ClientSecretBasic(client.secret));
    const agent = new UserAgent();
    const { callback, checks } = await authorize(config, agent, { scope: 'openid' });
    const tokens = await oidc.authorizationCodeGrant(config, callback, checks);
    const url = oidc.buildEndSessionUrl(config, { id_token_hint: tokens.id_token ?? '', post_logout_redirect_uri: afterLogout, state: 'after' });
    const page = await agent.open(url, afterLogout);
    expect(page.headers['location']).toBe(`${afterLogout}?state=after`);
    expect(agent.cookies('localhost').has('microauth-session')).toBe(false);
    await expect(oidc.refreshTokenGrant(config, tokens.refresh_token ?? '')).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  test('discovery finds the same document by the rules of OpenID Connect and of RFC 8414', async () => {
    const client = await server.client({ type: 'spa', redirectUris: [redirectUri] });
    const config = await oidc.discovery(new URL(server.issuer), client.id, undefined, oidc.None(), { algorithm: 'oauth2', execute: [oidc.allowInsecureRequests] });
    expect(config.serverMetadata()).toMatchObject(JSON.parse((await send(`${server.issuer}/.well-known/openid-configuration`)).text) as object);
  });
});
