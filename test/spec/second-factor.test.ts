import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { answerOf, Flow, payloadOf, redirectUri } from '../support/flow.ts';
import { acr, byWay, decide, essential, giveRecoveryCodes, giveTotp, sendCode, totpCode, wrongCode } from '../support/second-factors.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { type Page, readForm } from '../support/user-agent.ts';

let server: TestServer;
let client: { id: string; secret: string };
let people = 0;

beforeAll(async () => {
  server = await startServer();
  client = await server.client({ type: 'spa', redirectUris: [redirectUri] });
});
beforeEach(() => decide(server, server, {}));
afterAll(() => server.stop());

/** A person with an authenticator app and recovery codes, in a browser of their own. */
async function somebody(options: { totp?: boolean } = { totp: true }) {
  people += 1;
  const email = `somebody${people}@example.com`;
  const user = await server.user({ email });
  const seed = options.totp === true ? await giveTotp(server, server, user) : '';
  const codes = options.totp === true ? await giveRecoveryCodes(server, server, user) : [];
  const flow = new Flow(server.issuer, client);
  return { email, user, codes, seed, flow, code: () => totpCode(seed, server.clock.now()) };
}

/** A fresh time step: every code is good once. */
function nextStep(): void {
  server.clock.advance(30_000);
}

async function idTokenOf(flow: Flow, page: Page): Promise<Record<string, unknown>> {
  return payloadOf((await flow.redeem(answerOf(page).get('code') ?? '')).json.id_token);
}

describe('a second factor', () => {
  test('is asked for after the password of whoever has one, and acr and amr say so (RFC 8176)', async () => {
    const { flow, email, code } = await somebody();
    const page = await flow.signIn(await flow.authorize(), email);
    expect([page.status, page.url.pathname]).toEqual([200, '/second-factor']);
    expect(page.text).toMatch(/<input id="code"[^>]* inputmode="numeric" autocomplete="one-time-code"/);
    expect(flow.agent.cookies('localhost').has('microauth-session')).toBe(false);
    const idToken = await idTokenOf(flow, await sendCode(flow, page, code()));
    expect([idToken['acr'], idToken['amr']]).toEqual([acr.multi, ['pwd', 'otp', 'mfa']]);
  });

  test('a wrong code is explained, and the right one still counts; spaces do not', async () => {
    const { flow, email, code, seed } = await somebody();
    const page = await flow.signIn(await flow.authorize(), email);
    const again = await sendCode(flow, page, wrongCode(seed, server.clock.now()));
    expect([again.status, again.text.includes('role="alert"')]).toEqual([401, true]);
    expect(answerOf(await sendCode(flow, again, code().replace(/(...)/, '$1 '))).has('code')).toBe(true);
  });

  test('a recovery code stands in once, in any spelling, and the person is told', async () => {
    const { flow, email, codes, user } = await somebody();
    const page = await byWay(flow, await flow.signIn(await flow.authorize(), email), 'recovery_code');
    const idToken = await idTokenOf(flow, await sendCode(flow, page, ` ${(codes[3] ?? '').toUpperCase().replaceAll('-', ' ')} `));
    expect([idToken['acr'], idToken['amr']]).toEqual([acr.multi, ['pwd', 'otp', 'mfa']]);
    expect((await server.store.listSecurityEvents(server.record.id, user.id, 10)).map(({ kind }) => kind)).toContain('recovery_code_used');
    expect((await server.store.readFactors(server.record.id, user.id)).recoveryCodes).toBe(9);
  });

  test('no mail is offered where none can be sent', async () => {
    const { flow, email } = await somebody();
    const page = await flow.signIn(await flow.authorize(), email);
    expect(page.text).not.toContain('by-email');
    const sent = await flow.agent.submit(page, { method: 'email', send: 'yes' }, redirectUri);
    expect([sent.status, sent.url.pathname]).toEqual([200, '/second-factor']);
  });
});

describe('the policy', () => {
  test('off asks nobody, optional asks whoever has one, required has everybody set one up', async () => {
    const [withOne, without] = [await somebody(), await somebody({})];
    await decide(server, server, { secondFactor: 'off' });
    expect((await withOne.flow.answer({}, withOne.email)).has('code')).toBe(true);
    await decide(server, server, { secondFactor: 'optional' });
    expect((await withOne.flow.signIn(await withOne.flow.authorize({ prompt: 'login' }), withOne.email)).url.pathname).toBe('/second-factor');
    expect((await without.flow.answer({}, without.email)).has('code')).toBe(true);
    await decide(server, server, { secondFactor: 'required' });
    expect((await without.flow.authorize()).url.pathname).toBe('/set-up-factor');
    expect((await without.flow.answer({ prompt: 'none' })).get('error')).toBe('login_required');
  });

  test('a client has its own in the place of the tenant’s', async () => {
    const { email } = await somebody({});
    for (const [secondFactor, tenant, expected] of [['off', 'required', ''], ['required', 'off', '/set-up-factor']] as const) {
      const own = await server.client({ type: 'spa', redirectUris: [redirectUri] });
      const made = await server.store.findClient(server.record.id, own.id);
      if (made === undefined) {
        throw new Error('the client was made a moment ago');
      }
      await server.store.updateClient(server.record.id, { ...made, secondFactor });
      await decide(server, server, { secondFactor: tenant });
      const flow = new Flow(server.issuer, own);
      const page = await flow.signIn(await flow.authorize(), email);
      expect(page.headers['location'] === undefined ? page.url.pathname : '').toBe(expected);
    }
  });

  test('a remembered browser is not asked by the policy again, for as long as the tenant says; an application’s demand stands', async () => {
    const { flow, email, code, user } = await somebody();
    const page = await flow.signIn(await flow.authorize(), email);
    expect(page.text).toContain('Do not ask again in this browser for 30 days');
    await sendCode(flow, page, code(), { remember: 'yes' });
    const idToken = await idTokenOf(flow, await flow.signIn(await flow.authorize({ prompt: 'login' }), email));
    expect([idToken['acr'], idToken['amr']]).toEqual([acr.single, ['pwd']]);
    expect((await flow.signIn(await flow.authorize({ prompt: 'login', acr_values: acr.multi }), email)).url.pathname).toBe('/second-factor');
    // Nobody else is spared in this browser, nor this person in another.
    const other = await somebody();
    expect((await flow.signIn(await flow.authorize({ prompt: 'login' }), other.email)).url.pathname).toBe('/second-factor');
    const elsewhere = new Flow(server.issuer, client);
    expect((await elsewhere.signIn(await elsewhere.authorize(), email)).url.pathname).toBe('/second-factor');
    // What the account forgets counts no more, and so does what the tenant stops remembering.
    await decide(server, server, { rememberDeviceDays: 0 });
    expect((await flow.signIn(await flow.authorize({ prompt: 'login' }), email)).text).not.toContain('id="remember"');
    await decide(server, server, {});
    await server.store.forgetDevices(server.record.id, user.id);
    expect((await flow.signIn(await flow.authorize({ prompt: 'login' }), email)).url.pathname).toBe('/second-factor');
  });

  test('a browser that is not asked to remember does not', async () => {
    const { flow, email, code } = await somebody();
    await sendCode(flow, await flow.signIn(await flow.authorize(), email), code());
    expect(flow.agent.cookies('localhost').has('microauth-remembered')).toBe(false);
    expect((await flow.signIn(await flow.authorize({ prompt: 'login' }), email)).url.pathname).toBe('/second-factor');
  });
});

describe('step-up (RFC 9470)', () => {
  test('a session grows stronger: a new cookie, the same session, auth_time as it was', async () => {
    const { flow, email, code } = await somebody();
    await decide(server, server, { secondFactor: 'off' });
    const before = await idTokenOf(flow, await flow.signIn(await flow.authorize(), email));
    await decide(server, server, {});
    const cookie = flow.agent.cookies('localhost').get('microauth-session');
    server.clock.advance(3_600_000);
    const page = await flow.authorize({ acr_values: acr.multi });
    expect(page.url.pathname).toBe('/second-factor');
    const after = await idTokenOf(flow, await sendCode(flow, page, code()));
    expect([after['acr'], after['amr']]).toEqual([acr.multi, ['pwd', 'otp', 'mfa']]);
    expect([after['sid'], after['auth_time']]).toEqual([before['sid'], before['auth_time']]);
    expect(flow.agent.cookies('localhost').get('microauth-session')).not.toBe(cookie);
    const thief = new Flow(server.issuer, client);
    thief.agent.setCookie('localhost', 'microauth-session', cookie ?? '');
    expect((await thief.answer({ prompt: 'none' })).get('error')).toBe('login_required');
    // From now on the session is enough.
    expect((await idTokenOf(flow, await flow.authorize({ prompt: 'none', ...essential(acr.multi) })))['acr']).toBe(acr.multi);
  });

  test('max_age asks for the password again, and for the second factor with it', async () => {
    const { flow, email, code } = await somebody();
    await sendCode(flow, await flow.signIn(await flow.authorize(), email), code());
    server.clock.advance(120_000);
    const page = await flow.authorize({ max_age: '60', acr_values: acr.multi });
    expect(page.url.pathname).toBe('/sign-in');
    const second = await flow.signIn(page, email);
    expect(second.url.pathname).toBe('/second-factor');
    const idToken = await idTokenOf(flow, await sendCode(flow, second, code()));
    expect(idToken['acr']).toBe(acr.multi);
    expect(Number(idToken['auth_time']) * 1000).toBeGreaterThan(server.clock.now() - 30_000);
  });

  test('an essential acr that silence cannot reach is login_required, one that nobody can is unmet', async () => {
    const { flow, email } = await somebody();
    await decide(server, server, { secondFactor: 'off' });
    await flow.answer({}, email);
    expect((await flow.answer({ prompt: 'none', ...essential(acr.multi) })).get('error')).toBe('login_required');
    expect((await flow.answer(essential('urn:example:gold'))).get('error')).toBe('unmet_authentication_requirements');
    // Off is off for wishes, not for what an application must have.
    expect((await flow.answer({ acr_values: acr.multi })).has('code')).toBe(true);
    expect((await flow.authorize(essential(acr.multi))).url.pathname).toBe('/second-factor');
  });
});

describe('setting up an authenticator app', () => {
  /** Reads the key that the page shows. */
  const seedOf = (page: Page) => (/<code id="seed">([^<]*)</.exec(page.text)?.[1] ?? '').replaceAll(' ', '');

  test('shows a QR code and the key, takes a right code, shows recovery codes once, and goes on', async () => {
    await decide(server, server, { secondFactor: 'required' });
    const { flow, email, user } = await somebody({});
    const choice = await flow.signIn(await flow.authorize(), email);
    expect(choice.url.pathname).toBe('/set-up-factor');
    const page = await flow.agent.open(`${choice.url.href}&method=totp`);
    expect(page.text).toContain('<svg class="qr"');
    expect(page.text).toContain(`otpauth://totp/Tenant%20default:${encodeURIComponent(email)}?issuer=Tenant%20default&amp;secret=${seedOf(page)}&amp;algorithm=SHA1&amp;digits=6&amp;period=30`);
    // A wrong code keeps the key that was scanned.
    const again = await sendCode(flow, page, wrongCode(seedOf(page), server.clock.now()));
    expect([again.status, seedOf(again)]).toEqual([401, seedOf(page)]);
    expect(flow.agent.cookies('localhost').has('microauth-session')).toBe(false);
    const codes = await sendCode(flow, again, totpCode(seedOf(page), server.clock.now()));
    const listed = [...codes.text.matchAll(/<li><code>([^<]*)</g)].map(([, code]) => code);
    expect([codes.status, new Set(listed).size]).toEqual([200, 10]);
    expect(codes.headers['cache-control']).toBe('no-store');
    // The policy is content. The token says one factor: what was set up has not been used.
    const idToken = await idTokenOf(flow, await flow.agent.submit(codes, {}, redirectUri));
    expect([idToken['acr'], idToken['amr']]).toEqual([acr.single, ['pwd']]);
    expect((await flow.answer({ prompt: 'none' })).has('code')).toBe(true);
    expect((await flow.answer({ prompt: 'none', ...essential(acr.multi) })).get('error')).toBe('login_required');
    expect(await server.store.readFactors(server.record.id, user.id)).toEqual({ passkeys: 0, totp: true, recoveryCodes: 10 });
    expect((await server.store.findTotp(server.record.id, user.id))?.sealedSecret).not.toContain(seedOf(page));
    expect((await server.store.listSecurityEvents(server.record.id, user.id, 10)).map(({ kind }) => kind)).toContain('totp_added');
    // The step is over: its page, opened again, asks for what is set up now.
    expect((await flow.agent.open(page.url, redirectUri)).url.pathname).toBe('/second-factor');
    // The codes work.
    nextStep();
    const other = new Flow(server.issuer, client);
    const asked = await byWay(other, await other.signIn(await other.authorize(), email), 'recovery_code');
    expect(answerOf(await sendCode(other, asked, listed[0] ?? '')).has('code')).toBe(true);
  });

  test('nobody sets one up with a session that was left open: they sign in again first', async () => {
    const { flow, email } = await somebody({});
    await flow.answer({}, email);
    await decide(server, server, { secondFactor: 'required' });
    server.clock.advance(11 * 60_000);
    const page = await flow.authorize();
    expect(page.url.pathname).toBe('/sign-in');
    expect((await flow.signIn(page, email)).url.pathname).toBe('/set-up-factor');
  });

  test('a pending key is good for its owner alone, and once', async () => {
    await decide(server, server, { secondFactor: 'required' });
    const [ada, eve] = [await somebody({}), await somebody({})];
    const pageOf = async ({ flow, email }: typeof ada) => flow.agent.open(`${(await flow.signIn(await flow.authorize(), email)).url.href}&method=totp`);
    const [adas, eves] = [await pageOf(ada), await pageOf(eve)];
    const code = () => totpCode(seedOf(eves), server.clock.now());
    const planted = await sendCode(ada.flow, adas, code(), { pending: readForm(eves).fields['pending'] ?? '' });
    expect(planted.status).toBe(401);
    expect(await server.store.findTotp(server.record.id, ada.user.id)).toBeUndefined();
    const [one, two] = await Promise.all([sendCode(eve.flow, eves, code()), sendCode(eve.flow, eves, code())]);
    expect([one, two].filter(({ text }) => text.includes('id="recovery-codes"'))).toHaveLength(1);
  });
});
