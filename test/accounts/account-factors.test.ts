import { describe, expect, test } from 'vitest';
import type { RegistrationOptions } from '../../src/identity/passkeys.ts';
import { ticketContext } from '../../src/cli/ticket-context.ts';
import { resetFactors } from '../../src/flow/reset-factors.ts';
import { Authenticator } from '../support/authenticator.ts';
import { giveTotp, proveMailbox, totpCode, wrongCode } from '../support/second-factors.ts';
import { type Page, readForm } from '../support/user-agent.ts';
import { AccountVisitor, textOf, tieOf } from './account-page.ts';
import { setting } from './setting.ts';

describe('passkeys, authenticator app and recovery codes', () => {
  const t = setting();
  const visitor = () => new AccountVisitor(t.server.issuer);
  const factorsOf = (userId: string) => t.server.store.readFactors(t.server.record.id, userId);
  const passkeysOf = (userId: string) => t.server.store.listPasskeys(t.server.record.id, userId);
  const told = (email: string, words: string) => expect.poll(() => t.mail.mails.some(({ to, subject }) => to === email && subject.includes(words))).toBe(true);

  /** Opens a page where factors are set up: the first one asks for the mail beside the password. */
  async function signInToSetUp(someone: AccountVisitor, email: string, path: string): Promise<Page> {
    return proveMailbox(someone.agent, await someone.signIn(email, { path }), t.mail, email);
  }

  /** Adds a passkey from the page of passkeys, as its script does. */
  function addPasskey(someone: AccountVisitor, page: Page, authenticator = new Authenticator(t.server.issuer)): Promise<Page> {
    const text = /data-options="([^"]*)"/.exec(page.text)?.[1]?.replaceAll('&quot;', '"') ?? '';
    const challenge = /name="challenge" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
    const credential = authenticator.create(JSON.parse(text) as RegistrationOptions);
    return someone.post('/account/passkeys/add', { session: tieOf(page), challenge, credential });
  }

  test('a passkey is added with its recovery codes, renamed and removed, each with a notice', async () => {
    const user = await t.server.user({ email: 'passkeys@example.com' });
    const someone = visitor();
    const page = await signInToSetUp(someone, 'passkeys@example.com', '/account/passkeys');
    const codes = await addPasskey(someone, page);
    expect(codes.text.match(/<li><code>/g)).toHaveLength(10);
    const list = await someone.open('/account/passkeys');
    expect(list.url.pathname).toBe('/account/passkeys');
    expect((await addPasskey(someone, list)).url.pathname).toBe('/account/passkeys');
    const [first, second] = await passkeysOf(user.id);
    const renamed = await someone.post('/account/passkeys/rename', { session: tieOf(list), id: first?.id ?? '', name: ' My <b>phone ' });
    expect([textOf(renamed).includes('The passkey has its new name.'), renamed.text.includes('My &lt;b&gt;phone')]).toEqual([true, true]);
    for (const name of ['', 'x'.repeat(101), 'evil\u202egnp']) {
      expect((await someone.post('/account/passkeys/rename', { session: tieOf(list), id: first?.id ?? '', name })).status).toBe(400);
    }
    const removed = await someone.post('/account/passkeys/remove', { session: tieOf(list), id: second?.id ?? '' });
    expect(textOf(removed)).toContain('The passkey is removed.');
    expect((await passkeysOf(user.id)).map(({ name }) => name)).toEqual(['My <b>phone']);
    await told('passkeys@example.com', 'passkey was added');
    await told('passkeys@example.com', 'passkey was removed');
    expect(textOf(await someone.open('/account/activity'))).toMatch(/Passkey removed .* Passkey added/);
  });

  test('whoever has one passkey and nothing else is reminded of their recovery codes', async () => {
    const user = await t.server.user({ email: 'single@example.com' });
    const someone = visitor();
    const reminded = async () => (await someone.open('/account')).text.includes('id="one-passkey"');
    const page = await signInToSetUp(someone, 'single@example.com', '/account/passkeys');
    expect(await reminded()).toBe(false);
    await addPasskey(someone, page);
    expect(await reminded()).toBe(true);
    await giveTotp(t.server, t.server, user);
    expect(await reminded()).toBe(false);
  });

  test('what an operator takes away is told by mail and stands in the activity, without an address', async () => {
    const user = await t.server.user({ email: 'rescued@example.com' });
    await giveTotp(t.server, t.server, user);
    expect(await resetFactors(ticketContext(t.server.admin, t.server.record), user, 'authenticator')).toBe(true);
    expect(await resetFactors(ticketContext(t.server.admin, t.server.record), user, 'authenticator')).toBe(false);
    // Whatever is mailed next takes it along.
    const someone = visitor();
    await someone.agent.submit(await someone.agent.open(`${t.server.issuer}/forgot-password`), { email: 'rescued@example.com' });
    const mail = await t.mail.waitFor('rescued@example.com', 0, ({ subject }) => subject.includes('second step was taken away'));
    expect(mail.text).not.toContain('Network address');
    await someone.signIn('rescued@example.com');
    const activity = textOf(await someone.open('/account/activity'));
    expect(activity).toMatch(/Second step taken away by the operators of this site/);
  });

  test('A129 a passkey for another session’s challenge, one twice, and one too late are not added', async () => {
    const user = await t.server.user({ email: 'challenge@example.com' });
    await t.server.user({ email: 'stranger@example.com' });
    const [someone, stranger] = [visitor(), visitor()];
    const page = await signInToSetUp(someone, 'challenge@example.com', '/account/passkeys');
    const foreign = await signInToSetUp(stranger, 'stranger@example.com', '/account/passkeys');
    expect((await addPasskey(someone, { ...page, text: page.text.replace(/name="challenge" value="[^"]+"/, `name="challenge" value="${/name="challenge" value="([^"]+)"/.exec(foreign.text)?.[1]}"`) })).status).toBe(400);
    t.server.clock.advance(5 * 60_000 + 1);
    expect((await addPasskey(someone, page)).status).toBe(400);
    const again = await someone.open('/account/passkeys');
    expect((await addPasskey(someone, again)).status).toBe(200);
    expect((await addPasskey(someone, again)).status).toBe(400);
    expect(await passkeysOf(user.id)).toHaveLength(1);
  });

  test('A170 passkeys of another user or tenant keep their names and stay', async () => {
    const victim = await t.server.user({ email: 'victim@example.com' });
    const owner = visitor();
    await addPasskey(owner, await signInToSetUp(owner, 'victim@example.com', '/account/passkeys'));
    const [passkey] = await passkeysOf(victim.id);
    await t.server.user({ email: 'intruder@example.com' });
    const other = await t.server.tenant('neighbour');
    await other.user({ email: 'intruder@example.com' });
    for (const issuer of [t.server.issuer, other.issuer]) {
      const intruder = new AccountVisitor(issuer);
      const tie = tieOf(await intruder.signIn('intruder@example.com', { path: '/account/passkeys' }));
      for (const id of [passkey?.id ?? '', '', 'none']) {
        expect((await intruder.post('/account/passkeys/rename', { session: tie, id, name: 'Mine', user: victim.id })).status).toBe(200);
        expect((await intruder.post('/account/passkeys/remove', { session: tie, id, user: victim.id })).status).toBe(200);
      }
    }
    expect(await passkeysOf(victim.id)).toEqual([passkey]);
  });

  test('an authenticator app is set up by its code, replaced and removed; the old one works until the new one is confirmed', async () => {
    const user = await t.server.user({ email: 'totp@example.com' });
    const someone = visitor();
    const seedOf = (page: Page) => (/id="seed">([^<]+)</.exec(page.text)?.[1] ?? '').replaceAll(' ', '');
    const page = await signInToSetUp(someone, 'totp@example.com', '/account/authenticator');
    const seed = seedOf(page);
    const wrong = await someone.agent.submit(page, { code: wrongCode(seed, t.server.clock.now()) });
    expect([wrong.status, seedOf(wrong)]).toEqual([401, seed]);
    const done = await someone.agent.submit(wrong, { code: totpCode(seed, t.server.clock.now()) });
    expect([done.text.match(/<li><code>/g)?.length, textOf(done).includes('Your authenticator app is set up.')]).toEqual([10, true]);
    expect(await factorsOf(user.id)).toEqual({ passkeys: 0, totp: true, recoveryCodes: 10 });
    const before = await t.server.store.findTotp(t.server.record.id, user.id);
    const next = await someone.open('/account/authenticator/set-up');
    expect(seedOf(next)).not.toBe(seed);
    expect(await t.server.store.findTotp(t.server.record.id, user.id)).toEqual(before);
    const replaced = await someone.agent.submit(next, { code: totpCode(seedOf(next), t.server.clock.now()) });
    expect(replaced.url.pathname).toBe('/account/authenticator');
    const removed = await someone.agent.submit(replaced, {});
    expect(textOf(removed)).toContain('The authenticator app is removed.');
    expect((await factorsOf(user.id)).totp).toBe(false);
    await told('totp@example.com', 'authenticator app was added');
    await told('totp@example.com', 'authenticator app was removed');
  });

  test('A128 recovery codes are made anew and shown once; who has a second factor gives it first, even where the browser is remembered', async () => {
    const user = await t.server.user({ email: 'codes@example.com' });
    const someone = visitor();
    await someone.signIn('codes@example.com');
    expect(textOf(await someone.open('/account/recovery-codes'))).toContain('Set up a passkey or an authenticator app first');
    const seed = await giveTotp(t.server, t.server, user);
    await t.server.store.replaceRecoveryCodes(t.server.record.id, user.id, ['old hash']);
    const asked = await someone.open('/account/recovery-codes');
    expect(asked.url.pathname).toBe('/second-factor');
    // The password alone, however fresh, opens none of these pages.
    for (const path of ['/account/passkeys', '/account/authenticator', '/account/password', '/account/email', '/account/delete', '/account/download']) {
      expect((await someone.open(path)).url.pathname).toBe('/second-factor');
    }
    const page = await someone.agent.submit(asked, { code: totpCode(seed, t.server.clock.now()) });
    expect([page.url.pathname, textOf(page).includes('Left: 1')]).toEqual(['/account/recovery-codes', true]);
    const shown = await someone.agent.submit(page, {});
    expect(shown.text.match(/<li><code>/g)).toHaveLength(10);
    expect((await factorsOf(user.id)).recoveryCodes).toBe(10);
    expect(textOf(await someone.open('/account/recovery-codes'))).not.toMatch(/[0-9a-z]{4}-[0-9a-z]{4}-/);
    await told('codes@example.com', 'New recovery codes');
    expect(t.server.log()).not.toContain(/<code>([^<]+)/.exec(shown.text)?.[1] ?? 'none');
  });

  test('where a second factor is demanded, the last one stays, and the page says why', async () => {
    const user = await t.server.user({ email: 'last@example.com' });
    await giveTotp(t.server, t.server, user);
    const someone = visitor();
    const page = await someone.signIn('last@example.com', { path: '/account/authenticator' });
    expect(page.url.pathname).toBe('/second-factor');
    const seed = await giveTotp(t.server, t.server, user);
    const own = await someone.agent.submit(page, { code: totpCode(seed, t.server.clock.now()) });
    expect(own.url.pathname).toBe('/account/authenticator');
    await t.decide({ secondFactor: 'required' });
    const refused = await someone.agent.submit(own, {});
    expect([refused.status, textOf(refused).includes('this is your only one')]).toEqual([400, true]);
    expect((await factorsOf(user.id)).totp).toBe(true);
    await addPasskey(someone, await someone.open('/account/passkeys'));
    expect((await someone.agent.submit(own, {})).status).toBe(200);
    const [passkey] = await passkeysOf(user.id);
    const kept = await someone.post('/account/passkeys/remove', { session: tieOf(own), id: passkey?.id ?? '' });
    expect([kept.status, textOf(kept).includes('this is your only one')]).toEqual([400, true]);
    expect(await factorsOf(user.id)).toMatchObject({ passkeys: 1, totp: false });
    await t.decide({ secondFactor: 'optional' });
  });

  test('A097 none of these forms is taken from elsewhere or without the tie of a page', async () => {
    const user = await t.server.user({ email: 'forms@example.com' });
    const someone = visitor();
    await addPasskey(someone, await signInToSetUp(someone, 'forms@example.com', '/account/passkeys'));
    const before = [await factorsOf(user.id), await passkeysOf(user.id)];
    const tie = tieOf(await someone.open('/account/passkeys'));
    const [passkey] = await passkeysOf(user.id);
    const fields = { id: passkey?.id ?? '', name: 'Evil' };
    for (const path of ['passkeys/remove', 'passkeys/rename', 'passkeys/add', 'authenticator/set-up', 'authenticator/remove', 'recovery-codes']) {
      expect((await someone.post(`/account/${path}`, { ...fields, session: tie }, { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' })).status).toBe(403);
      expect((await someone.post(`/account/${path}`, fields)).status).toBe(400);
    }
    expect([await factorsOf(user.id), await passkeysOf(user.id)]).toEqual(before);
    expect(readForm(await someone.open('/account/recovery-codes')).action.pathname).toBe('/account/recovery-codes');
  });
});
