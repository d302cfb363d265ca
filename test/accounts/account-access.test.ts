import { describe, expect, test } from 'vitest';
import { Flow, redirectUri } from '../support/flow.ts';
import { AccountVisitor, textOf, tieOf } from './account-page.ts';
import { setting } from './setting.ts';

const firefox = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0';

describe('where an account is used', () => {
  const t = setting();
  const visitor = () => new AccountVisitor(t.server.issuer);
  const tenant = () => t.server.record.id;
  const sessionsOf = (userId: string) => t.server.store.listSessions(tenant(), userId, t.server.clock.now());

  test('devices stand in words, this one marked; another is signed out with all that rests on it', async () => {
    const user = await t.server.user({ email: 'devices@example.com' });
    const elsewhere = t.flow();
    const page = await elsewhere.agent.open(elsewhere.authorizationUrl({ scope: 'openid offline_access' }), redirectUri);
    const form = new URLSearchParams({ interaction: page.url.searchParams.get('interaction') ?? '', email: 'devices@example.com', password: 'correct horse battery staple' });
    const answer = await elsewhere.agent.open(`${t.server.issuer}/sign-in`, redirectUri, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: t.server.issuer, 'user-agent': firefox },
      body: form.toString(),
    });
    const code = new URL(String(answer.headers['location'])).searchParams.get('code') ?? '';
    const tokens = await elsewhere.redeem(code);
    const someone = visitor();
    await someone.signIn('devices@example.com');
    const list = await someone.open('/account/sessions');
    expect(textOf(list)).toContain('Firefox on Windows Signed in');
    expect(list.text.match(/This browser/g)).toHaveLength(1);
    const other = (await sessionsOf(user.id)).find(({ userAgent }) => userAgent === firefox);
    const done = await someone.post('/account/sessions/end', { session: tieOf(list), id: other?.id ?? '' });
    expect(textOf(done)).toContain('That device is signed out.');
    expect((await elsewhere.refresh(tokens.json.refresh_token)).status).toBe(400);
    expect((await elsewhere.userinfo(tokens.json.access_token)).status).toBe(401);
    expect((await elsewhere.answer({ prompt: 'none' })).get('error')).toBe('login_required');
    expect((await someone.open()).url.pathname).toBe('/account');
  });

  test('A170 the session of another user or tenant, and one that is not there, is left alone', async () => {
    const victim = await t.server.user({ email: 'victim@example.com' });
    await t.server.user({ email: 'intruder@example.com' });
    await visitor().signIn('victim@example.com');
    const neighbour = await t.server.tenant('neighbour');
    const there = await neighbour.user({ email: 'victim@example.com' });
    await new AccountVisitor(neighbour.issuer).signIn('victim@example.com');
    const intruder = visitor();
    const tie = tieOf(await intruder.signIn('intruder@example.com'));
    const foreign = await t.server.store.listSessions(neighbour.record.id, there.id, t.server.clock.now());
    for (const id of [...(await sessionsOf(victim.id)), ...foreign].map((session) => session.id).concat('', 'sid_none')) {
      expect((await intruder.post('/account/sessions/end', { session: tie, id, user: victim.id })).status).toBe(200);
    }
    expect(await sessionsOf(victim.id)).toHaveLength(1);
    expect(await t.server.store.listSessions(neighbour.record.id, there.id, t.server.clock.now())).toHaveLength(1);
  });

  test('everywhere else: all other sessions, offline access and remembered browsers, and nobody else’s', async () => {
    const user = await t.server.user({ email: 'everywhere@example.com' });
    const flows = [t.flow(), t.flow()];
    const tokens = await Promise.all(flows.map((flow) => flow.tokens({ scope: 'openid offline_access' }, 'everywhere@example.com')));
    const device = { tokenHash: 'hash of a device', userId: user.id, createdAt: 0, expiresAt: Number.MAX_SAFE_INTEGER };
    await t.server.store.rememberDevice(tenant(), device);
    const bystander = t.flow();
    const others = await bystander.tokens({ scope: 'openid offline_access' }, (await t.server.user({ email: 'bystander@example.com' })).email);
    const someone = visitor();
    const here = await someone.signIn('everywhere@example.com', { path: '/account/sessions' });
    const done = await someone.post('/account/sessions/end-others', { session: tieOf(here) });
    expect(textOf(done)).toContain('You are signed out everywhere but here.');
    const refreshed = await Promise.all(flows.map((flow, index) => flow.refresh(tokens[index]?.json.refresh_token ?? '')));
    expect(refreshed.map(({ status }) => status)).toEqual([400, 400]);
    expect(await sessionsOf(user.id)).toHaveLength(1);
    expect(await t.server.store.isDeviceRemembered(tenant(), device.tokenHash, user.id, 1)).toBe(false);
    expect((await bystander.refresh(others.json.refresh_token)).status).toBe(200);
  });

  test('applications stand with what they may and when they were used; removed, their tokens and the consent are gone', async () => {
    const user = await t.server.user({ email: 'apps@example.com' });
    const client = await t.server.client({ type: 'spa', name: 'Reader <b>', redirectUris: [redirectUri], thirdParty: true });
    const flow = new Flow(t.server.issuer, client);
    const tokens = await flow.tokens({ scope: 'openid email offline_access' }, 'apps@example.com');
    const own = t.flow();
    const ownTokens = await own.tokens({}, 'apps@example.com');
    const someone = visitor();
    await someone.signIn('apps@example.com');
    const list = await someone.open('/account/applications');
    expect(textOf(list)).toMatch(/Reader &lt;b&gt; .*Last used .* It may .*See your email address .*Stay connected/);
    expect(textOf(list)).toContain('A spa client');
    const done = await someone.post('/account/applications/revoke', { session: tieOf(list), client: client.id });
    expect(textOf(done)).toContain('The application no longer has access.');
    expect((await flow.refresh(tokens.json.refresh_token)).status).toBe(400);
    expect((await flow.userinfo(tokens.json.access_token)).status).toBe(401);
    expect((await flow.authorize({ scope: 'openid email' })).url.pathname).toBe('/consent');
    expect((await own.userinfo(ownTokens.json.access_token)).status).toBe(200);
    expect(textOf(await someone.open('/account/activity'))).toContain('Access of Reader &lt;b&gt; removed');
    expect(await t.server.store.listConsentsOfUser(tenant(), user.id)).toEqual([]);
  });

  test('A170 an application of another user stays with that user', async () => {
    const client = await t.server.client({ type: 'spa', name: 'Shared', redirectUris: [redirectUri], thirdParty: true });
    const flow = new Flow(t.server.issuer, client);
    const victim = await t.server.user({ email: 'shared@example.com' });
    const tokens = await flow.tokens({ scope: 'openid offline_access' }, 'shared@example.com');
    await t.server.user({ email: 'meddler@example.com' });
    const meddler = visitor();
    const tie = tieOf(await meddler.signIn('meddler@example.com'));
    for (const id of [client.id, '', 'client_none']) {
      await meddler.post('/account/applications/revoke', { session: tie, client: id, user: victim.id });
    }
    expect((await flow.refresh(tokens.json.refresh_token)).status).toBe(200);
  });

  test('an application whose access ended with its session is not shown as having any', async () => {
    await t.server.user({ email: 'ended@example.com' });
    const flow = t.flow();
    await flow.tokens({}, 'ended@example.com');
    const someone = visitor();
    const list = await someone.signIn('ended@example.com', { path: '/account/sessions' });
    await someone.post('/account/sessions/end-others', { session: tieOf(list) });
    expect(textOf(await someone.open('/account/applications'))).toContain('No application has access');
  });
});
