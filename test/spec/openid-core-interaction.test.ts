import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answerOf, Flow, payloadOf, redirectUri } from '../support/flow.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { type Page, send } from '../support/user-agent.ts';

describe('OpenID Connect Core §3.1.2: who is asked for what', () => {
  let server: TestServer;
  let client: { id: string; secret: string };
  let thirdParty: { id: string; secret: string };

  beforeAll(async () => {
    server = await startServer();
    client = await server.client({ type: 'spa', redirectUris: [redirectUri] });
    thirdParty = await server.client({ type: 'spa', redirectUris: [redirectUri], thirdParty: true });
    await server.user();
    await server.user();
  });
  afterAll(() => server.stop());

  const flow = () => new Flow(server.issuer, client);
  async function signedIn(of = client): Promise<Flow> {
    const fresh = new Flow(server.issuer, of);
    await fresh.code();
    return fresh;
  }
  const errorOf = async (at: Flow, change: Parameters<Flow['authorize']>[0]) => answerOf(await at.authorize(change)).get('error');

  describe('prompt', () => {
    test('none: login_required without a session, a code with one', async () => {
      expect(await errorOf(flow(), { prompt: 'none' })).toBe('login_required');
      expect((await (await signedIn()).answer({ prompt: 'none' })).has('code')).toBe(true);
    });

    test('login: asks for the password again, and the session goes on', async () => {
      const at = await signedIn();
      const before = payloadOf((await at.tokens()).json.id_token);
      server.clock.advance(5000);
      const page = await at.authorize({ prompt: 'login' });
      expect(page.url.pathname).toBe('/sign-in');
      // The person cannot get around it by opening the page once more.
      expect((await at.agent.open(page.url, redirectUri)).url.pathname).toBe('/sign-in');
      const code = answerOf(await at.signIn(page)).get('code') ?? '';
      const after = payloadOf((await at.redeem(code)).json.id_token);
      expect(after['sid']).toBe(before['sid']);
      expect(Number(after['auth_time'])).toBeGreaterThan(Number(before['auth_time']));
    });

    test('login: a wrong password gives no code, even where a session is alive', async () => {
      const at = await signedIn();
      const page = await at.signIn(await at.authorize({ prompt: 'login' }), 'user1@example.com', 'wrong password');
      expect([page.status, page.headers['location']]).toEqual([401, undefined]);
      expect((await at.agent.open(page.url, redirectUri)).headers['location']).toBeUndefined();
    });

    test('consent: asks even where everything is allowed', async () => {
      const at = await signedIn(thirdParty);
      expect((await at.answer({ prompt: 'none' })).has('code')).toBe(true);
      expect((await at.authorize({ prompt: 'consent' })).url.pathname).toBe('/consent');
      const firstParty = await signedIn();
      expect((await firstParty.authorize({ prompt: 'consent' })).url.pathname).toBe('/consent');
    });

    test('select_account: the same account goes on, another one signs in', async () => {
      const at = await signedIn();
      const page = await at.authorize({ prompt: 'select_account' });
      expect(page.url.pathname).toBe('/select-account');
      const account = /name="account" value="(sid_[^"]+)"/.exec(page.text)?.[1] ?? '';
      expect(answerOf(await at.agent.submit(page, { account }, redirectUri)).has('code')).toBe(true);
      const other = await at.agent.submit(page, { account: 'other' }, redirectUri);
      expect(other.url.pathname).toBe('/sign-in');
      const code = answerOf(await at.signIn(other, 'user2@example.com')).get('code') ?? '';
      expect((await at.redeem(code)).status).toBe(200);
    });

    test('login consent: both', async () => {
      const at = await signedIn(thirdParty);
      const page = await at.authorize({ prompt: 'login consent' });
      expect(page.url.pathname).toBe('/sign-in');
      const consent = await at.signIn(page);
      expect(consent.url.pathname).toBe('/consent');
      expect(answerOf(await at.agent.submit(consent, { decision: 'allow' }, redirectUri)).has('code')).toBe(true);
    });

    test('select_account login: the account, then its password', async () => {
      const at = await signedIn();
      const page = await at.authorize({ prompt: 'select_account login' });
      const account = /name="account" value="(sid_[^"]+)"/.exec(page.text)?.[1] ?? '';
      expect((await at.agent.submit(page, { account }, redirectUri)).url.pathname).toBe('/sign-in');
    });

    test.each(['none login', 'login none', 'none consent', 'none select_account', 'create', 'NONE', 'login unheard'])('%s is refused', async (prompt) => {
      expect(await errorOf(await signedIn(), { prompt })).toBe('invalid_request');
    });
  });

  describe('max_age', () => {
    test('0 always asks again', async () => {
      const at = await signedIn();
      expect((await at.authorize({ max_age: '0' })).url.pathname).toBe('/sign-in');
      expect((await at.answer({ max_age: '0' })).has('code')).toBe(true);
      expect(await errorOf(at, { max_age: '0', prompt: 'none' })).toBe('login_required');
    });

    test('decides by the age of the sign-in', async () => {
      const at = await signedIn();
      server.clock.advance(9_000);
      expect(answerOf(await at.authorize({ max_age: '10' })).has('code')).toBe(true);
      server.clock.advance(2_000);
      expect((await at.authorize({ max_age: '10' })).url.pathname).toBe('/sign-in');
      expect(answerOf(await at.authorize({ max_age: '9999999999' })).has('code')).toBe(true);
    });

    test.each(['-1', '1.5', '1e3', 'abc', '99999999999', ' 1', '0x1'])('%j is refused', async (value) => {
      expect(await errorOf(flow(), { max_age: value })).toBe('invalid_request');
    });
  });

  describe('id_token_hint', () => {
    test('another user’s: the person has to sign in, and must turn out to be that user', async () => {
      const second = flow();
      const hint = (await second.tokens({}, 'user2@example.com')).json.id_token;
      const at = await signedIn();
      expect(await errorOf(at, { id_token_hint: hint, prompt: 'none' })).toBe('login_required');
      const page = await at.authorize({ id_token_hint: hint });
      expect(page.url.pathname).toBe('/sign-in');
      expect(answerOf(await at.signIn(page, 'user1@example.com')).get('error')).toBe('login_required');
      const again = await at.authorize({ id_token_hint: hint });
      expect(answerOf(await at.signIn(again, 'user2@example.com')).has('code')).toBe(true);
    });

    test('an expired one still hints', async () => {
      const at = flow();
      const hint = (await at.tokens()).json.id_token;
      server.clock.advance(90 * 60_000);
      expect((await at.answer({ id_token_hint: hint, prompt: 'none' })).has('code')).toBe(true);
    });

    test('what is no ID token of ours is refused', async () => {
      const { json } = await flow().tokens();
      for (const hint of ['x', 'a.b.c', json.access_token, json.refresh_token, `${json.id_token}x`]) {
        expect(await errorOf(flow(), { id_token_hint: hint })).toBe('invalid_request');
      }
    });
  });

  test('§3.1.2.1 an ID token that another client got is no hint', async () => {
    const { json } = await new Flow(server.issuer, client).tokens();
    const other = await server.client({ type: 'spa', redirectUris: [redirectUri] });
    const at = await signedIn(other);
    expect(await errorOf(at, { prompt: 'none', id_token_hint: json.id_token })).toBe('invalid_request');
    expect(await errorOf(at, { id_token_hint: json.id_token })).toBe('invalid_request');
  });

  describe('§3.1.2.4 consent of third-party clients', () => {
    test('is asked once, and again for more', async () => {
      const email = 'consenting@example.com';
      await server.user({ email, claims: { name: 'C' } });
      const at = new Flow(server.issuer, thirdParty);
      const first = await at.signIn(await at.authorize(), email);
      expect(first.url.pathname).toBe('/consent');
      // Nothing is remembered before the person has answered.
      expect(await errorOf(at, { prompt: 'none' })).toBe('consent_required');
      expect(answerOf(await at.agent.submit(first, { decision: 'allow' }, redirectUri)).has('code')).toBe(true);
      expect((await at.answer({ prompt: 'none' })).has('code')).toBe(true);
      expect(await errorOf(at, { prompt: 'none', scope: 'openid email' })).toBe('consent_required');
      expect((await at.authorize({ scope: 'openid email' })).url.pathname).toBe('/consent');
      // A single claim is asked for like a scope that holds it.
      const claims = JSON.stringify({ userinfo: { name: null } });
      expect(await errorOf(at, { prompt: 'none', claims })).toBe('consent_required');
      expect((await at.answer({ claims })).has('code')).toBe(true);
      expect((await at.answer({ claims, prompt: 'none' })).has('code')).toBe(true);
    });

    test('refused: access_denied, and nothing is remembered', async () => {
      const email = 'declining@example.com';
      await server.user({ email });
      const at = new Flow(server.issuer, thirdParty);
      const page = await at.signIn(await at.authorize(), email);
      const answer = answerOf(await at.agent.submit(page, { decision: 'deny' }, redirectUri));
      expect([answer.get('error'), answer.get('state')]).toEqual(['access_denied', 'state-of-test']);
      expect((await at.authorize()).url.pathname).toBe('/consent');
    });
  });

  test('display=popup keeps the window’s opener for a client that is registered for it, everything else cuts it', async () => {
    const registered = await server.client({ type: 'spa', redirectUris: [redirectUri], popup: true });
    const coop = async (change: Parameters<Flow['authorize']>[0], of = registered) =>
      (await new Flow(server.issuer, of).authorize(change)).headers['cross-origin-opener-policy'];
    expect(await coop({ display: 'popup' })).toBe('unsafe-none');
    expect(await coop({ display: 'popup' }, client)).toBe('same-origin');
    expect(await coop({ display: 'page' })).toBe('same-origin');
    expect(await coop({})).toBe('same-origin');
  });

  test('two tabs that open in a new browser at once can both be finished, in either order', async () => {
    for (const order of [[0, 1], [1, 0]]) {
      const at = flow();
      const started = await Promise.all(['first', 'second'].map((state) => at.agent.request(at.authorizationUrl({ state }))));
      const pages = await Promise.all(started.map((page) => at.agent.open(new URL(String(page.headers['location']), page.url))));
      expect(pages.map((page) => [page.status, page.url.pathname])).toEqual([[200, '/sign-in'], [200, '/sign-in']]);
      for (const index of order) {
        const answer = answerOf(await at.signIn(pages[index] as Page));
        expect([answer.get('state'), answer.has('code')]).toEqual([['first', 'second'][index], true]);
      }
    }
  });

  test('a browser that asks again and again is not given more cookies', async () => {
    const at = flow();
    for (let times = 0; times < 5; times += 1) {
      await at.authorize();
    }
    expect([...at.agent.cookies('localhost').keys()].filter((name) => name.includes('browser')).length).toBe(1);
  });

  test('login_hint fills the form and nothing else', async () => {
    const page = await flow().authorize({ login_hint: 'nobody@example.com' });
    expect(page.text).toContain('value="nobody@example.com"');
    const known = await flow().authorize({ login_hint: 'user1@example.com' });
    // It does not tell whether such an account exists.
    const neutral = (text: string) => text.replaceAll(/(?:value|data-options)="[^"]*"/g, '').replaceAll(/user1|nobody/g, '');
    expect(neutral(known.text)).toBe(neutral(page.text));
  });

  test('a sign-in page of an hour ago is no longer taken', async () => {
    const at = flow();
    const page = await at.authorize();
    server.clock.advance(61 * 60_000);
    const late = await at.signIn(page);
    expect([late.status, late.headers['location']]).toEqual([400, undefined]);
    expect((await send(page.url)).status).toBe(400);
  });
});
