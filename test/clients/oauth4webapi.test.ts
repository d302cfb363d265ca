import * as oauth from 'oauth4webapi';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type TestServer } from '../support/server.ts';
import { UserAgent } from '../support/user-agent.ts';
import { callbackOf } from './relying-party.ts';

const redirectUri = 'https://rp.example/callback';
const api = 'https://api.example/v1';
const http = { [oauth.allowInsecureRequests]: true } as const;

describe('oauth4webapi', () => {
  let server: TestServer;
  let as: oauth.AuthorizationServer;
  let subject: string;

  beforeAll(async () => {
    server = await startServer();
    subject = (await server.user({ claims: { name: 'Ada Lovelace' } })).id;
    await server.resource({ identifier: api, scopes: ['notes:read'] });
    const issuer = new URL(server.issuer);
    as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, http));
  });
  afterAll(() => server.stop());

  /** An authorization request, up to the parameters of an answer that passed every check of the library. */
  async function authorize(client: oauth.Client, parameters: Readonly<Record<string, string>> = {}) {
    const verifier = oauth.generateRandomCodeVerifier();
    const state = oauth.generateRandomState();
    const nonce = oauth.generateRandomNonce();
    const url = new URL(as.authorization_endpoint ?? '');
    url.search = new URLSearchParams({
      response_type: 'code',
      client_id: client.client_id,
      redirect_uri: redirectUri,
      scope: 'openid email notes:read',
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
      ...parameters,
    }).toString();
    const callback = await callbackOf(url, redirectUri, new UserAgent());
    return { verifier, nonce, answer: oauth.validateAuthResponse(as, client, callback, state) };
  }

  async function signIn(client: oauth.Client, authentication: oauth.ClientAuth, parameters: Readonly<Record<string, string>> = {}) {
    const { verifier, nonce, answer } = await authorize(client, parameters);
    const response = await oauth.authorizationCodeGrantRequest(as, client, authentication, answer, redirectUri, verifier, http);
    const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, { expectedNonce: nonce, requireIdToken: true });
    await oauth.validateApplicationLevelSignature(as, response, http);
    return tokens;
  }

  async function webClient() {
    const { id, secret } = await server.client({ type: 'web', redirectUris: [redirectUri], scopes: ['openid', 'email', 'notes:read'] });
    return { client: { client_id: id } as oauth.Client, secret };
  }

  test.each([
    { type: 'spa', authentication: () => oauth.None() },
    { type: 'web', authentication: (secret: string) => oauth.ClientSecretBasic(secret) },
    { type: 'web', authentication: (secret: string) => oauth.ClientSecretPost(secret) },
  ] as const)('a $type client signs in, reads userinfo and refreshes', async ({ type, authentication }) => {
    const { id, secret } = await server.client({ type, redirectUris: [redirectUri], scopes: ['openid', 'email', 'notes:read'] });
    const client: oauth.Client = { client_id: id };
    const tokens = await signIn(client, authentication(secret));
    expect(oauth.getValidatedIdTokenClaims(tokens)).toMatchObject({ sub: subject, email: 'user1@example.com' });

    const userinfo = await oauth.processUserInfoResponse(as, client, subject, await oauth.userInfoRequest(as, client, tokens.access_token, http));
    expect(userinfo).toMatchObject({ sub: subject, email_verified: true });

    const response = await oauth.refreshTokenGrantRequest(as, client, authentication(secret), tokens.refresh_token ?? '', http);
    const refreshed = await oauth.processRefreshTokenResponse(as, client, response);
    expect(refreshed).toMatchObject({ token_type: 'bearer', scope: 'openid email notes:read' });
    expect(refreshed.refresh_token).not.toBe(tokens.refresh_token);
  });

  test('the answer names its issuer, and an answer of another issuer is refused', async () => {
    const { client } = await webClient();
    const { answer } = await authorize(client);
    expect(answer.get('iss')).toBe(server.issuer);
    expect([...answer.keys()].toSorted()).toStrictEqual(['code', 'iss', 'state']);
    const foreign = new URLSearchParams(answer);
    foreign.set('iss', 'https://attacker.example');
    expect(() => oauth.validateAuthResponse(as, client, foreign, answer.get('state') ?? '')).toThrow(/"iss"/);
  });

  test('an access token for a resource passes validateJwtAccessToken there, and nowhere else', async () => {
    const { client, secret } = await webClient();
    const tokens = await signIn(client, oauth.ClientSecretBasic(secret), { resource: api });
    const request = new Request(`${api}/notes`, { headers: { authorization: `Bearer ${tokens.access_token}` } });
    const claims = await oauth.validateJwtAccessToken(as, request, api, http);
    expect(claims).toMatchObject({ sub: subject, aud: api, client_id: client.client_id, scope: 'openid email notes:read' });
    await expect(oauth.validateJwtAccessToken(as, request, 'https://other.example/', http)).rejects.toThrow(/"aud"/);

    const idToken = new Request(`${api}/notes`, { headers: { authorization: `Bearer ${tokens.id_token}` } });
    await expect(oauth.validateJwtAccessToken(as, idToken, client.client_id, http)).rejects.toThrow(/"typ"/);
  });

  test('introspects and revokes', async () => {
    const { client, secret } = await webClient();
    const basic = oauth.ClientSecretBasic(secret);
    const tokens = await signIn(client, basic);
    const introspect = async () =>
      oauth.processIntrospectionResponse(as, client, await oauth.introspectionRequest(as, client, basic, tokens.access_token, http));
    expect(await introspect()).toMatchObject({ active: true, sub: subject, token_type: 'Bearer' });
    const revoked = await oauth.revocationRequest(as, client, basic, tokens.refresh_token ?? '', http);
    expect(await oauth.processRevocationResponse(revoked)).toBeUndefined();
    // The refresh token takes its whole grant along.
    expect(await introspect()).toStrictEqual({ active: false });
  });

  test('a service gets a token for itself', async () => {
    const { id, secret } = await server.client({ type: 'service', scopes: ['notes:read'] });
    const client: oauth.Client = { client_id: id };
    const parameters = new URLSearchParams({ scope: 'notes:read', resource: api });
    const response = await oauth.clientCredentialsGrantRequest(as, client, oauth.ClientSecretBasic(secret), parameters, http);
    const tokens = await oauth.processClientCredentialsResponse(as, client, response);
    expect(tokens).toMatchObject({ scope: 'notes:read', token_type: 'bearer' });
    const request = new Request(api, { headers: { authorization: `Bearer ${tokens.access_token}` } });
    expect(await oauth.validateJwtAccessToken(as, request, api, http)).toMatchObject({ sub: id, client_id: id });
  });

  test('WWW-Authenticate comes with the refusal of Basic only; it would hide the error code everywhere else', async () => {
    const { client } = await webClient();
    const redeem = async (authentication: oauth.ClientAuth) => {
      const { verifier, answer } = await authorize(client);
      const response = await oauth.authorizationCodeGrantRequest(as, client, authentication, answer, redirectUri, verifier, http);
      return oauth.processAuthorizationCodeResponse(as, client, response);
    };
    await expect(redeem(oauth.ClientSecretPost('wrong'))).rejects.toMatchObject({ code: oauth.RESPONSE_BODY_ERROR, error: 'invalid_client', status: 401 });
    await expect(redeem(oauth.ClientSecretBasic('wrong'))).rejects.toMatchObject({ code: oauth.WWW_AUTHENTICATE_CHALLENGE, status: 401 });
  });

  test('userinfo answers a dead token with a challenge that parses', async () => {
    const { client } = await webClient();
    const response = await oauth.userInfoRequest(as, client, 'no-token', http);
    await expect(oauth.processUserInfoResponse(as, client, subject, response)).rejects.toMatchObject({
      code: oauth.WWW_AUTHENTICATE_CHALLENGE,
      cause: [{ scheme: 'bearer', parameters: { error: 'invalid_token' } }],
    });
  });
});
