import { describe, expect, test } from 'vitest';
import { AccountVisitor, textOf, tieOf } from './account-page.ts';
import { setting } from './setting.ts';

describe('who may see the account page', () => {
  const t = setting();
  const visitor = () => new AccountVisitor(t.server.issuer);
  const sensitive = ['/account/email', '/account/password', '/account/download', '/account/delete'];
  const ordinary = ['/account', '/account/profile', '/account/sessions', '/account/applications', '/account/activity'];

  test('without a session it asks to sign in and comes back to the page that was asked for', async () => {
    await t.server.user({ email: 'door@example.com', claims: { name: 'Dora Door' } });
    for (const path of [...ordinary, ...sensitive]) {
      const someone = visitor();
      expect((await someone.open(path)).url.pathname).toBe('/sign-in');
      const page = await someone.signIn('door@example.com', { path });
      expect([page.status, page.url.pathname]).toEqual([200, path]);
      expect(textOf(page)).toContain('door@example.com');
    }
  });

  test('what guards the account wants a fresh sign-in; what does not, does not', async () => {
    await t.server.user({ email: 'fresh@example.com' });
    const someone = visitor();
    await someone.signIn('fresh@example.com');
    t.server.clock.advance(599_000);
    const before = await Promise.all(sensitive.map((path) => someone.open(path)));
    expect(before.map(({ url }) => url.pathname)).toEqual(sensitive);
    t.server.clock.advance(2000);
    for (const path of ordinary) {
      expect((await someone.open(path)).url.pathname).toBe(path);
    }
    for (const path of sensitive) {
      const page = await someone.open(path);
      expect([page.url.pathname, page.text.includes('Confirm that it is you')]).toEqual(['/sign-in', true]);
    }
    const back = await someone.signIn('fresh@example.com', { path: '/account/delete' });
    expect(back.url.pathname).toBe('/account/delete');
  });

  test('a form that was shown while the sign-in was fresh does nothing once it is not', async () => {
    const user = await t.server.user({ email: 'stale-form@example.com' });
    const someone = visitor();
    const page = await someone.signIn('stale-form@example.com', { path: '/account/delete' });
    t.server.clock.advance(601_000);
    const answer = await someone.agent.submit(page, { email: 'stale-form@example.com' });
    expect(answer.url.pathname).toBe('/sign-in');
    expect(await t.server.store.findUser(t.server.record.id, user.id)).toBeDefined();
  });

  test('A097 a form from elsewhere does nothing, nor one without the tie of a page, nor with a session’s bare id', async () => {
    const user = await t.server.user({ email: 'victim@example.com', claims: { name: 'Vic' } });
    const someone = visitor();
    const tie = tieOf(await someone.signIn('victim@example.com'));
    const [session] = await t.server.store.listSessions(t.server.record.id, user.id, t.server.clock.now());
    const attempts = [
      await someone.post('/account/profile', { session: tie, name: 'Evil' }, { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }),
      await someone.post('/account/profile', { session: tie, name: 'Evil' }, { 'sec-fetch-site': 'same-site' }),
      await someone.post('/account/profile', { name: 'Evil' }),
      await someone.post('/account/profile', { session: session?.id ?? '', name: 'Evil' }),
    ];
    expect(attempts.map(({ status }) => status)).toEqual([403, 403, 400, 400]);
    expect((await t.server.store.findUser(t.server.record.id, user.id))?.claims).toBe('{"name":"Vic"}');
    expect((await someone.post('/account/profile', { session: tie, name: 'Vicky' })).url.pathname).toBe('/account');
  });

  test('A170 of several people in one browser, a form is of the one whose page it stood on, and says so when it is not', async () => {
    const ada = await t.server.user({ email: 'ada@example.com', claims: { name: 'Ada' } });
    const bob = await t.server.user({ email: 'bob@example.com', claims: { name: 'Bob' } });
    const someone = visitor();
    const page = await someone.signIn('ada@example.com', { path: '/account/profile' });
    const choose = await someone.open('/account/switch');
    expect(choose.url.pathname).toBe('/select-account');
    const asBob = await someone.agent.submit(await someone.agent.submit(choose, { account: 'other' }), { email: 'bob@example.com', password: 'correct horse battery staple' });
    expect([asBob.url.pathname, textOf(asBob).includes('bob@example.com')]).toEqual(['/account', true]);
    const refused = await someone.agent.submit(page, { name: 'Evil', user: bob.id, userId: bob.id, sub: bob.id });
    expect([refused.status, textOf(refused).includes('Nothing has been changed')]).toEqual([400, true]);
    expect((await t.server.store.findUser(t.server.record.id, ada.id))?.claims).toBe('{"name":"Ada"}');
    expect((await t.server.store.findUser(t.server.record.id, bob.id))?.claims).toBe('{"name":"Bob"}');
    // Bob signs out; nobody takes his place unasked, and Ada is still there to be chosen.
    const out = await someone.agent.submit(asBob, {});
    expect(textOf(out)).toContain('You are signed out');
    const again = await someone.open('/account');
    expect([again.url.pathname, textOf(again).includes('ada@example.com'), textOf(again).includes('bob@example.com')]).toEqual(['/select-account', true, false]);
  });

  test('A124 a disabled user is out at once', async () => {
    const user = await t.server.user({ email: 'locked@example.com' });
    const someone = visitor();
    const page = await someone.signIn('locked@example.com', { path: '/account/profile' });
    await t.server.store.updateUser(t.server.record.id, { ...user, enabled: false });
    expect((await someone.open('/account')).url.pathname).not.toBe('/account');
    await someone.agent.submit(page, { name: 'Still here' });
    expect((await t.server.store.findUser(t.server.record.id, user.id))?.claims).toBe('{}');
  });

  test('a page of another tenant is nobody’s here', async () => {
    const other = await t.server.tenant('neighbour');
    await t.server.user({ email: 'crossing@example.com' });
    const someone = visitor();
    const tie = tieOf(await someone.signIn('crossing@example.com'));
    const cookies = [...someone.agent.cookies('localhost')];
    const there = new AccountVisitor(other.issuer);
    cookies.forEach(([name, value]) => there.agent.setCookie('neighbour.localhost', name, value));
    expect((await there.open('/account')).url.pathname).toBe('/sign-in');
    expect((await there.post('/account/profile', { session: tie, name: 'Evil' })).url.pathname).toBe('/sign-in');
  });

  test('a link cannot make the page say that something was done', async () => {
    await t.server.user({ email: 'note@example.com' });
    const someone = visitor();
    const page = await someone.signIn('note@example.com', { path: '/account/profile' });
    const done = await someone.agent.submit(page, { name: 'Noted' });
    expect(textOf(done)).toContain('Your profile is saved.');
    const other = visitor();
    await other.signIn('door@example.com');
    expect(textOf(await other.agent.open(done.url))).not.toContain('Your profile is saved.');
    t.server.clock.advance(61_000);
    expect(textOf(await someone.agent.open(done.url))).not.toContain('Your profile is saved.');
  });

  test('a tenant that demands a second factor is given one before anything is shown', async () => {
    await t.server.user({ email: 'second@example.com' });
    const someone = visitor();
    await someone.signIn('second@example.com');
    await t.decide({ secondFactor: 'required' });
    const page = await someone.agent.request(`${t.server.issuer}/account`);
    expect(new URL(String(page.headers['location']), t.server.issuer).pathname).toBe('/second-factor');
    await t.decide({ secondFactor: 'optional' });
  });
});
