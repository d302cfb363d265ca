import { describe, expect, test } from 'vitest';
import { password } from '../support/server.ts';
import { AccountVisitor, textOf } from './account-page.ts';
import { setting } from './setting.ts';

const chosen = 'a pelican under my umbrella';

describe('another password', () => {
  const t = setting();
  const visitor = () => new AccountVisitor(t.server.issuer);
  const path = '/account/password';

  test('this browser stays signed in, everything else is out, and the owner is told', async () => {
    await t.server.user({ email: 'change@example.com' });
    const elsewhere = t.flow();
    const tokens = await elsewhere.tokens({ scope: 'openid offline_access' }, 'change@example.com');
    const someone = visitor();
    const page = await someone.signIn('change@example.com', { path });
    const sent = t.mail.mails.length;
    const done = await someone.agent.submit(page, { current_password: password, new_password: chosen });
    expect([done.url.pathname, textOf(done).includes('Your password is changed')]).toEqual(['/account', true]);
    await expect.poll(() => t.mail.mails.slice(sent).some(({ to, subject }) => to === 'change@example.com' && subject.includes('password'))).toBe(true);
    expect((await someone.open()).url.pathname).toBe('/account');
    expect((await elsewhere.answer({ prompt: 'none' })).get('error')).toBe('login_required');
    expect((await elsewhere.refresh(tokens.json.refresh_token)).status).toBe(400);
    expect((await visitor().signIn('change@example.com')).status).toBe(401);
    expect((await visitor().signIn('change@example.com', { secret: chosen })).url.pathname).toBe('/account');
  });

  test('A122 the present password is asked for, and guessing it is counted like any sign-in', async () => {
    const user = await t.server.user({ email: 'guess@example.com' });
    const someone = visitor();
    const page = await someone.signIn('guess@example.com', { path });
    const statuses = [];
    for (let guess = 0; guess < 12; guess += 1) {
      statuses.push((await someone.agent.submit(page, { current_password: `guess ${guess}`, new_password: chosen })).status);
    }
    expect([statuses[0], statuses.at(-1)]).toEqual([401, 429]);
    const locked = await someone.agent.submit(page, { current_password: password, new_password: chosen });
    expect([locked.status, textOf(locked).includes('Try again in')]).toEqual([429, true]);
    expect((await t.server.store.findUser(t.server.record.id, user.id))?.passwordHash).toBe(user.passwordHash);
  });

  test('A137 a bad new one is refused in words and changes nothing', async () => {
    const user = await t.server.user({ email: 'weakling@example.com', claims: { name: 'Wendy Weakling' } });
    const someone = visitor();
    const page = await someone.signIn('weakling@example.com', { path });
    for (const [attempt, words] of [
      ['short', 'too short'],
      ['x'.repeat(1025), 'too long'],
      ['password1234', 'one of the first'],
      ['WendyWeakling1', 'made of your name'],
      ['        ', 'one of the first'],
    ] as const) {
      const refused = await someone.agent.submit(page, { current_password: password, new_password: attempt });
      expect([attempt, refused.status, textOf(refused).includes(words)]).toEqual([attempt, 400, true]);
    }
    expect((await t.server.store.findUser(t.server.record.id, user.id))?.passwordHash).toBe(user.passwordHash);
    // NFC and NFD, and every kind of space, are one password.
    expect((await someone.agent.submit(page, { current_password: password.replaceAll(' ', '\u00a0'), new_password: 'caf\u00e9 under the arches' })).url.pathname).toBe('/account');
    expect((await visitor().signIn('weakling@example.com', { secret: 'cafe\u0301 under the arches' })).url.pathname).toBe('/account');
  });

  test('who has none sets a first one, without being asked for one', async () => {
    const user = await t.server.user({ email: 'none@example.com' });
    const someone = visitor();
    await someone.signIn('none@example.com');
    await t.server.store.updateUser(t.server.record.id, { ...user, passwordHash: null });
    const page = await someone.open(path);
    expect([textOf(page).includes('Set a password'), page.text.includes('current_password')]).toEqual([true, false]);
    expect((await someone.agent.submit(page, { new_password: chosen })).url.pathname).toBe('/account');
    expect((await visitor().signIn('none@example.com', { secret: chosen })).url.pathname).toBe('/account');
  });
});
