import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answerOf, encode, Flow, payloadOf, redirectUri } from '../support/flow.ts';
import { startServer, type TestServer, type TestTenant } from '../support/server.ts';
import { readForm, send } from '../support/user-agent.ts';

/*
 * What libraries of other languages send when they are set up by their own quick start, rebuilt from their documentation and sources,
 * to a client that `client create --type web` has made. The programs themselves are not run here (`test/debian` runs some).
 */

interface Library {
  readonly name: string;
  /** Of the authorization request, beside client_id, redirect_uri and response_type=code. */
  readonly asks: Readonly<Record<string, string>>;
  /** S256, where it sends a challenge by itself. */
  readonly pkce?: true;
  /** How it authenticates at the token endpoint. */
  readonly authenticates: 'basic' | 'post';
  /** The `aud`, `nonce` and `at_hash` checks that it makes are the test's; whether it reads the ID token at all is its own. */
  readonly leavesOutRedirectUri?: true;
  /** Sends neither challenge nor nonce, so an operator has to vouch for it. */
  readonly unprotected?: true;
}

const nonce = { nonce: 'dGhlIG5vbmNlIG9mIHRoZSB0ZXN0' };
const state = { state: 'c3RhdGUgb2YgdGhlIHRlc3Q' };
const basic = 'basic' as const;

const libraries: readonly Library[] = [
  { name: 'Spring Boot 3 (Spring Security 6 client)', asks: { ...state, ...nonce, scope: 'openid profile email' }, authenticates: basic },
  { name: 'Spring Security 7 client', asks: { ...state, ...nonce, scope: 'openid profile email' }, pkce: true, authenticates: basic },
  { name: 'Nimbus OAuth 2.0 SDK', asks: { ...state, ...nonce, scope: 'openid email' }, authenticates: basic },
  { name: 'pac4j-oidc', asks: { ...state, ...nonce, scope: 'openid profile email', response_mode: 'query' }, authenticates: basic },
  { name: 'Quarkus OIDC', asks: { ...state, scope: 'openid' }, authenticates: basic, unprotected: true },
  { name: 'ASP.NET Core OpenID Connect', asks: { ...state, ...nonce, scope: 'openid profile', response_mode: 'form_post', 'x-client-SKU': 'ID_NET9_0', 'x-client-ver': '8.14.0.0' }, pkce: true, authenticates: 'post' },
  { name: 'Authlib (Flask, Django, Starlette, FastAPI)', asks: { ...state, ...nonce, scope: 'openid profile email' }, authenticates: basic },
  { name: 'mozilla-django-oidc', asks: { ...state, ...nonce, scope: 'openid email' }, authenticates: 'post' },
  { name: 'python-social-auth, OpenID Connect', asks: { ...state, ...nonce, scope: 'openid profile email' }, authenticates: 'post' },
  { name: 'django-allauth, OpenID Connect with PKCE on', asks: { ...state, scope: 'openid profile email' }, pkce: true, authenticates: basic },
  { name: 'requests-oauthlib', asks: { ...state, scope: 'openid email' }, authenticates: basic, unprotected: true },
  { name: 'go-oidc with golang.org/x/oauth2', asks: { ...state, ...nonce, scope: 'openid profile email' }, authenticates: basic },
  { name: 'zitadel/oidc', asks: { ...state, scope: 'openid profile email' }, pkce: true, authenticates: basic },
  { name: 'openidconnect (Rust)', asks: { ...state, ...nonce, scope: 'openid email profile' }, pkce: true, authenticates: basic },
  { name: 'jumbojett/OpenID-Connect-PHP', asks: { ...state, ...nonce, scope: 'openid' }, authenticates: basic },
  { name: 'league/oauth2-client (PHP)', asks: { ...state, scope: 'openid', approval_prompt: 'auto' }, authenticates: 'post', unprotected: true },
  { name: 'omniauth_openid_connect (Ruby)', asks: { ...state, ...nonce, scope: 'openid profile email' }, authenticates: basic },
  { name: 'mod_auth_openidc', asks: { ...state, ...nonce, scope: 'openid' }, authenticates: basic },
  { name: 'oauth2-proxy', asks: { ...state, scope: 'openid email profile', approval_prompt: 'force' }, authenticates: basic, unprotected: true },
  { name: 'Grafana generic OAuth with use_pkce', asks: { ...state, scope: 'openid profile email' }, pkce: true, authenticates: basic },
  { name: 'Nextcloud user_oidc', asks: { ...state, ...nonce, scope: 'openid email profile', claims: '{"id_token":{"email":null,"name":null},"userinfo":{"email":null,"name":null}}' }, pkce: true, authenticates: 'post' },
  { name: 'Jenkins oic-auth', asks: { ...state, ...nonce, scope: 'openid email' }, authenticates: basic },
  { name: 'a client of OAuth 2.1 that leaves redirect_uri out', asks: { ...state, scope: 'openid' }, pkce: true, authenticates: basic, leavesOutRedirectUri: true },
];

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
  await server.user({ email: 'ada@example.com', claims: { name: 'Ada' } });
});
afterAll(() => server.stop());

type Client = Awaited<ReturnType<TestTenant['client']>>;

/** Goes to the authorization endpoint as the library does, signs in, and gives what comes back. */
async function ask(flow: Flow, { asks, pkce }: Library): Promise<URLSearchParams> {
  const challenge = pkce ? {} : { code_challenge: undefined, code_challenge_method: undefined };
  const page = await flow.authorize({ ...challenge, state: undefined, scope: undefined, ...asks });
  return answerOf(page.url.pathname === '/sign-in' ? await flow.signIn(page, 'ada@example.com') : page);
}

async function redeem(flow: Flow, client: Client, library: Library, code: string): Promise<{ readonly status: number; readonly json: Record<string, string> }> {
  const credentials = { client_id: client.id, client_secret: client.secret };
  const body = {
    grant_type: 'authorization_code',
    code,
    ...(library.leavesOutRedirectUri ? {} : { redirect_uri: redirectUri }),
    ...(library.pkce ? { code_verifier: flow.pkce.verifier } : {}),
    ...(library.authenticates === 'post' ? credentials : {}),
  };
  const authorization = `Basic ${Buffer.from(`${encodeURIComponent(client.id)}:${encodeURIComponent(client.secret)}`).toString('base64')}`;
  const answer = await send(`${server.issuer}/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8', accept: 'application/json', ...(library.authenticates === 'basic' ? { authorization } : {}) },
    body: encode(body),
  });
  return { status: answer.status, json: JSON.parse(answer.text) as Record<string, string> };
}

describe.each(libraries)('$name', (library) => {
  test('signs in as it is installed', async () => {
    const client = await server.client({ type: 'web', redirectUris: [redirectUri], ...(library.unprotected ? { unprotectedCodes: true } : {}) });
    const flow = new Flow(server.issuer, client);
    const answer = await ask(flow, library);
    expect([answer.get('error_description'), answer.get('state'), answer.get('iss')]).toEqual([null, library.asks['state'], server.issuer]);
    const { status, json } = await redeem(flow, client, library, answer.get('code') ?? '');
    expect([status, json['error_description']]).toEqual([200, undefined]);
    const claims = payloadOf(json['id_token'] ?? '');
    expect(claims).toMatchObject({ iss: server.issuer, aud: client.id, ...(library.asks['nonce'] === undefined ? {} : { nonce: library.asks['nonce'] }) });
    expect(String(claims['at_hash'])).toMatch(/^[\w-]{22}$/);
  });
});

test.each(libraries.filter(({ unprotected }) => unprotected))('$name is told every way out as long as nobody has vouched for it', async (library) => {
  const client = await server.client({ type: 'web', redirectUris: [redirectUri] });
  const answer = await ask(new Flow(server.issuer, client), library);
  expect([answer.get('error'), answer.get('error_description')]).toEqual(['invalid_request', expect.stringMatching(/code_challenge.*nonce.*--unprotected-codes/)]);
});

test('form_post, as ASP.NET Core asks for it, carries the answer in a form', async () => {
  const client = await server.client({ type: 'web', redirectUris: [redirectUri] });
  const flow = new Flow(server.issuer, client);
  const page = await flow.signIn(await flow.authorize({ response_mode: 'form_post', nonce: 'n' }), 'ada@example.com');
  expect(Object.keys(readForm(page).fields).sort()).toEqual(['code', 'iss', 'state']);
});
