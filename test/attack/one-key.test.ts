import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { UserRecord } from '../../src/store/records.ts';
import type { SecondFactorPolicy, TenantSettings } from '../../src/store/tenant-settings.ts';
import { Authenticator, registrationOf } from '../support/authenticator.ts';
import { answerOf, Flow, payloadOf, redirectUri } from '../support/flow.ts';
import { codeIn, isReset, isSecondStep, linkIn, type MailServer, startMailServer } from '../support/mail-server.ts';
import { acr, decide, essential, giveRecoveryCodes, giveTotp, proveMailbox, sendCode, totpCode } from '../support/second-factors.ts';
import { password, startServer, type TestServer } from '../support/server.ts';
import { type Page, UserAgent } from '../support/user-agent.ts';

/* Two locks must not be opened by one key: each attack by the knowledge that it needs. The kind is in test/property. */

describe('H. two locks, one key', () => {
  let server: TestServer;
  let mail: MailServer;
  let clients: Readonly<Record<SecondFactorPolicy, { readonly id: string; readonly secret: string }>>;
  const chosen = 'a pelican under my umbrella';

  beforeAll(async () => {
    mail = await startMailServer();
    server = await startServer({ smtpUrl: mail.url });
    const client = (secondFactor: SecondFactorPolicy) => server.client({ type: 'spa', redirectUris: [redirectUri], secondFactor });
    clients = { off: await client('off'), optional: await client('optional'), required: await client('required') };
  });
  afterAll(async () => {
    await server.stop();
    await mail.stop();
  });

  const policy = (change: Partial<TenantSettings>) => decide(server, server, change);
  const at = (client: SecondFactorPolicy, browser = new UserAgent()) => Object.assign(new Flow(server.issuer, clients[client]), { agent: browser });
  const open = (browser: UserAgent, path: string) => browser.open(`${server.issuer}${path}`);
  const claimsOf = async (flow: Flow, page: Page) => payloadOf((await flow.redeem(answerOf(page).get('code') ?? '')).json.id_token);

  async function guarded(email: string): Promise<{ readonly user: UserRecord; readonly code: () => string }> {
    const user = await server.user({ email });
    const seed = await giveTotp(server, server, user);
    return { user, code: () => totpCode(seed, server.clock.now()) };
  }

  async function resetByMail(email: string): Promise<void> {
    const browser = new UserAgent();
    const before = mail.mails.length;
    await browser.submit(await open(browser, '/forgot-password'), { email });
    const done = await browser.submit(await browser.open(linkIn(await mail.waitFor(email, before, isReset))), { new_password: chosen });
    expect(done.status).toBe(200);
  }

  test('whoever reads the mailbox does not get past an authenticator app: no way by mail, forced or not, and nothing of it weaker', async () => {
    const { user } = await guarded('mailbox@example.com');
    await giveRecoveryCodes(server, server, user);
    await resetByMail(user.email);
    expect(await server.store.readFactors(server.record.id, user.id)).toEqual({ passkeys: 0, totp: true, recoveryCodes: 10 });
    for (const client of ['optional', 'required'] as const) {
      const flow = at(client);
      const page = await flow.signIn(await flow.authorize(), user.email, chosen);
      expect([page.url.pathname, page.text.includes('by-email')]).toEqual(['/second-factor', false]);
      const sent = mail.mails.length;
      const forced = await flow.agent.submit(page, { method: 'email', send: 'yes' }, redirectUri);
      expect([forced.url.pathname, forced.text.includes('We have sent a code to')]).toEqual(['/second-factor', false]);
      expect(mail.mails.slice(sent).filter(({ to, subject }) => to === user.email && subject.includes('finish signing in'))).toEqual([]);
    }
    // What it opens says one factor.
    const off = at('off');
    expect(await claimsOf(off, await off.signIn(await off.authorize(), user.email, chosen))).toMatchObject({ acr: acr.single, amr: ['pwd'] });
    expect((await off.answer({ prompt: 'none', ...essential(acr.multi) })).get('error')).toBe('login_required');
  });

  test('a mailbox is one factor however often it is asked: the tokens say so, and no browser is remembered for it', async () => {
    const user = await server.user({ email: 'once@example.com' });
    await resetByMail(user.email);
    const flow = at('required');
    const page = await flow.signIn(await flow.authorize(), user.email, chosen);
    // Password and mail come before a factor is set up, and are not two.
    expect([page.url.pathname, page.text.includes('id="remember"')]).toEqual(['/second-factor', false]);
    const before = mail.mails.length;
    const sent = await flow.agent.submit(page, { method: 'email', send: 'yes' }, redirectUri);
    const code = codeIn(await mail.waitFor(user.email, before, isSecondStep));
    const choice = await flow.agent.submit(sent, { code, remember: 'yes' }, redirectUri);
    expect([choice.url.pathname, flow.agent.cookies('localhost').has('microauth-remembered')]).toEqual(['/set-up-factor', false]);
    const authenticator = new Authenticator(server.issuer);
    const setUp = await flow.agent.open(`${choice.url.href}&method=passkey`);
    const done = await flow.agent.submit(setUp, { credential: authenticator.create(registrationOf(setUp)) }, redirectUri);
    expect(await claimsOf(flow, await flow.agent.submit(done, {}, redirectUri))).toMatchObject({ acr: acr.single, amr: ['pwd', 'email'] });
    expect((await flow.answer({ prompt: 'none', ...essential(acr.multi) })).get('error')).toBe('login_required');
  });

  test('a password from a mail is its owner’s own once it was given with the factor, and a reset takes that back', async () => {
    const { user, code } = await guarded('own@example.com');
    const byMail = async () => (await server.store.findUser(server.record.id, user.id))?.passwordByMail;
    expect(await byMail()).toBe(false);
    await resetByMail(user.email);
    expect(await byMail()).toBe(true);
    const off = at('off');
    await off.signIn(await off.authorize(), user.email, chosen);
    expect(await byMail()).toBe(true);
    const flow = at('optional');
    await sendCode(flow, await flow.signIn(await flow.authorize(), user.email, chosen), code());
    expect(await byMail()).toBe(false);
    await resetByMail(user.email);
    expect(await byMail()).toBe(true);
  });

  test('half a sign-in of one’s own in a remembered browser opens nothing for the session of somebody else', async () => {
    const [mine, victim] = [await guarded('mine@example.com'), await guarded('victim@example.com')];
    const browser = new UserAgent();
    const required = at('required', browser);
    const half = await required.signIn(await required.authorize(), mine.user.email);
    expect(half.url.pathname).toBe('/second-factor');
    // The browser is remembered for its owner…
    const own = at('required', browser);
    expect(answerOf(await sendCode(own, await own.signIn(await own.authorize(), mine.user.email), mine.code(), { remember: 'yes' })).has('code')).toBe(true);
    // …the victim is signed in by the password alone, where that is enough…
    const off = at('off', browser);
    server.clock.advance(1000);
    expect(answerOf(await off.signIn(await off.authorize({ prompt: 'login' }), victim.user.email)).has('code')).toBe(true);
    // …and the first page is opened again.
    const again = await browser.open(half.url, redirectUri);
    expect([again.headers['location'], again.url.pathname, again.text.includes(victim.user.email)]).toEqual([undefined, '/second-factor', true]);
    expect((await required.answer({ prompt: 'none' })).get('error')).toBe('login_required');
  });

  test('a session from a client without second factors opens neither the other clients nor the account page', async () => {
    const { user, code } = await guarded('through@example.com');
    const browser = new UserAgent();
    const off = at('off', browser);
    await off.signIn(await off.authorize(), user.email);
    for (const client of ['optional', 'required'] as const) {
      const flow = at(client, browser);
      expect((await flow.answer({ prompt: 'none' })).get('error')).toBe('login_required');
      expect((await flow.authorize()).url.pathname).toBe('/second-factor');
    }
    for (const path of ['/account', '/account/profile', '/account/sessions', '/account/applications', '/account/activity', '/account/passkeys']) {
      expect((await open(browser, path)).url.pathname).toBe('/second-factor');
    }
    const flow = at('optional', browser);
    expect(answerOf(await sendCode(flow, await flow.authorize(), code())).has('code')).toBe(true);
    expect((await at('required', browser).answer({ prompt: 'none' })).has('code')).toBe(true);
    expect((await open(browser, '/account')).url.pathname).toBe('/account');
  });

  test('the password alone puts no first factor in place, on the account page or on the way, whatever the policy', async () => {
    const user = await server.user({ email: 'first@example.com' });
    for (const secondFactor of ['off', 'optional', 'required'] as const) {
      await policy({ secondFactor });
      const browser = new UserAgent();
      const off = at('off', browser);
      await off.signIn(await off.authorize(), user.email);
      for (const path of ['/account/passkeys', '/account/authenticator', '/account/authenticator/set-up']) {
        const page = await open(browser, path);
        expect([secondFactor, path, page.url.pathname, page.text.includes('We will send a code to')]).toEqual([secondFactor, path, '/second-factor', true]);
      }
      const required = at('required', browser);
      expect((await required.authorize()).url.pathname).toBe('/second-factor');
    }
    await policy({});
    expect(await server.store.readFactors(server.record.id, user.id)).toMatchObject({ passkeys: 0, totp: false });
  });

  test('a policy that asks nobody does not open to the password what guards a factor', async () => {
    const { user } = await guarded('asked@example.com');
    await policy({ secondFactor: 'off' });
    const browser = new UserAgent();
    await browser.submit(await open(browser, '/account'), { email: user.email, password });
    expect((await open(browser, '/account')).url.pathname).toBe('/account');
    for (const path of ['/account/passkeys', '/account/authenticator', '/account/recovery-codes']) {
      expect((await open(browser, path)).url.pathname).toBe('/second-factor');
    }
    await policy({});
  });

  test('password and mail from before a factor was set up do not outlast it, nor does a browser that was remembered for them', async () => {
    const user = await server.user({ email: 'before@example.com' });
    const thief = at('required');
    const page = await thief.signIn(await thief.authorize(), user.email);
    const before = mail.mails.length;
    const sent = await thief.agent.submit(page, { method: 'email', send: 'yes' }, redirectUri);
    const code = codeIn(await mail.waitFor(user.email, before, isSecondStep));
    expect(answerOf(await sendCode(thief, sent, code, { remember: 'yes' })).has('code')).toBe(true);
    expect((await at('optional', thief.agent).answer({ prompt: 'none' })).has('code')).toBe(true);
    // Their owner sets up an authenticator app.
    const owner = new UserAgent();
    const asked = await owner.submit(await open(owner, '/account/authenticator'), { email: user.email, password });
    const setUp = await proveMailbox(owner, asked, mail, user.email);
    const seed = (/id="seed">([^<]*)</.exec(setUp.text)?.[1] ?? '').replaceAll(' ', '');
    expect((await owner.submit(setUp, { code: totpCode(seed, server.clock.now()) })).text).toContain('id="recovery-codes"');
    for (const client of ['optional', 'required'] as const) {
      expect((await at(client, thief.agent).answer({ prompt: 'none' })).get('error')).toBe('login_required');
    }
    const again = at('optional', thief.agent);
    expect((await again.signIn(await again.authorize({ prompt: 'login' }), user.email)).url.pathname).toBe('/second-factor');
    // The owner goes on.
    expect((await open(owner, '/account/authenticator')).url.pathname).toBe('/account/authenticator');
  });

  test('a factor that an operator took away ends what rested on it, and the way back is password and mail', async () => {
    const { user, code } = await guarded('lost@example.com');
    const browser = new UserAgent();
    const flow = at('required', browser);
    await sendCode(flow, await flow.signIn(await flow.authorize(), user.email), code(), { remember: 'yes' });
    expect(await server.store.resetFactors(server.record.id, user.id, 'all', server.clock.now())).toBe(true);
    expect((await flow.answer({ prompt: 'none' })).get('error')).toBe('login_required');
    const page = await flow.signIn(await flow.authorize(), user.email);
    expect([page.url.pathname, page.text.includes('We will send a code to')]).toEqual(['/second-factor', true]);
  });
});
