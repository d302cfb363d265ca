import { describe, expect, test } from 'vitest';
import { createClient } from '../../src/admin/clients.ts';
import { answerOf, encode, Flow, payloadOf, redirectUri } from '../support/flow.ts';
import { password } from '../support/server.ts';
import { type Page, readForm, send } from '../support/user-agent.ts';
import { expectError, expectPage, forEachVariant, target } from './target.ts';

describe('G. sign-in, session, consent, sign-out, browser', () => {
  const t = target();
  const attacker = 'user2@example.com';

  /** Sends the form of a page as another site would make a browser send it. */
  function submitFrom(flow: Flow, page: Page, fields: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>>): Promise<Page> {
    const form = readForm(page);
    return flow.agent.request(form.action, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: encode({ ...form.fields, ...fields }),
    });
  }

  test('A097 login CSRF: another site cannot sign a browser in as somebody else', async () => {
    const evil = t.flow();
    const page = await evil.authorize();
    const credentials = { email: attacker, password };
    const victim = t.flow();
    await victim.authorize();
    for (const headers of [{ origin: 'https://evil.example' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site', origin: 'http://other.localhost' }]) {
      expectPage(await submitFrom(victim, page, credentials, headers), 403);
      expectPage(await submitFrom(evil, page, credentials, headers), 403);
    }
    // With no telling headers at all, the attacker's sealed request still does not open in the victim's browser.
    expectPage(await submitFrom(victim, page, credentials, {}));
    expectPage(await submitFrom(new Flow(t.server.issuer, t.clients.spa), page, credentials, {}));
    expect(victim.agent.cookies('localhost').has('microauth-session')).toBe(false);
  });

  test('A097 the sealed request is whole or nothing', async () => {
    const flow = t.flow();
    const page = await flow.authorize();
    const box = readForm(page).fields['interaction'] ?? '';
    const session = t.flow();
    await session.code();
    // Another first character: the box may begin with any.
    const turned = `${box.startsWith('A') ? 'B' : 'A'}${box.slice(1)}`;
    await forEachVariant([box.slice(0, -1), `${box}A`, box.slice(1), turned, box.toLowerCase(), '', 'x', box.slice(0, 40), `${box}=`, 'A'.repeat(box.length)], async (interaction) => {
      expectPage(await submitFrom(flow, page, { interaction, email: attacker, password }, { origin: t.server.issuer }));
      expectPage(await flow.agent.request(`${t.server.issuer}/sign-in?${encode({ interaction })}`));
      expectPage(await flow.agent.request(`${t.server.issuer}/consent?${encode({ interaction })}`));
    });
    // A sealed request is no sealed sign-out.
    expectPage(await flow.agent.request(`${t.server.issuer}/logout/confirm`, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: encode({ request: box, decision: 'sign_out' }) }));
  });

  test('A098 session fixation: a cookie from before the sign-in is worth nothing after it', async () => {
    const victim = t.flow();
    victim.agent.setCookie('localhost', 'microauth-session', 'session_planted_by_somebody_else_long_ago');
    await victim.code();
    const value = victim.agent.cookies('localhost').get('microauth-session') ?? '';
    expect(value).not.toBe('session_planted_by_somebody_else_long_ago');
    const thief = t.flow();
    thief.agent.setCookie('localhost', 'microauth-session', 'session_planted_by_somebody_else_long_ago');
    expect((await thief.answer({ prompt: 'none' })).get('error')).toBe('login_required');
    // Signing in again changes the cookie; the old value dies with it.
    await victim.signIn(await victim.authorize({ prompt: 'login' }));
    thief.agent.setCookie('localhost', 'microauth-session', value);
    expect((await thief.answer({ prompt: 'none' })).get('error')).toBe('login_required');
    expect((await victim.answer({ prompt: 'none' })).has('code')).toBe(true);
  });

  test('A098 a session of the attacker’s is not continued when somebody else signs in beside it', async () => {
    const victim = t.flow();
    const evil = t.flow();
    const first = await evil.tokens({}, attacker);
    const planted = evil.agent.cookies('localhost').get('microauth-session') ?? '';
    victim.agent.setCookie('localhost', 'microauth-session', planted);
    const page = await victim.signIn(await victim.authorize({ prompt: 'login' }));
    const { json } = await victim.redeem(answerOf(page).get('code') ?? '');
    expect(payloadOf(json.id_token)['sid']).not.toBe(payloadOf(first.json.id_token)['sid']);
    // What the attacker knows leads to the attacker's own account and to no other.
    const again = await evil.redeem((await evil.answer({ prompt: 'none' })).get('code') ?? '');
    expect(payloadOf(again.json.id_token)['sub']).toBe(payloadOf(first.json.id_token)['sub']);
  });

  test('A098 a cookie that comes twice counts as none', async () => {
    const flow = t.flow();
    await flow.code();
    const value = flow.agent.cookies('localhost').get('microauth-session') ?? '';
    for (const cookie of [`microauth-session=x; microauth-session=${value}`, `microauth-session=${value}; microauth-session=x`]) {
      const page = await send(flow.authorizationUrl({ prompt: 'none' }), { headers: { cookie } });
      expect(answerOf(page).get('error')).toBe('login_required');
    }
  });

  test('A100 consent: no frame, no other site, no GET', async () => {
    const flow = t.flow('thirdParty');
    const page = await flow.signIn(await flow.authorize());
    expect(page.url.pathname).toBe('/consent');
    expect(page.headers['x-frame-options']).toBe('DENY');
    expect(page.headers['content-security-policy']).toContain("frame-ancestors 'none'");
    for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }, { origin: 'null' }]) {
      expectPage(await submitFrom(flow, page, { decision: 'allow' }, headers), 403);
    }
    const { fields } = readForm(page);
    const byGet = await flow.agent.request(`${t.server.issuer}/consent?${encode({ ...fields, decision: 'allow' })}`);
    expect([byGet.status, byGet.url.pathname]).toEqual([200, '/consent']);
    // A double click answers twice with a code each, and no error.
    const [one, two] = await Promise.all([0, 1].map(() => submitFrom(flow, page, { decision: 'allow' }, { origin: t.server.issuer })));
    expect([one?.status, two?.status]).toEqual([303, 303]);
  });

  test('A100 the consent page of one person cannot be answered by another', async () => {
    await t.server.user({ email: 'clickjacked@example.com' });
    const flow = t.flow('thirdParty');
    const page = await flow.signIn(await flow.authorize({ prompt: 'login' }), attacker);
    const first = page.url.pathname === '/consent' ? page : await flow.authorize({ prompt: 'consent' });
    // Somebody else signs in in the same browser, then the page that was left open is sent.
    await flow.signIn(await flow.authorize({ prompt: 'login' }), 'clickjacked@example.com');
    const late = await flow.agent.submit(first, { decision: 'allow' }, redirectUri);
    const { json } = await flow.redeem(answerOf(late).get('code') ?? '');
    expect((await t.server.store.findUser(t.server.record.id, String(payloadOf(json.id_token)['sub'])))?.email).toBe(attacker);
    expect((await flow.answer({ prompt: 'none' })).get('error')).toBe('consent_required');
  });

  test('A100 the consent page of somebody who has signed out since decides nothing', async () => {
    await t.server.user({ email: 'left@example.com' });
    const flow = t.flow('thirdParty');
    const page = await flow.signIn(await flow.authorize({ prompt: 'login' }), 'left@example.com');
    expect(page.url.pathname).toBe('/consent');
    flow.agent.setCookie('localhost', 'microauth-session', '');
    const late = await flow.agent.submit(page, { decision: 'allow' }, redirectUri);
    expect(late.headers['location']).toBeUndefined();
  });

  test('A101 consent parameters in the form are ignored', async () => {
    await t.server.user({ email: 'tampered@example.com', claims: { name: 'T' } });
    const flow = t.flow('thirdParty');
    const page = await flow.signIn(await flow.authorize(), 'tampered@example.com');
    const done = await submitFrom(
      flow,
      page,
      { decision: 'allow', scope: 'openid email profile offline_access', client_id: t.clients.spa.id, sub: 'user_other', redirect_uri: 'https://evil.example/', state: 'other-state', items: 'email', code_challenge: 'x', userId: 'user_other' },
      { origin: t.server.issuer },
    );
    const answer = answerOf(done);
    expect(done.headers['location']).toMatch(/^https:\/\/rp\.example\/callback\?code=/);
    expect(answer.get('state')).toBe('state-of-test');
    expect((await flow.redeem(answer.get('code') ?? '')).json['scope']).toBe('openid');
    expect((await flow.answer({ prompt: 'none', scope: 'openid email' })).get('error')).toBe('consent_required');
  });

  test('A101 anything but a clear yes is a no', () =>
    forEachVariant(['deny', '', 'Allow', 'allow ', 'yes', '1', 'true'], async (decision) => {
      const flow = t.flow('thirdParty');
      const page = await flow.signIn(await flow.authorize({ prompt: 'consent' }));
      const answer = answerOf(await flow.agent.submit(page, { decision }, redirectUri));
      expect([answer.get('error'), answer.has('code')]).toEqual(['access_denied', false]);
    }));

  test('A103 combinations of prompt', async () => {
    const flow = t.flow();
    await flow.code();
    for (const prompt of ['none login', 'none consent', 'login none', 'none none login', 'create', 'none create']) {
      expect((await flow.answer({ prompt })).get('error')).toBe('invalid_request');
    }
    expect((await flow.answer({ prompt: 'none', max_age: '0' })).get('error')).toBe('login_required');
    const page = await flow.authorize({ prompt: 'login' });
    expect(page.url.pathname).toBe('/sign-in');
    // Other doors of the same request do not lead around the password.
    const { fields } = readForm(page);
    for (const door of ['/consent', '/select-account', '/sign-in']) {
      const there = await flow.agent.open(`${t.server.issuer}${door}?${encode(fields)}`, redirectUri);
      expect([there.status, there.url.pathname]).toEqual([200, '/sign-in']);
    }
    for (const door of ['/consent', '/select-account']) {
      const posted = await flow.agent.open(`${t.server.issuer}${door}`, redirectUri, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', origin: t.server.issuer },
        body: encode({ interaction: fields['interaction'], decision: 'allow', account: 'x' }),
      });
      expect([door, posted.status, posted.url.pathname]).toEqual([door, 200, '/sign-in']);
    }
  });

  test('A104 prompt=none tells another site nothing', async () => {
    const flow = t.flow();
    await flow.code();
    const silent = await flow.agent.request(flow.authorizationUrl({ prompt: 'none' }), { headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'iframe' } });
    expect(silent.headers['access-control-allow-origin']).toBeUndefined();
    expect(silent.headers['location']).toMatch(/^https:\/\/rp\.example\/callback\?/);
    for (const change of [{ prompt: 'none', response_mode: 'form_post' }, { prompt: 'login' }, { client_id: 'unknown' }]) {
      const page = await flow.agent.open(flow.authorizationUrl(change), redirectUri);
      expect([page.headers['x-frame-options'], page.headers['cross-origin-resource-policy']]).toEqual(['DENY', 'same-origin']);
    }
  });

  test('A106 an essential acr is reached or refused, and cannot be edited away', async () => {
    const claims = JSON.stringify({ id_token: { acr: { essential: true, values: ['urn:example:two-factors'] } } });
    const flow = t.flow();
    expect((await flow.answer({ claims })).get('error')).toBe('unmet_authentication_requirements');
    await flow.code();
    expect((await flow.answer({ claims })).get('error')).toBe('unmet_authentication_requirements');
    expect((await flow.answer({ claims, prompt: 'login' })).get('error')).toBe('unmet_authentication_requirements');
    const idToken = payloadOf((await flow.tokens({ acr_values: 'urn:example:two-factors' })).json.id_token);
    expect([idToken['acr'], idToken['amr']]).toEqual(['urn:microauth:acr:single-factor', ['pwd']]);
  });

  test('A108 sign-out is no open redirect', async () => {
    const flow = t.flow('web');
    const { json } = await flow.tokens();
    const other = await t.server.client({ type: 'web', redirectUris: [redirectUri], postLogoutRedirectUris: ['https://other.example/'] });
    const good = 'https://rp.example/signed-out';
    const uris = ['https://evil.example/', `${good}?x=1`, `${good}/`, `${good}#x`, `${good}%20`, 'https://other.example/', redirectUri, 'javascript:alert(1)', '//evil.example', '/\\evil.example', 'data:text/html,x', 'https://rp.example@evil.example/', `${good}\r\nx: y`];
    await forEachVariant(uris, async (post_logout_redirect_uri) => {
      for (const who of [{ id_token_hint: json.id_token }, { client_id: t.clients.web.id }, {}, { id_token_hint: json.id_token, client_id: t.clients.web.id }, { client_id: 'unknown' }]) {
        expectPage(await flow.agent.request(`${t.server.issuer}/logout?${encode({ ...who, post_logout_redirect_uri })}`));
      }
    });
    expectPage(await flow.agent.request(`${t.server.issuer}/logout?${encode({ post_logout_redirect_uri: good })}`));
    expectPage(await flow.agent.request(`${t.server.issuer}/logout?${encode({ client_id: other.id, id_token_hint: json.id_token, post_logout_redirect_uri: 'https://other.example/' })}`));
    expectPage(await flow.agent.request(`${t.server.issuer}/logout?${encode({ id_token_hint: json.id_token, post_logout_redirect_uri: [good, 'https://evil.example/'] })}`));
    expect((await flow.answer({ prompt: 'none' })).has('code')).toBe(true);
  });

  test('A109 logout CSRF: another site gets no further than a question', async () => {
    const flow = t.flow('web');
    await flow.code();
    const strangersHint = (await t.flow('web').tokens({}, attacker)).json.id_token;
    for (const query of ['', encode({ client_id: t.clients.web.id }), encode({ id_token_hint: strangersHint }), encode({ id_token_hint: strangersHint, post_logout_redirect_uri: 'https://rp.example/signed-out' })]) {
      const page = await flow.agent.request(`${t.server.issuer}/logout?${query}`, { headers: { 'sec-fetch-site': 'cross-site' } });
      expectPage(page, 200);
      expect(page.text).toContain('action="/logout/confirm"');
      expectPage(await submitFrom(flow, page, { decision: 'sign_out' }, { origin: 'https://evil.example' }), 403);
    }
    const crossPost = await flow.agent.open(`${t.server.issuer}/logout`, 'https:', { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'cross-site' }, body: '' });
    expectPage(crossPost, 200);
    expect((await flow.answer({ prompt: 'none' })).has('code')).toBe(true);
  });

  test('A112 signing out one of two sessions of a person ends that one only', async () => {
    const [laptop, phone] = [t.flow(), t.flow()];
    const [first, second] = [(await laptop.tokens()).json, (await phone.tokens()).json];
    expect(payloadOf(first.id_token)['sid']).not.toBe(payloadOf(second.id_token)['sid']);
    await laptop.agent.request(`${t.server.issuer}/logout?${encode({ id_token_hint: first.id_token })}`);
    expect((await laptop.answer({ prompt: 'none' })).get('error')).toBe('login_required');
    expectError(await laptop.refresh(first.refresh_token), 'invalid_grant');
    expect((await phone.answer({ prompt: 'none' })).has('code')).toBe(true);
    expect((await phone.refresh(second.refresh_token)).status).toBe(200);
  });

  test('A113 script in what others wrote: client, person, hints', async () => {
    const payload = `<script>alert(1)</script>"'><img src=x onerror=alert(1)>`;
    const client = await t.server.client({ type: 'spa', name: payload.slice(0, 100), redirectUris: [redirectUri], thirdParty: true, uri: 'https://app.example/"><script>' });
    await t.server.user({ email: 'scripted@example.com', claims: { name: payload } });
    const flow = new Flow(t.server.issuer, client);
    const pages = [await flow.authorize({ login_hint: payload, ui_locales: payload, acr_values: payload })];
    pages.push(await flow.signIn(pages[0] as Page, 'scripted@example.com'));
    pages.push(await flow.authorize({ prompt: 'select_account' }));
    pages.push(await flow.agent.request(`${t.server.issuer}/logout?${encode({ client_id: client.id, ui_locales: payload })}`));
    pages.push(await flow.agent.request(`${t.server.issuer}/`));
    pages.push(await flow.agent.request(`${t.server.issuer}/authorize?${encode({ client_id: payload })}`));
    pages.push(await flow.agent.request(flow.authorizationUrl({ redirect_uri: payload })));
    pages.push(await flow.signIn(await t.flow().authorize(), payload, 'wrong password'));
    for (const page of pages) {
      expect(page.text).not.toMatch(/<script(?! type="module" src="\/assets\/)|<img/);
      expect(page.headers['content-security-policy']).not.toContain('unsafe');
    }
    expect(pages.slice(0, 5).map((page) => page.status)).toEqual([200, 200, 200, 200, 200]);
    // What could turn a line around or hide a part of it cannot be a name at all.
    for (const name of ['A \u202Eknab ruoY', 'zero\u200Bwidth', 'line\nbreak', 'n'.repeat(101), ' ', '\u2028']) {
      expect((await createClient(t.server.admin, t.server.record.id, { type: 'spa', name, redirectUris: [redirectUri] })).ok).toBe(false);
    }
  });

  test('A115 return addresses in our own pages are not taken', () =>
    forEachVariant(['//evil.example', '/\\evil.example', 'https:evil.example', '%09//evil.example', 'https://evil.example/', 'javascript:alert(1)'], async (where) => {
      const names = ['return_to', 'next', 'redirect', 'url', 'continue', 'redirect_uri', 'post_logout_redirect_uri'];
      const extra = encode(Object.fromEntries(names.map((name) => [name, where])));
      const flow = t.flow();
      const page = await flow.authorize();
      expectPage(await flow.agent.request(`${page.url.href}&${extra}`), 200);
      const done = await flow.agent.request(`${t.server.issuer}/sign-in?${extra}`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', origin: t.server.issuer },
        body: `${encode({ ...readForm(page).fields, email: 'user1@example.com', password })}&${extra}`,
      });
      expect(done.headers['location']).toMatch(/^https:\/\/rp\.example\/callback\?code=/);
      for (const path of ['/', '/sign-in', '/consent', '/nowhere']) {
        expect((await flow.agent.request(`${t.server.issuer}${path}?${extra}`)).headers['location']).toBeUndefined();
      }
    }));

  test('A116 CORS: any origin without credentials where applications call, none where people do', async () => {
    const flow = t.flow();
    const { json } = await flow.tokens();
    for (const origin of ['https://evil.example', 'null', 'https://rp.example', 'http://localhost.evil.example']) {
      for (const path of ['/token', '/userinfo', '/revoke', '/jwks', '/.well-known/openid-configuration']) {
        const page = await flow.agent.request(`${t.server.issuer}${path}`, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' } });
        expect([page.status, page.headers['access-control-allow-origin'], page.headers['access-control-allow-credentials']]).toEqual([204, '*', undefined]);
      }
      for (const path of ['/authorize', '/sign-in', '/consent', '/logout', '/introspect', '/']) {
        const page = await flow.agent.request(`${t.server.issuer}${path}`, { headers: { origin } });
        expect(page.headers['access-control-allow-origin']).toBeUndefined();
      }
    }
    // No cookie opens anything that scripts may call.
    expect((await flow.agent.request(`${t.server.issuer}/userinfo`)).status).toBe(401);
    expect((await flow.userinfo(json.access_token)).status).toBe(200);
  });

  test('A118 the back button after signing out shows nothing and does nothing', async () => {
    const flow = t.flow('thirdParty');
    const consent = await flow.signIn(await flow.authorize({ prompt: 'consent' }));
    const { json } = await flow.redeem(answerOf(await flow.agent.submit(consent, { decision: 'allow' }, redirectUri)).get('code') ?? '');
    await flow.agent.request(`${t.server.issuer}/logout?${encode({ id_token_hint: json.id_token })}`);
    expect(consent.headers['cache-control']).toBe('no-store');
    const replayed = await flow.agent.submit(consent, { decision: 'allow' }, redirectUri);
    expect([replayed.status, replayed.url.pathname]).toEqual([200, '/sign-in']);
    expect((await flow.answer({ prompt: 'none' })).get('error')).toBe('login_required');
  });
});
