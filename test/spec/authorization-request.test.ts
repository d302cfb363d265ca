import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Flow, payloadOf, redirectUri } from '../support/flow.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { send } from '../support/user-agent.ts';

describe('the authorization request', () => {
  let server: TestServer;
  let client: { id: string; secret: string };
  let modest: { id: string; secret: string };

  beforeAll(async () => {
    server = await startServer();
    client = await server.client({ type: 'spa', redirectUris: [redirectUri, 'https://rp.example/callback?tenant=7'] });
    modest = await server.client({ type: 'spa', redirectUris: [redirectUri], scopes: ['openid'] });
    await server.user();
  });
  afterAll(() => server.stop());

  const flow = () => new Flow(server.issuer, client);

  /** The answer of a request that must be refused at once, without a sign-in. */
  async function refusal(change: Parameters<Flow['authorize']>[0], of = client): Promise<URLSearchParams> {
    const page = await send(new Flow(server.issuer, of).authorizationUrl(change));
    expect(page.status).toBe(303);
    const location = new URL(String(page.headers['location']));
    expect(`${location.origin}${location.pathname}`).toBe(redirectUri);
    expect(location.hash).toBe('');
    expect(location.searchParams.get('iss')).toBe(server.issuer);
    expect(location.searchParams.has('code')).toBe(false);
    return location.searchParams;
  }

  describe('RFC 6749 §3.1.1 response_type', () => {
    test.each([
      ['token', 'unsupported_response_type'],
      ['id_token', 'unsupported_response_type'],
      ['code id_token', 'unsupported_response_type'],
      ['code token', 'unsupported_response_type'],
      ['code code', 'unsupported_response_type'],
      ['CODE', 'unsupported_response_type'],
      ['none', 'unsupported_response_type'],
      ['', 'invalid_request'],
      [undefined, 'invalid_request'],
    ])('%s is refused', async (value, error) => {
      expect((await refusal({ response_type: value })).get('error')).toBe(error);
    });
  });

  describe('OAuth 2.0 Multiple Response Types §2.1 response_mode', () => {
    test.each(['fragment', 'query.jwt', 'form_post.jwt', 'jwt', 'web_message', 'QUERY'])('%s is refused, by query', async (value) => {
      expect((await refusal({ response_mode: value })).get('error')).toBe('invalid_request');
    });

    test('query is the default', async () => {
      expect((await flow().answer({ response_mode: undefined })).has('code')).toBe(true);
      expect((await flow().answer({ response_mode: '' })).has('code')).toBe(true);
    });
  });

  describe('RFC 6749 §3.3 scope', () => {
    test('absent or empty: the least that signs in', async () => {
      expect((await flow().tokens({ scope: undefined })).json['scope']).toBe('openid');
      expect((await flow().tokens({ scope: '' })).json['scope']).toBe('openid');
    });

    test('unknown scopes are ignored, and the answer says what was granted', async () => {
      expect((await flow().tokens({ scope: 'openid unheard:of email' })).json['scope']).toBe('openid email');
    });

    test('repeated scopes and several spaces count once', async () => {
      expect((await flow().tokens({ scope: ' openid  email openid ' })).json['scope']).toBe('openid email');
    });

    test('nothing but unknown scopes is refused', async () => {
      expect((await refusal({ scope: 'unheard:of' })).get('error')).toBe('invalid_scope');
    });

    test('a known scope that is not the client’s is refused', async () => {
      expect((await refusal({ scope: 'openid email' }, modest)).get('error')).toBe('invalid_scope');
    });

    test.each(['openid "x"', 'openid\\', 'openid\temail', 'openid é'])('%j breaks the grammar', async (scope) => {
      expect((await refusal({ scope })).get('error')).toBe('invalid_scope');
    });

    test('without openid: an access token, no ID token, and no userinfo', async () => {
      const client2 = flow();
      const { json, status } = await client2.tokens({ scope: 'email' });
      expect(status).toBe(200);
      expect(json).not.toHaveProperty('id_token');
      const refused = await client2.userinfo(json.access_token);
      expect([refused.status, refused.headers['www-authenticate']]).toEqual([403, expect.stringContaining('error="insufficient_scope"')]);
    });
  });

  describe('RFC 6749 §4.1.1 state', () => {
    test.each([
      ['spaces and separators', 'a b+c&d=e#f?g%20/'],
      ['beyond ASCII', 'größe ☃ 𝄞'],
      ['markup', `'"><script>`],
      ['4096 characters', 's'.repeat(4096)],
    ])('%s: returned exactly', async (_what, state) => {
      expect((await flow().answer({ state })).get('state')).toBe(state);
      expect((await refusal({ state, prompt: 'none' })).get('state')).toBe(state);
    });

    test('absent or empty: not returned', async () => {
      expect((await flow().answer({ state: undefined })).has('state')).toBe(false);
      expect((await refusal({ state: '', prompt: 'none' })).has('state')).toBe(false);
    });

    test.each([['too long', 's'.repeat(4097)], ['a NUL', 'a\0b']])('%s: a page, never a shortened copy', async (_what, state) => {
      const page = await send(flow().authorizationUrl({ state }));
      expect([page.status, page.headers['location']]).toEqual([400, undefined]);
    });
  });

  describe('OpenID Connect Core §3.1.2.1 nonce', () => {
    test.each([['short', 'n'], ['beyond ASCII', 'ñ ☃'], ['1024 characters', 'n'.repeat(1024)]])('%s: in the ID token exactly', async (_what, nonce) => {
      expect(payloadOf((await flow().tokens({ nonce })).json.id_token)['nonce']).toBe(nonce);
    });

    test('longer: refused, never shortened', async () => {
      const page = await send(flow().authorizationUrl({ nonce: 'n'.repeat(1025) }));
      expect([page.status, page.headers['location']]).toEqual([400, undefined]);
    });
  });

  describe('RFC 6749 §3.1.2 redirect_uri', () => {
    test('a registered query stays, and the answer is appended to it', async () => {
      const withQuery = new Flow(server.issuer, client, { redirectUri: 'https://rp.example/callback?tenant=7' });
      const page = await withQuery.signIn(await withQuery.authorize());
      expect(page.headers['location']).toMatch(/^https:\/\/rp\.example\/callback\?tenant=7&code=/);
    });

    test('absent or empty: a page', async () => {
      for (const value of [undefined, '']) {
        expect((await send(flow().authorizationUrl({ redirect_uri: value }))).status).toBe(400);
      }
    });
  });

  test('RFC 6749 §3.1: every parameter at most once', async () => {
    for (const name of ['response_type', 'client_id', 'redirect_uri', 'scope', 'state', 'nonce', 'code_challenge', 'prompt', 'max_age', 'claims', 'request']) {
      const url = `${flow().authorizationUrl()}&${name}=openid&${name}=openid`;
      const page = await send(url);
      expect([name, page.status, page.headers['location']]).toEqual([name, 400, undefined]);
    }
  });

  test('RFC 6749 §3.1: a parameter without a value counts as absent', async () => {
    expect((await flow().answer({ prompt: '', max_age: '', claims: '', resource: '', request: '', id_token_hint: '', display: '' })).has('code')).toBe(true);
  });

  test('RFC 6749 §3.1: a POST with parameters in the URL too is refused', async () => {
    const { searchParams } = new URL(flow().authorizationUrl());
    const page = await send(`${server.issuer}/authorize?state=x`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: searchParams.toString(),
    });
    expect([page.status, page.headers['location']]).toEqual([400, undefined]);
  });

  test('RFC 9207 §2: the issuer stands in success and error alike', async () => {
    expect((await flow().answer()).get('iss')).toBe(server.issuer);
    expect((await refusal({ prompt: 'none' })).get('iss')).toBe(server.issuer);
    const other = await server.tenant('second');
    const clientOfOther = await other.client({ type: 'spa', redirectUris: [redirectUri] });
    expect((await new Flow(other.issuer, clientOfOther).answer({ prompt: 'none' })).get('iss')).toBe(other.issuer);
  });

  test('OpenID Connect Core §3.1.2.6: registration is refused by its name', async () => {
    expect((await refusal({ registration: '{}' })).get('error')).toBe('registration_not_supported');
  });

  describe('long requests', () => {
    const manyClaims = JSON.stringify({ userinfo: Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`c${index}`, null])) });

    test.each([['query'], ['form_post']])('%s: whatever is accepted at the first step completes', async (mode) => {
      const large = { response_mode: mode, state: 's'.repeat(4096), nonce: 'n'.repeat(400), login_hint: 'x'.repeat(512), claims: '{"id_token":{"email":null}}' };
      expect((await flow().answer(large)).get('state')).toBe(large.state);
      expect((await flow().answer({ response_mode: mode, claims: manyClaims })).has('code')).toBe(true);
    });

    test('too much altogether is refused at the first step, by every way in', async () => {
      const tooMuch = { state: '"'.repeat(4096), nonce: 'n'.repeat(1024), claims: JSON.stringify({ x: 'y'.repeat(4000) }) };
      const body = new URL(flow().authorizationUrl(tooMuch)).searchParams.toString();
      const post = { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body };
      const crossSite = { ...post, headers: { ...post.headers, 'sec-fetch-site': 'cross-site' } };
      for (const page of [await send(flow().authorizationUrl(tooMuch)), await send(`${server.issuer}/authorize`, post), await send(`${server.issuer}/authorize`, crossSite)]) {
        expect([400, 413]).toContain(page.status);
        expect(page.headers['location']).toBeUndefined();
      }
    });
  });
});
