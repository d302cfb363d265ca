import { describe, expect, test } from 'vitest';
import { giveTotp, totpCode } from '../support/second-factors.ts';
import { password } from '../support/server.ts';
import { AccountVisitor, textOf, tieOf } from './account-page.ts';
import { setting } from './setting.ts';

describe('what is known about a person', () => {
  const t = setting();
  const visitor = () => new AccountVisitor(t.server.issuer);
  const claimsOf = async (userId: string) => JSON.parse((await t.server.store.findUser(t.server.record.id, userId))?.claims ?? '{}') as Record<string, unknown>;

  test('the profile is saved in parts; what is empty goes, what is not asked for stays, and applications see it', async () => {
    const user = await t.server.user({ email: 'profile@example.com', claims: { name: 'Before', nickname: 'Bee', website: 'https://bee.example', phone_number: '+1 425 555 1212', phone_number_verified: 'true' } });
    const someone = visitor();
    const page = await someone.signIn('profile@example.com', { path: '/account/profile' });
    const done = await someone.agent.submit(page, { name: ' Ada Lovelace ', given_name: 'Ada', nickname: '', birthdate: '1815-12-10', phone_number: '+44 20 7946 0000', locale: 'en', zoneinfo: 'Europe/London' });
    expect(textOf(done)).toContain('Ada Lovelace');
    expect(await claimsOf(user.id)).toEqual({ name: 'Ada Lovelace', given_name: 'Ada', website: 'https://bee.example', birthdate: '1815-12-10', phone_number: '+44 20 7946 0000', locale: 'en', zoneinfo: 'Europe/London' });
    const flow = t.flow();
    const tokens = await flow.tokens({ scope: 'openid profile' }, 'profile@example.com');
    expect(JSON.parse((await flow.userinfo(tokens.json.access_token)).text)).toMatchObject({ name: 'Ada Lovelace', zoneinfo: 'Europe/London' });
    // Dates are told in that time zone from now on.
    expect(textOf(await someone.open('/account/activity'))).toMatch(/(GMT|BST)/);
  });

  test('A113 what cannot be saved is refused at its field, and kept for another try', async () => {
    const user = await t.server.user({ email: 'refused@example.com', claims: { name: 'Kept' } });
    const someone = visitor();
    const page = await someone.signIn('refused@example.com', { path: '/account/profile' });
    const bad = { name: 'x'.repeat(201), given_name: 'evil\u202etxt', family_name: 'two\nlines', birthdate: '2001-02-30', phone_number: 'call me', locale: '??', zoneinfo: 'Moon/Base' };
    const refused = await someone.agent.submit(page, bad);
    expect(refused.status).toBe(400);
    expect(refused.text.match(/aria-invalid="true"/g)).toHaveLength(7);
    expect(await claimsOf(user.id)).toEqual({ name: 'Kept' });
    const hostile = await someone.agent.submit(page, { name: '"><script>alert(1)</script>' });
    expect([hostile.status, hostile.text.includes('<script>alert')]).toEqual([200, false]);
    expect((await someone.agent.submit(page, { name: 'Kept', email: 'other@example.com', email_verified: 'true', sub: 'x', enabled: 'false' })).status).toBe(200);
    expect(await t.server.store.findUser(t.server.record.id, user.id)).toMatchObject({ email: 'refused@example.com', enabled: true, claims: '{"name":"Kept"}' });
  });

  test('what happened stands in words, the latest first', async () => {
    await t.server.user({ email: 'events@example.com' });
    const someone = visitor();
    const page = await someone.signIn('events@example.com', { path: '/account/profile' });
    t.server.clock.advance(1000);
    await someone.agent.submit(page, { name: 'Eve' });
    const text = textOf(await someone.open('/account/activity'));
    expect(text).toMatch(/Profile changed .* Signed in /);
    expect(text).toContain('127.0.0.1');
  });

  test('the download is one document with everything and no secret', async () => {
    const user = await t.server.user({ email: 'download@example.com', claims: { name: 'Dee' } });
    const flow = t.flow();
    await flow.tokens({ scope: 'openid email offline_access' }, 'download@example.com');
    const seed = await giveTotp(t.server, t.server, user);
    const someone = visitor();
    const asked = await someone.signIn('download@example.com', { path: '/account/download' });
    const page = await someone.agent.submit(asked, { code: totpCode(seed, t.server.clock.now()) });
    await t.server.store.replaceRecoveryCodes(t.server.record.id, user.id, ['hash of a recovery code']);
    await t.server.store.createPasskey(t.server.record.id, { id: 'credential', userId: user.id, rpId: 'localhost', publicKey: 'cose key', counter: 0, transports: [], backedUp: true, name: 'My phone', createdAt: 1, lastUsedAt: null });
    const file = await someone.agent.submit(page, {});
    expect(file.headers).toMatchObject({ 'content-type': 'application/json', 'content-disposition': 'attachment; filename="account.json"', 'cache-control': 'no-store' });
    const data = JSON.parse(file.text) as Record<string, unknown>;
    expect(data).toMatchObject({
      issuer: t.server.issuer,
      profile: { sub: user.id, name: 'Dee', email: 'download@example.com', email_verified: true },
      sign_in: { password: true, passkeys: [{ name: 'My phone' }], recovery_codes_left: 1 },
      applications: [{ name: 'A spa client', access: [{ resource: t.server.issuer, items: ['openid', 'email', 'offline_access'] }] }],
    });
    expect((data['sessions'] as unknown[]).length).toBe(2);
    expect((data['events'] as { kind: string }[]).map(({ kind }) => kind)).toContain('data_downloaded');
    const [session] = await t.server.store.listSessions(t.server.record.id, user.id, t.server.clock.now());
    for (const secret of [user.passwordHash ?? '', session?.cookieHash ?? '', 'hash of a recovery code', 'cose key', 'argon2id', 'Hash']) {
      expect(file.text).not.toContain(secret);
    }
    expect((await someone.agent.request(`${t.server.issuer}/account/download`, { method: 'GET' })).headers['content-type']).toContain('text/html');
  });

  test('an account is deleted once its address is typed: everything of it is gone, and its tokens with it', async () => {
    const user = await t.server.user({ email: 'delete@example.com' });
    const stays = await t.server.user({ email: 'stays@example.com' });
    const flow = t.flow();
    const tokens = await flow.tokens({ scope: 'openid offline_access' }, 'delete@example.com');
    const someone = visitor();
    const page = await someone.signIn('delete@example.com', { path: '/account/delete' });
    for (const typed of ['', 'stays@example.com', 'delete']) {
      expect((await someone.agent.submit(page, { email: typed, user: stays.id })).status).toBe(400);
    }
    const done = await someone.agent.submit(page, { email: ' Delete@example.com ' });
    expect(textOf(done)).toContain('Your account is deleted');
    expect(someone.agent.cookies('localhost').has('microauth-session')).toBe(false);
    expect(await t.server.store.findUser(t.server.record.id, user.id)).toBeUndefined();
    expect(await t.server.store.findUser(t.server.record.id, stays.id)).toBeDefined();
    expect((await flow.refresh(tokens.json.refresh_token)).status).toBe(400);
    expect((await flow.userinfo(tokens.json.access_token)).status).toBe(401);
    expect((await flow.answer({ prompt: 'none' })).get('error')).toBe('login_required');
    expect((await visitor().signIn('delete@example.com')).status).toBe(401);
    expect((await someone.agent.submit(page, { email: 'delete@example.com' })).url.pathname).toBe('/sign-in');
  });

  test('signing out ends this session and no other', async () => {
    const user = await t.server.user({ email: 'leaving@example.com' });
    await visitor().signIn('leaving@example.com');
    const someone = visitor();
    const page = await someone.signIn('leaving@example.com');
    expect(textOf(await someone.post('/account/sign-out', { session: tieOf(page) }))).toContain('You are signed out');
    expect(await t.server.store.listSessions(t.server.record.id, user.id, t.server.clock.now())).toHaveLength(1);
    expect((await someone.open()).url.pathname).toBe('/sign-in');
  });

  test('nothing secret is logged', async () => {
    expect(t.server.log()).toContain('"event":"account_deleted"');
    for (const secret of [password, 'download@example.com', 'note=', 'microauth-session']) {
      expect(t.server.log()).not.toContain(secret);
    }
  });
});
