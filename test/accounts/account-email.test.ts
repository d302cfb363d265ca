import { describe, expect, test } from 'vitest';
import { day } from '../../src/core/clock.ts';
import { codeIn } from '../support/mail-server.ts';
import type { Page } from '../support/user-agent.ts';
import { AccountVisitor, textOf } from './account-page.ts';
import { setting } from './setting.ts';

describe('another e-mail address', () => {
  const t = setting();

  async function begin(from: string, to: string) {
    const someone = new AccountVisitor(t.server.issuer);
    const page = await someone.signIn(from, { path: '/account/email' });
    const sent = t.mail.mails.length;
    return { someone, sent, page, asked: await someone.agent.submit(page, { email: to }) };
  }

  async function codes(from: string, to: string, sent: number) {
    return { code_old: codeIn(await t.mail.waitFor(from, sent)), code_new: codeIn(await t.mail.waitFor(to, sent)) };
  }

  test('A135 both addresses agree by a code; the account has the new one, and the old one is told', async () => {
    const user = await t.server.user({ email: 'old@example.com' });
    const { someone, sent, asked } = await begin('old@example.com', 'New@example.com');
    expect(asked.url.pathname).toBe('/account/email/codes');
    const given = await codes('old@example.com', 'New@example.com', sent);
    const told = t.mail.mails.length;
    const done = await someone.agent.submit(asked, given);
    expect([done.url.pathname, textOf(done).includes('Your address is changed')]).toEqual(['/account', true]);
    expect(await t.server.store.findUser(t.server.record.id, user.id)).toMatchObject({ email: 'New@example.com', emailKey: 'new@example.com', emailVerified: true });
    await expect.poll(() => t.mail.mails.slice(told).some(({ to, subject }) => to === 'old@example.com' && subject.includes('email address'))).toBe(true);
    expect((await new AccountVisitor(t.server.issuer).signIn('old@example.com')).status).toBe(401);
    expect((await new AccountVisitor(t.server.issuer).signIn('new@example.com')).url.pathname).toBe('/account');
    // Good once.
    expect((await someone.agent.submit(asked, given)).status).toBe(400);
  });

  test('A135 one code is not enough, whichever it is; the right one need not be typed again', async () => {
    const user = await t.server.user({ email: 'half@example.com' });
    const { someone, sent, asked } = await begin('half@example.com', 'half-new@example.com');
    const given = await codes('half@example.com', 'half-new@example.com', sent);
    const half = await someone.agent.submit(asked, { ...given, code_old: '00000000' });
    expect([half.status, textOf(half).includes('half-new@example.com is confirmed')]).toEqual([401, true]);
    expect((await t.server.store.findUser(t.server.record.id, user.id))?.email).toBe('half@example.com');
    // The codes are not good for each other's address.
    expect((await someone.agent.submit(half, { code_old: given.code_new })).status).toBe(401);
    expect((await someone.agent.submit(half, { code_old: given.code_old })).url.pathname).toBe('/account');
  });

  test('A135 codes are good in the session that asked, for the address that was asked for, and while the account is as it was', async () => {
    const user = await t.server.user({ email: 'bound@example.com' });
    await t.server.user({ email: 'thief@example.com' });
    const mine = await begin('bound@example.com', 'bound-new@example.com');
    const given = await codes('bound@example.com', 'bound-new@example.com', mine.sent);
    const change = mine.asked.url.searchParams.get('change') ?? '';
    const thief = new AccountVisitor(t.server.issuer);
    await thief.signIn('thief@example.com', { path: '/account/email' });
    expect((await thief.open(`/account/email/codes?change=${change}`)).status).toBe(400);
    const other = await begin('bound@example.com', 'other-new@example.com');
    expect((await other.someone.agent.submit(other.asked, given)).status).toBe(401);
    await t.server.store.changeEmail(t.server.record.id, user.id, { email: 'moved@example.com', emailKey: 'moved@example.com' }, t.server.clock.now());
    expect((await mine.someone.agent.submit(mine.asked, given)).status).toBe(400);
    expect((await t.server.store.findUser(t.server.record.id, user.id))?.email).toBe('moved@example.com');
  });

  test('A119 of an address that has an account already the page and its codes tell nothing; its owner gets a mail without a code', async () => {
    await t.server.user({ email: 'curious@example.com' });
    const owner = await t.server.user({ email: 'taken@example.com' });
    const blank = (page: Page) => page.text.replace(/value="[^"]*"/g, '').replace(/(taken|free)@/g, 'x@');
    const known = await begin('curious@example.com', 'taken@example.com');
    const unknown = await begin('curious@example.com', 'free@example.com');
    expect([known.asked.status, known.asked.url.pathname, blank(known.asked)]).toEqual([unknown.asked.status, unknown.asked.url.pathname, blank(unknown.asked)]);
    const mail = await t.mail.waitFor('taken@example.com', known.sent);
    expect([codeIn(mail), mail.subject.includes('was entered for another account')]).toEqual(['', true]);
    const guesses = await Promise.all([known, unknown].map(({ someone, asked }) => someone.agent.submit(asked, { code_old: '00000000', code_new: '00000000' })));
    expect([guesses[0]?.status, blank(guesses[0] as Page)]).toEqual([guesses[1]?.status, blank(guesses[1] as Page)]);
    expect((await t.server.store.findUser(t.server.record.id, owner.id))?.email).toBe('taken@example.com');
  });

  test('who takes the address in between keeps it', async () => {
    const user = await t.server.user({ email: 'slow@example.com' });
    const { someone, sent, asked } = await begin('slow@example.com', 'wanted@example.com');
    const given = await codes('slow@example.com', 'wanted@example.com', sent);
    await t.server.user({ email: 'wanted@example.com' });
    expect((await someone.agent.submit(asked, given)).status).toBe(400);
    expect((await t.server.store.findUser(t.server.record.id, user.id))?.email).toBe('slow@example.com');
  });

  test('codes die after five wrong ones, after half an hour, and with another password; beginning again and again ends too', async () => {
    const user = await t.server.user({ email: 'guess@example.com' });
    const first = await begin('guess@example.com', 'guessed@example.com');
    const given = await codes('guess@example.com', 'guessed@example.com', first.sent);
    for (let guess = 0; guess < 5; guess += 1) {
      expect((await first.someone.agent.submit(first.asked, { ...given, code_old: `0000000${guess}`, code_new: 'x' })).status).toBe(401);
    }
    expect((await first.someone.agent.submit(first.asked, given)).status).toBe(400);
    const second = await begin('guess@example.com', 'guessed@example.com');
    const late = await codes('guess@example.com', 'guessed@example.com', second.sent);
    t.server.clock.advance(9 * 60_000);
    await t.server.store.setPassword(t.server.record.id, user.id, { hash: user.passwordHash ?? '', byMail: false }, t.server.clock.now());
    expect((await second.someone.agent.submit(second.asked, late)).url.pathname).toBe('/sign-in');
    const again = new AccountVisitor(t.server.issuer);
    const page = await again.signIn('guess@example.com', { path: '/account/email' });
    const statuses = [];
    for (let round = 0; round < 10; round += 1) {
      statuses.push((await again.agent.submit(page, { email: 'guessed@example.com' })).status);
    }
    expect([statuses[0], statuses.at(-1)]).toEqual([200, 429]);
  });

  test('a change is begun ten times and no more, from however many browsers that the person knows', async () => {
    await t.server.user({ email: 'many@example.com' });
    // What the tests before have used of the budget of their network comes back.
    t.server.clock.advance(day);
    const statuses = [];
    for (const browser of ['one', 'two', 'three']) {
      const someone = new AccountVisitor(t.server.issuer);
      const page = await someone.signIn('many@example.com', { path: '/account/email' });
      for (const round of [1, 2, 3, 4]) {
        statuses.push((await someone.agent.submit(page, { email: `${browser}-${round}@example.com` })).status);
      }
    }
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 200), 429, 429]);
  });

  test('what is no address, the present one, and one outside of the tenant’s domains is refused in words', async () => {
    await t.server.user({ email: 'words@example.com' });
    await t.decide({ signUp: 'email_domain', signUpDomains: ['example.com'] });
    const someone = new AccountVisitor(t.server.issuer);
    const page = await someone.signIn('words@example.com', { path: '/account/email' });
    for (const [email, words] of [['nonsense', 'no email address'], ['WORDS@example.com', 'your address already'], ['me@elsewhere.example', 'certain organisations']] as const) {
      const refused = await someone.agent.submit(page, { email });
      expect([refused.status, textOf(refused).includes(words)]).toEqual([400, true]);
    }
    await t.decide({ signUp: 'closed' });
  });
});
