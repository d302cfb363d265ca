import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createResource } from '../../src/admin/resources.ts';
import { answerOf, encode, Flow, payloadOf, postToken, redirectUri } from '../support/flow.ts';
import { decide } from '../support/second-factors.ts';
import { startServer, type TestServer, type TestTenant, unwrap } from '../support/server.ts';
import { send } from '../support/user-agent.ts';

/* What libraries and servers of other makers send and expect when nobody has told them anything about this one. */

type Client = Awaited<ReturnType<TestTenant['client']>>;

const noChallenge = { code_challenge: undefined, code_challenge_method: undefined };
const noVerifier = { code_verifier: undefined };

let server: TestServer;
let web: Client;
let spa: Client;

beforeAll(async () => {
  server = await startServer();
  await server.user();
  await server.resource({ identifier: 'https://mcp.example.com', scopes: ['mcp:read', 'mcp:write'], defaultScopes: ['mcp:read'] });
  await server.resource({ identifier: 'https://files.example.com/api', scopes: ['files'] });
  await server.resource({ identifier: 'https://spring.example.com', accessTokenType: 'JWT', accessTokenAlgorithm: 'RS256', accessTokenLifetime: 120 });
  const scopes = ['openid', 'profile', 'email', 'offline_access', 'mcp:read', 'mcp:write', 'files'];
  web = await server.client({ type: 'web', redirectUris: [redirectUri], scopes });
  spa = await server.client({ type: 'spa', redirectUris: [redirectUri], scopes });
});
afterAll(() => server.stop());

const flowOf = (client: Client) => new Flow(server.issuer, client);
const headerOf = (jwt: string) => JSON.parse(Buffer.from(jwt.split('.')[0] ?? '', 'base64url').toString('utf8')) as Record<string, unknown>;

describe('RFC 9700 §2.1.1 what protects a code', () => {
  test('a client that authenticates sends a nonce in the place of a challenge', async () => {
    const flow = flowOf(web);
    const { json, status } = await flow.redeem(await flow.code({ ...noChallenge, nonce: 'n-0S6_WzA2Mj' }), noVerifier);
    expect([status, payloadOf(json.id_token)['nonce']]).toEqual([200, 'n-0S6_WzA2Mj']);
  });

  test.each([
    ['nothing', {}, 'pkce_or_nonce_missing'],
    ['a nonce that comes back nowhere, for want of openid', { nonce: 'n', scope: 'profile' }, 'pkce_or_nonce_missing'],
    ['a nonce beside a method without its challenge', { nonce: 'n', code_challenge_method: 'S256' }, 'pkce_missing'],
    ['a nonce beside a plain challenge', { nonce: 'n', code_challenge: 'x'.repeat(43), code_challenge_method: 'plain' }, 'pkce_method_unsupported'],
  ])('refused: %s', async (_what, change, reason) => {
    const answer = answerOf(await flowOf(web).authorize({ ...noChallenge, ...change }));
    expect(answer.get('error')).toBe('invalid_request');
    expect(server.log()).toContain(`"reason":"${reason}"`);
  });

  test('the refusal names every way out', async () => {
    const description = answerOf(await flowOf(web).authorize(noChallenge)).get('error_description');
    expect(description).toMatch(/code_challenge.*S256.*nonce.*openid.*microauth client set .*--unprotected-codes/);
  });

  test('a public client always sends a challenge, a nonce is no help', async () => {
    const answer = answerOf(await flowOf(spa).authorize({ ...noChallenge, nonce: 'n' }));
    expect([answer.get('error'), answer.get('error_description')]).toEqual(['invalid_request', expect.stringContaining('PKCE is required')]);
  });

  test('§4.8.2 what was sent has to be answered, and what was not cannot be', async () => {
    const withChallenge = flowOf(web);
    expect((await withChallenge.redeem(await withChallenge.code({ nonce: 'n' }), noVerifier)).json).toMatchObject({ error: 'invalid_grant' });
    const without = flowOf(web);
    expect((await without.redeem(await without.code({ ...noChallenge, nonce: 'n' }))).json).toMatchObject({ error: 'invalid_grant' });
  });

  test('a tenant or a client may demand a challenge of everybody', async () => {
    const strict = await server.client({ type: 'web', redirectUris: [redirectUri], requirePkce: true });
    expect(answerOf(await flowOf(strict).authorize({ ...noChallenge, nonce: 'n' })).get('error')).toBe('invalid_request');
    const other = await server.tenant('strict');
    await decide(server, other, { requirePkce: true });
    const client = await other.client({ type: 'web', redirectUris: [redirectUri] });
    const lax = await other.client({ type: 'web', redirectUris: [redirectUri], unprotectedCodes: true });
    for (const each of [client, lax]) {
      const answer = answerOf(await new Flow(other.issuer, each).authorize({ ...noChallenge, nonce: 'n' }));
      expect(answer.get('error')).toBe('invalid_request');
    }
  });

  test('one client may be let off both, and sends state then', async () => {
    const lax = await server.client({ type: 'web', redirectUris: [redirectUri], unprotectedCodes: true });
    const flow = flowOf(lax);
    expect((await flow.redeem(await flow.code(noChallenge), noVerifier)).status).toBe(200);
    expect(answerOf(await flowOf(lax).authorize({ ...noChallenge, state: undefined })).get('error_description')).toContain('must send state');
    // What it sends all the same is held to.
    const challenged = flowOf(lax);
    expect((await challenged.redeem(await challenged.code(), noVerifier)).json).toMatchObject({ error: 'invalid_grant' });
  });
});

describe('the token request of sloppy clients', () => {
  test('OAuth 2.1 §10.2 redirect_uri may be left out where PKCE binds the code, and another one is refused', async () => {
    const flow = flowOf(spa);
    expect((await flow.redeem(await flow.code(), { redirect_uri: undefined })).status).toBe(200);
    expect((await flow.redeem(await flow.code(), { redirect_uri: `${redirectUri}x` })).json).toMatchObject({ error: 'invalid_grant' });
    const byNonce = flowOf(web);
    expect((await byNonce.redeem(await byNonce.code({ ...noChallenge, nonce: 'n' }), { ...noVerifier, redirect_uri: undefined })).json).toMatchObject({ error: 'invalid_grant' });
  });

  test.each(['with', 'without'])('HTTP Basic of a public client, %s the colon, is no authentication at all', async (colon) => {
    const flow = flowOf(spa);
    const basic = Buffer.from(`${spa.id}${colon === 'with' ? ':' : ''}`).toString('base64');
    const body = { grant_type: 'authorization_code', code: await flow.code(), redirect_uri: redirectUri, code_verifier: flow.pkce.verifier };
    expect((await postToken(`${server.issuer}/token`, body, { authorization: `Basic ${basic}` })).status).toBe(200);
  });

  test('HTTP Basic without a colon is no secret: a client that has one is refused, and its code is not spent', async () => {
    const flow = flowOf(web);
    const body = { grant_type: 'authorization_code', code: await flow.code(), redirect_uri: redirectUri, code_verifier: flow.pkce.verifier };
    const refused = await postToken(`${server.issuer}/token`, body, { authorization: `Basic ${Buffer.from(web.id).toString('base64')}` });
    expect([refused.status, refused.json['error']]).toEqual([401, 'invalid_client']);
    expect((await flow.redeem(body.code)).status).toBe(200);
  });
});

describe('which API a token is for', () => {
  test('RFC 3986 §6.2.3 a bare origin is meant with the slash that URL.href puts behind it, too', async () => {
    const flow = flowOf(spa);
    const { json } = await flow.redeem(await flow.code({ resource: 'https://mcp.example.com/', scope: 'openid mcp:read' }), { resource: 'https://mcp.example.com/' });
    expect(payloadOf(json.access_token)['aud']).toBe('https://mcp.example.com');
    expect(payloadOf((await flow.refresh(json.refresh_token, { resource: 'https://mcp.example.com/' })).json.access_token)['aud']).toBe('https://mcp.example.com');
    for (const resource of ['https://mcp.example.com//', 'https://mcp.example.com/?', 'https://files.example.com/api/', 'https://mcp.example.com/x']) {
      expect(answerOf(await flowOf(spa).authorize({ resource })).get('error')).toBe('invalid_target');
    }
  });

  test('audience is resource in the words of another provider, in every grant', async () => {
    const flow = flowOf(web);
    const { json } = await flow.redeem(await flow.code({ audience: 'https://files.example.com/api', scope: 'openid files' }), { audience: 'https://files.example.com/api' });
    expect(payloadOf(json.access_token)['aud']).toBe('https://files.example.com/api');
    expect(payloadOf((await flow.refresh(json.refresh_token, { audience: 'https://files.example.com/api' })).json.access_token)['aud']).toBe('https://files.example.com/api');
    const service = await server.client({ type: 'service', scopes: ['files'] });
    const own = await flowOf(service).token({ grant_type: 'client_credentials', audience: 'https://files.example.com/api' });
    expect(payloadOf(own.json.access_token)['aud']).toBe('https://files.example.com/api');
    // The same twice is the same; two of them are a mistake; one that nobody knows means nothing here.
    const same = flowOf(web);
    expect(answerOf(await same.signIn(await same.authorize({ audience: 'https://mcp.example.com/', resource: 'https://mcp.example.com' }))).has('code')).toBe(true);
    expect(answerOf(await flowOf(web).authorize({ audience: 'https://mcp.example.com', resource: 'https://files.example.com/api' })).get('error')).toBe('invalid_target');
    const unknown = flowOf(web);
    expect(payloadOf((await unknown.tokens({ audience: 'https://elsewhere.example/api' })).json.access_token)['aud']).toBe(server.issuer);
    expect(server.log()).toContain('"event":"audience_ignored"');
  });

  test('a resource gives its default scopes to whoever names it and no scope', async () => {
    const flow = flowOf(spa);
    expect((await flow.tokens({ resource: 'https://mcp.example.com', scope: undefined })).json['scope']).toBe('mcp:read');
    const other = flowOf(spa);
    expect((await other.tokens({ resource: 'https://files.example.com/api', scope: undefined })).json['scope']).toBe('openid');
    const service = await server.client({ type: 'service', scopes: ['mcp:read', 'mcp:write', 'files'] });
    expect((await flowOf(service).token({ grant_type: 'client_credentials', resource: 'https://mcp.example.com' })).json['scope']).toBe('mcp:read');
    expect((await flowOf(service).token({ grant_type: 'client_credentials' })).json['scope']).toBe('mcp:read mcp:write files');
  });

  test.each(['', '/', '/admin/v1', '/admin/v1/clients'])('the issuer is nobody\'s resource: %j', async (path) => {
    const made = await createResource(server.admin, server.record.id, { identifier: `${server.issuer}${path}`, name: 'API', scopes: [] });
    expect(made).toMatchObject({ ok: false, failure: { message: expect.stringMatching(/issuer itself|reserved/) } });
  });

  test('introspection by a client that the token is not for tells it nothing, and the log why', async () => {
    const { json } = await flowOf(spa).tokens({ resource: 'https://mcp.example.com', scope: 'mcp:read' });
    const answer = await postToken(`${server.issuer}/introspect`, { token: json.access_token, client_id: web.id, client_secret: web.secret });
    expect(answer.json).toEqual({ active: false });
    expect(server.log()).toContain(`issued to ${spa.id} for https://mcp.example.com, whose resource does not name this client`);
  });
});

describe('how tokens are made', () => {
  test('a resource may want the type JWT, another algorithm and lifetime; such a token is an access token all the same', async () => {
    const flow = flowOf(spa);
    const { json } = await flow.tokens({ resource: 'https://spring.example.com' });
    expect(headerOf(json.access_token)).toMatchObject({ typ: 'JWT', alg: 'RS256' });
    const { exp, iat, aud } = payloadOf(json.access_token);
    expect([Number(exp) - Number(iat), json['expires_in'], aud]).toEqual([120, 120, 'https://spring.example.com']);
    expect((await flow.userinfo(json.access_token)).status).toBe(200);
    // RFC 9068 §5: neither passes for the other, though both have the same type and are signed by the same key.
    expect(headerOf(json.id_token)).toMatchObject({ typ: 'JWT', alg: 'RS256' });
    expect((await flow.userinfo(json.id_token)).status).toBe(401);
    const hinted = new URL(`${server.issuer}/logout?${encode({ id_token_hint: json.access_token })}`);
    expect((await flow.agent.request(hinted)).status).not.toBe(303);
    expect(answerOf(await flow.authorize({ prompt: 'none', id_token_hint: json.access_token })).get('error')).toBe('invalid_request');
    const introspected = await postToken(`${server.issuer}/introspect`, { token: json.id_token, client_id: web.id, client_secret: web.secret });
    expect(introspected.json).toEqual({ active: false });
  });

  test('of several resources the shortest lifetime holds', async () => {
    const { json } = await flowOf(spa).tokens({ resource: ['https://spring.example.com', 'https://mcp.example.com'], scope: 'openid mcp:read' });
    expect([json['expires_in'], headerOf(json.access_token)['typ']]).toEqual([120, 'JWT']);
  });

  test('algorithm and lifetime of tokens without a resource are the tenant\'s', async () => {
    const other = await server.tenant('settings');
    await other.user();
    const client = await other.client({ type: 'spa', redirectUris: [redirectUri] });
    await decide(server, other, { accessTokenAlgorithm: 'RS256', accessTokenLifetime: 3600 });
    const { json } = await new Flow(other.issuer, client).tokens();
    expect([headerOf(json.access_token)['alg'], json['expires_in']]).toEqual(['RS256', 3600]);
    const resource = unwrap(await createResource(server.admin, other.record.id, { identifier: 'https://api.example.com', name: 'API', scopes: [] }));
    expect(resource.accessTokenAlgorithm).toBe('RS256');
  });

  test.each(['RS256', 'ES256', 'EdDSA'] as const)('OpenID Connect Core §3.1.3.6 at_hash, %s', async (idTokenAlgorithm) => {
    const client = await server.client({ type: 'spa', redirectUris: [redirectUri], idTokenAlgorithm });
    const { json } = await flowOf(client).tokens();
    const digest = createHash(idTokenAlgorithm === 'EdDSA' ? 'sha512' : 'sha256').update(json.access_token).digest();
    expect(payloadOf(json.id_token)['at_hash']).toBe(digest.subarray(0, digest.length / 2).toString('base64url'));
  });

  test('OpenID Connect Core §5.4 claims of scopes stand at userinfo alone where the client wants it so', async () => {
    const client = await server.client({ type: 'web', redirectUris: [redirectUri], claimsInIdToken: false });
    const flow = flowOf(client);
    const { json } = await flow.tokens({ scope: 'openid email', claims: JSON.stringify({ id_token: { email_verified: null } }) });
    expect([payloadOf(json.id_token)['email'], payloadOf(json.id_token)['email_verified']]).toEqual([undefined, true]);
    expect(JSON.parse((await flow.userinfo(json.access_token)).text)).toMatchObject({ email: 'user1@example.com' });
  });
});

describe('preferred_username of whoever has none', () => {
  const usernameOf = async (scope: string, email: string): Promise<readonly unknown[]> => {
    const flow = flowOf(spa);
    const { json } = await flow.redeem(await flow.code({ scope }, email));
    const userinfo = JSON.parse((await flow.userinfo(json.access_token)).text) as Record<string, unknown>;
    return [payloadOf(json.id_token)['preferred_username'], userinfo['preferred_username']];
  };

  test('is the verified address, where profile and email are granted', async () => {
    await server.user({ email: 'verified@example.com' });
    expect(await usernameOf('openid profile email', 'verified@example.com')).toEqual(['verified@example.com', 'verified@example.com']);
    expect(await usernameOf('openid profile', 'verified@example.com')).toEqual([undefined, undefined]);
    await server.user({ email: 'named@example.com', claims: { preferred_username: 'ada' } });
    expect(await usernameOf('openid profile email', 'named@example.com')).toEqual(['ada', 'ada']);
    const unverified = await server.user({ email: 'unverified@example.com' });
    await server.store.updateUser(server.record.id, { ...unverified, emailVerified: false });
    expect(await usernameOf('openid profile email', 'unverified@example.com')).toEqual([undefined, undefined]);
  });

  test('is nothing where the tenant does not want it', async () => {
    await decide(server, server, { usernameFromEmail: false });
    await server.user({ email: 'nothing@example.com' });
    expect(await usernameOf('openid profile email', 'nothing@example.com')).toEqual([undefined, undefined]);
    await decide(server, server, {});
    expect((await send(`${server.issuer}/.well-known/openid-configuration`)).status).toBe(200);
  });
});
