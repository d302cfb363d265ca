import { describe, expect, test } from 'vitest';
import { createClient } from '../../src/admin/clients.ts';
import { answerOf, encode, Flow, redirectUri } from '../support/flow.ts';
import { sendRaw, statusOf } from '../support/raw.ts';
import { readForm, send } from '../support/user-agent.ts';
import { expectPage, forEachVariant, target } from './target.ts';

describe('A. redirect URI and response delivery', () => {
  const t = target();

  /** Whatever is wrong with the redirect URI, the answer is a page, with and without a further mistake. */
  async function expectRefused(uri: string, client: 'spa' | 'native' = 'spa'): Promise<void> {
    for (const change of [{}, { prompt: 'none' }, { response_type: 'token' }, { response_mode: 'form_post', scope: '"' }]) {
      expectPage(await send(t.flow(client).authorizationUrl({ ...change, redirect_uri: uri })));
    }
  }

  test('A001 prefix or suffix match', () => forEachVariant(['x', '/', '?x=1', '?', '#', '#x', '/../evil', '%20', '.', ';', '&x=1', '/callback', '%00'].map((suffix) => redirectUri + suffix), (uri) => expectRefused(uri)));

  test('A001 another place', () => forEachVariant(['https://rp.example', 'https://rp.example/', 'https://rp.example.evil/callback', 'https://evil.example/callback', 'https://rp.example:443/callback', 'http://rp.example/callback', '//rp.example/callback', '/callback', 'rp.example/callback', 'https://rp.example@evil.example/callback', 'https://evil.example/https://rp.example/callback', 'https://evil.example?https://rp.example/callback'], (uri) => expectRefused(uri)));

  test('A002 folding', () => forEachVariant(['https://rp.example/CALLBACK', 'HTTPS://rp.example/callback', 'https://RP.example/callback', 'https://rp.example/callbac%6B', 'https://rp.example/cal\u017Fback', 'https://rp.ex\u00ADample/callback'], (uri) => expectRefused(uri)));

  test('A004 path traversal', () => forEachVariant(['/callback/..;/evil', '/callback/%2e%2e/evil', '/callback/..%2fevil', '/x/../callback', '/./callback', '//callback', '/callback\\evil', '\\evil', '/callback;x', '/%2fcallback'].map((path) => `https://rp.example${path}`), (uri) => expectRefused(uri)));

  test('A004 what a browser would tidy up', () => forEachVariant(['https:/rp.example/callback', 'https:rp.example/callback', 'https:\\\\rp.example\\callback', ' https://rp.example/callback', 'https://rp.example/callback ', 'https://rp.example/call\tback', '\thttps://rp.example/callback'], (uri) => expectRefused(uri)));

  const loopbackLookalikes = ['http://localhost.evil.test/callback', 'http://127.0.0.1.evil/callback', 'http://localhost@evil.test/callback', 'http://127.0.0.1@evil.test/callback', 'http://127.0.0.1:80@evil.test/callback', 'http://127.1/callback', 'http://0x7f.1/callback', 'http://0.0.0.0/callback', 'http://[::ffff:127.0.0.1]/callback', 'http://127.0.0.1:99999/callback', 'http://127.0.0.1:/callback', 'http://127.0.0.1:8o/callback', 'http://127.0.0.1:80:80/callback', 'http://127.0.0.1\\@evil.test/callback', 'http://127.0.0.1#@evil.test/callback', 'http://evil.test/http://127.0.0.1/callback'];

  test('A005 loopback lookalikes', () => forEachVariant(loopbackLookalikes, async (uri) => {
    await expectRefused(uri, 'native');
    if (new URL(uri.replaceAll(/:99999|:8o|:80:80|:(?=\/c)/g, '')).hostname.endsWith('evil.test')) {
      expect((await createClient(t.server.admin, t.server.record.id, { type: 'native', name: 'N', redirectUris: [uri] })).ok).toBe(false);
    }
  }));

  const dangerous = ['javascript:alert(1)', 'JaVaScRiPt:alert(1)', 'java\tscript:alert(1)', ' javascript:alert(1)', '\x01javascript:alert(1)', 'javascript://rp.example/%0aalert(1)', 'data:text/html,x', ' data:text/html,x', 'vbscript:x', 'blob:https://rp.example/x', 'file:///etc/passwd', 'about:blank', 'filesystem:https://rp.example/x', 'view-source:https://rp.example', 'https://rp.example/\r\nX: y', 'https://rp.example/callback#x', 'https://user:pw@rp.example/callback', ''];

  test('A007 dangerous schemes', () => forEachVariant(dangerous, async (uri) => {
    const { admin, record, store } = t.server;
    for (const type of ['spa', 'web', 'native'] as const) {
      const base = { type, name: 'X', redirectUris: [redirectUri] };
      expect((await createClient(admin, record.id, { ...base, redirectUris: [uri] })).ok).toBe(false);
      expect((await createClient(admin, record.id, { ...base, postLogoutRedirectUris: [uri] })).ok).toBe(false);
      if (!uri.startsWith('https:')) {
        expect((await createClient(admin, record.id, { ...base, uri })).ok).toBe(false);
      }
    }
    await expectRefused(uri);
    // Were one in the database all the same, by a restore or by hand, it would not be used.
    const good = await store.findClient(record.id, t.clients.web.id);
    if (good === undefined || uri === '') {
      return;
    }
    const planted = { ...good, id: `planted-${dangerous.indexOf(uri)}`, redirectUris: [uri], postLogoutRedirectUris: [uri] };
    await store.createClient(record.id, planted);
    expectPage(await send(new Flow(t.server.issuer, { id: planted.id, secret: '' }).authorizationUrl({ redirect_uri: uri, prompt: 'none' })));
    expectPage(await send(`${t.server.issuer}/logout?${encode({ client_id: planted.id, post_logout_redirect_uri: uri })}`));
  }));

  test('A008 an error is no open redirect', () => forEachVariant([{ response_type: 'token' }, { response_type: undefined }, { scope: '"' }, { scope: undefined }, { prompt: 'none' }, { prompt: 'none login' }, { max_age: 'x' }, { code_challenge: undefined }, { request: 'x' }, { request_uri: 'https://evil.example/' }, { response_mode: 'fragment' }, { claims: '{' }, { resource: 'x' }, { id_token_hint: 'x' }, { registration: '{}' }], async (change) => {
      expectPage(await send(t.flow().authorizationUrl({ ...change, redirect_uri: 'https://evil.example/' })));
      expectPage(await send(t.flow().authorizationUrl({ ...change, client_id: 'unknown' })));
      expectPage(await send(t.flow().authorizationUrl({ ...change, client_id: undefined })));
      expectPage(await send(t.flow().authorizationUrl({ ...change, redirect_uri: undefined })));
  }));

  test('A010 duplicate parameters', () => forEachVariant(['redirect_uri', 'client_id', 'state', 'scope', 'response_type', 'code_challenge', 'code_challenge_method', 'nonce', 'prompt', 'response_mode', 'request_uri'], async (name) => {
      const url = t.flow().authorizationUrl({ prompt: 'none' });
      const first = new URL(url).searchParams.get(name) ?? 'x';
      for (const second of [first, 'https://evil.example/', '']) {
        expectPage(await send(`${url}&${encode({ [name]: [first, second] })}`));
      }
      // One in the URL and one in the body is twice as well.
      const { searchParams } = new URL(url);
      const page = await send(`${t.server.issuer}/authorize?${encode({ [name]: 'x' })}`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: searchParams.toString(),
      });
      expectPage(page);
  }));

  test('A010 a POST from another site cannot smuggle duplicates through the redirect', async () => {
    const body = `${new URL(t.flow().authorizationUrl()).searchParams.toString()}&state=second`;
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'cross-site' };
    const page = await t.flow().agent.open(`${t.server.issuer}/authorize`, redirectUri, { method: 'POST', headers, body });
    expectPage(page);
  });

  test('A012 no fragment, in success and error, by URL or by mode', async () => {
    const flow = t.flow();
    const success = (await flow.signIn(await flow.authorize())).headers['location'];
    const failure = (await flow.authorize({ response_type: 'token' })).headers['location'];
    for (const location of [success, failure]) {
      expect(location).toMatch(/^https:\/\/rp\.example\/callback\?[^#]+$/);
    }
    expect(answerOf(await flow.authorize({ response_mode: 'fragment' })).get('error')).toBe('invalid_request');
  });

  test('A013 response type confusion', () => forEachVariant(['token', 'id_token', 'id_token token', 'code token', 'code id_token', 'code id_token token', 'none'], async (response_type) => {
    const flow = t.flow();
    await flow.code();
    for (const response_mode of ['query', 'form_post']) {
      const answer = answerOf(await flow.authorize({ response_type, response_mode }));
      expect([...answer.keys()].sort()).toEqual(['error', 'error_description', 'iss', 'state']);
      expect(answer.get('error')).toBe('unsupported_response_type');
    }
  }));

  test('A015 a password is never redirected on', async () => {
    const flow = t.flow();
    const page = await flow.signIn(await flow.authorize());
    expect(page.status).toBe(303);
    const wrong = await flow.signIn(await flow.authorize({ prompt: 'login' }), 'user2@example.com', 'wrong password');
    expect([wrong.status, wrong.headers['location']]).toEqual([401, undefined]);
  });

  test('A016 nothing leaks by Referer: policy, no third-party resources, no code in a page’s address', async () => {
    const flow = t.flow('thirdParty');
    const pages = [await flow.authorize(), await send(`${t.server.issuer}/authorize?code=code_abcdefghijklmnop`)];
    pages.push(await flow.signIn(pages[0] ?? (await flow.authorize())));
    for (const page of pages) {
      expect(page.headers['referrer-policy']).toBe('same-origin');
      expect([...page.text.matchAll(/(?:src|href|action)="([^"]*)"/g)].map(([, link]) => link ?? '').filter((link) => !/^\/(?!\/)/.test(link))).toEqual([]);
    }
    expect(pages[2]?.url.search).not.toContain('code=');
  });

  test('A018 header splitting', () => forEachVariant(['%0d%0aSet-Cookie:%20x=1', '%0aX-Injected:%201', '%0d%0a%0d%0a<script>', '\u560D\u560AX-Injected: 1', '%250d%250aX: 1'], async (payload) => {
    const query = new URL(t.flow().authorizationUrl({ prompt: 'none', state: undefined })).search;
    for (const [name, expected] of [['state', 303], ['nonce', 303], ['scope', 303], ['login_hint', 303], ['redirect_uri', 400], ['client_id', 400]] as const) {
      const kept = query.replace(new RegExp(`([?&])${name}=[^&]*`), '$1');
      const answer = await sendRaw(t.server.port, `GET /authorize${kept}&${name}=${encodeURI(payload).replaceAll('%25', '%')} HTTP/1.1\r\nHost: localhost:${t.server.port}\r\nConnection: close\r\n\r\n`);
      expect([name, statusOf(answer)]).toEqual([name, expected]);
      const head = answer.slice(0, answer.indexOf('\r\n\r\n')).toLowerCase();
      expect(head).not.toMatch(/\n(set-cookie: x|x-injected|x:)/);
    }
  }));

  test('A019 script in form_post', () => forEachVariant([`'"><script>alert(1)</script>`, '</form><form action="https://evil.example">', '\u2028\u2029<!--', '&quot;&lt;', '" autofocus onfocus="x', '${7*7}{{7*7}}'], async (state) => {
    const flow = t.flow();
    const page = await flow.signIn(await flow.authorize({ state, response_mode: 'form_post' }));
    expect(readForm(page).fields['state']).toBe(state.replaceAll(/[\u2028\u2029]/g, (c) => `&#${c.charCodeAt(0)};`));
    expect(page.text.match(/<form/g)).toHaveLength(1);
    expect(page.text).not.toMatch(/<script(?! type="module" src="\/assets\/)|<!--|[\u2028\u2029]/);
    expect(page.text.replaceAll(/"[^"]*"/g, '""')).not.toContain('onfocus');
    const policy = String(page.headers['content-security-policy']);
    // The callback may lead anywhere, so no form-action; what it would guard against cannot get into the page.
    expect(policy).toMatch(/default-src 'none'.*script-src 'self'.*base-uri 'none'.*require-trusted-types-for 'script'/);
    expect(policy).not.toMatch(/unsafe|https:|\*|form-action/);
    // Without script there is a button.
    expect(page.text).toContain('<button id="continue"');
  }));
});
