import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { UserRecord } from '../../src/store/records.ts';
import { launchBrowser } from '../support/browser.ts';
import { Flow, payloadOf } from '../support/flow.ts';
import { acr, decide, essential, giveRecoveryCodes, giveTotp, totpCode, wrongCode } from '../support/second-factors.ts';
import { password, startServer, type TestServer } from '../support/server.ts';
import { expectAccessible } from './accessibility.ts';
import { type RelyingParty, startRelyingParty } from './relying-party.ts';

let browser: Browser;
let server: TestServer;
let party: RelyingParty;
let client: { id: string; secret: string };
let context: BrowserContext;
let page: Page;
let flow: Flow;
let user: UserRecord;
let people = 0;

beforeAll(async () => {
  [browser, server, party] = await Promise.all([launchBrowser(), startServer(), startRelyingParty()]);
  client = await server.client({ type: 'spa', name: 'Our own app', redirectUris: [party.redirectUri] });
});
beforeEach(async () => {
  people += 1;
  user = await server.user({ email: `person${people}@example.com`, claims: { name: 'Ada Lovelace' } });
  await decide(server, server, {});
});
afterEach(() => context.close());
afterAll(async () => {
  await browser.close();
  await party.stop();
  await server.stop();
});

const desktop = { device: 'a desktop', viewport: { width: 1280, height: 800 } };
const phone = { device: 'a phone', viewport: { width: 390, height: 844 } };

async function openPage({ viewport }: typeof phone, javaScriptEnabled = true): Promise<void> {
  context = await browser.newContext({ viewport, javaScriptEnabled });
  page = await context.newPage();
  flow = new Flow(server.issuer, client, { redirectUri: party.redirectUri });
}

/** Gives the browser an authenticator that keeps passkeys and verifies its owner. */
async function giveAuthenticator(): Promise<{ readonly cdp: CDPSession; readonly authenticatorId: string }> {
  const cdp = await context.newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', ctap2Version: 'ctap2_1', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  });
  return { cdp, authenticatorId };
}

const goto = (change: Readonly<Record<string, string>> = {}) => page.goto(flow.authorizationUrl(change));

async function signIn(): Promise<void> {
  await page.fill('#email', user.email);
  await page.fill('#password', password);
  await page.click('#sign-in');
}

/** Waits until the application has its answer, and returns what the ID token says. */
async function arrive(): Promise<Record<string, unknown>> {
  await page.waitForURL('**/welcome');
  const { json } = await flow.redeem(party.last()?.parameters.get('code') ?? '');
  return payloadOf(json.id_token);
}

/** Nothing is cut off and nothing has to be scrolled sideways. */
async function expectFits(): Promise<void> {
  expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0);
}

describe.each([desktop, phone])('on $device', (device) => {
  test('a passkey is made where it is demanded, and signs in from then on: by the button, and where the browser fills in the address', async () => {
    await openPage(device);
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => message.type() === 'error' && !message.text().includes('401') && errors.push(message.text()));
    const { cdp, authenticatorId } = await giveAuthenticator();
    await goto(essential(acr.resistant));
    await signIn();
    await page.waitForURL('**/set-up-factor?**');
    await page.waitForSelector('#passkey:visible');
    expect(await page.isVisible('#passkey-unavailable')).toBe(false);
    await expectFits();
    await page.click('#passkey');
    await page.waitForSelector('#recovery-codes');
    expect(await page.locator('#recovery-codes li').count()).toBe(10);
    await expectFits();
    await page.click('#continue');
    // What was made is used before the application hears of it.
    await page.waitForURL('**/second-factor?**');
    await page.click('#passkey');
    expect(await arrive()).toMatchObject({ sub: user.id, acr: acr.resistant });
    const { credentials } = await cdp.send('WebAuthn.getCredentials', { authenticatorId });
    expect(credentials.map(({ isResidentCredential, rpId }) => [isResidentCredential, rpId])).toEqual([[true, 'localhost']]);

    // Conditional UI: the virtual authenticator chooses the passkey as soon as it is offered.
    await goto({ prompt: 'login' });
    expect(await arrive()).toMatchObject({ sub: user.id, acr: acr.resistant });
    // By the button, without it.
    await page.addInitScript(() => {
      PublicKeyCredential.isConditionalMediationAvailable = async () => false;
    });
    await goto({ prompt: 'login' });
    await page.click('#passkey');
    expect(await arrive()).toMatchObject({ sub: user.id, acr: acr.resistant, amr: expect.arrayContaining(['user', 'mfa']) as unknown });
    // As the second step after the password.
    await goto({ prompt: 'login' });
    await signIn();
    await page.waitForURL('**/second-factor?**');
    await expectFits();
    await page.click('#passkey');
    expect(await arrive()).toMatchObject({ sub: user.id, amr: expect.arrayContaining(['pwd', 'user', 'mfa']) as unknown });
    expect(errors).toEqual([]);
  });

  test('an authenticator app: from the picture to the recovery codes, then as the second step, remembered', async () => {
    await openPage(device);
    await decide(server, server, { secondFactor: 'required' });
    await goto();
    await signIn();
    await page.click('#choose-totp');
    await expectFits();
    const seed = ((await page.textContent('#seed')) ?? '').replaceAll(' ', '');
    await page.fill('#code', totpCode(seed, server.clock.now()));
    await page.click('#confirm');
    await page.waitForSelector('#recovery-codes');
    await page.click('#continue');
    expect(await arrive()).toMatchObject({ acr: acr.single });
    server.clock.advance(30_000);
    await context.clearCookies();
    await goto();
    await signIn();
    await expectFits();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('code');
    await page.fill('#code', wrongCode(seed, server.clock.now()));
    await page.click('#confirm');
    expect(await page.textContent('[role=alert]')).toContain('not right');
    await page.fill('#code', totpCode(seed, server.clock.now()));
    await page.check('#remember');
    await page.click('#confirm');
    await page.waitForURL('**/welcome');
    await goto({ prompt: 'login' });
    await signIn();
    expect(await arrive()).toMatchObject({ acr: acr.single });
  });

  test('without JavaScript nothing of passkeys is offered, and every other way works', async () => {
    await openPage(device, false);
    await server.store.createPasskey(server.record.id, { id: `id${people}`, userId: user.id, rpId: 'localhost', publicKey: 'AA', counter: 0, transports: [], backedUp: true, name: 'Mac', createdAt: 1, lastUsedAt: null });
    await giveTotp(server, server, user);
    const [code = ''] = await giveRecoveryCodes(server, server, user);
    await goto();
    expect(await page.isVisible('#passkey')).toBe(false);
    await signIn();
    expect(await page.isVisible('#passkey')).toBe(false);
    expect(await page.textContent('#passkey-unavailable')).toContain('JavaScript');
    await page.click('#by-totp');
    expect(await page.getAttribute('#code', 'autocomplete')).toBe('one-time-code');
    await page.click('#by-recovery_code');
    await page.fill('#code', code);
    await page.click('#confirm');
    expect(await arrive()).toMatchObject({ acr: acr.multi });
  });
});

test('a passkey that is not used leaves the other ways open, and one that is refused is explained', async () => {
  await openPage(phone);
  const { cdp, authenticatorId } = await giveAuthenticator();
  await page.addInitScript(() => {
    PublicKeyCredential.isConditionalMediationAvailable = async () => false;
  });
  await goto(essential(acr.resistant));
  await signIn();
  await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
  await page.click('#passkey');
  await page.waitForSelector('#passkey-problem:visible');
  await expectAccessible(page);
  await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true });
  await page.click('#passkey');
  await page.click('#continue');
  await page.waitForURL('**/second-factor?**');
  await page.click('#passkey');
  await arrive();
  const [passkey] = await server.store.listPasskeys(server.record.id, user.id);
  await server.store.deletePasskey(server.record.id, user.id, passkey?.id ?? '');
  await goto({ prompt: 'login' });
  await page.click('#passkey');
  await page.waitForSelector('#problem');
  expect(await page.textContent('#problem')).toContain('This passkey did not work here');
  await expectAccessible(page);
  await signIn();
  await arrive();
});

test('a page that was open for long asks with a fresh challenge, by the button and where the browser fills in', async () => {
  await openPage(desktop);
  await giveAuthenticator();
  await goto(essential(acr.resistant));
  await signIn();
  await page.waitForSelector('#passkey:visible');
  await page.clock.install();
  const wait = async (minutes: number) => {
    server.clock.advance(minutes * 60_000);
    await page.clock.fastForward(minutes * 60_000);
  };
  await wait(8);
  await page.click('#passkey');
  await page.click('#continue');
  await page.waitForURL('**/second-factor?**');
  await page.click('#passkey');
  await arrive();
  // The browser fills in as soon as it is asked; here it is not until the page has been open for a while.
  await page.addInitScript(() => {
    const loadedAt = Date.now();
    const get = navigator.credentials.get.bind(navigator.credentials);
    navigator.credentials.get = (options) => (Date.now() - loadedAt < 60_000 ? new Promise((_, reject) => options?.signal?.addEventListener('abort', () => reject(new Error('aborted')))) : get(options));
  });
  await goto({ prompt: 'login' });
  await page.waitForSelector('#passkey:visible');
  await wait(6);
  expect(await arrive()).toMatchObject({ sub: user.id });
});

test('somebody else can be chosen half way', async () => {
  await openPage(desktop);
  await giveTotp(server, server, user);
  await goto();
  await signIn();
  await page.click('#other-account');
  await page.waitForURL('**/sign-in?**');
  expect(await page.inputValue('#email')).toBe('');
  user = await server.user({ email: `other${people}@example.com` });
  await signIn();
  expect(await arrive()).toMatchObject({ sub: user.id });
});

test('every page is accessible in light and dark', async () => {
  await openPage(phone);
  await decide(server, server, { secondFactor: 'required' });
  await goto();
  await page.waitForSelector('#passkey:visible');
  await expectAccessible(page);
  await signIn();
  await page.waitForSelector('#choose-totp');
  await expectAccessible(page);
  await page.click('#choose-passkey');
  await page.waitForSelector('#passkey:visible');
  await expectAccessible(page);
  await page.click('#other-way');
  await page.click('#choose-totp');
  await page.waitForSelector('#seed');
  await expectAccessible(page);
  const seed = ((await page.textContent('#seed')) ?? '').replaceAll(' ', '');
  await page.fill('#code', wrongCode(seed, server.clock.now()));
  await page.click('#confirm');
  await page.waitForSelector('#problem');
  await expectAccessible(page);
  await page.fill('#code', totpCode(seed, server.clock.now()));
  await page.click('#confirm');
  await page.waitForSelector('#recovery-codes');
  await expectAccessible(page);
  await server.store.createPasskey(server.record.id, { id: `axe${people}`, userId: user.id, rpId: 'localhost', publicKey: 'AA', counter: 0, transports: [], backedUp: true, name: 'Mac', createdAt: 1, lastUsedAt: null });
  await page.click('#continue');
  await page.waitForURL('**/welcome');
  await goto({ prompt: 'login' });
  await signIn();
  for (const way of ['passkey', 'totp', 'recovery_code']) {
    await page.waitForURL('**/second-factor?**');
    if ((await page.locator(`#by-${way}`).count()) > 0) {
      await page.click(`#by-${way}`);
    }
    await page.waitForSelector(way === 'passkey' ? '#passkey:visible' : '#code');
    await expectAccessible(page);
  }
  await page.fill('#code', 'wrong');
  await page.click('#confirm');
  await page.waitForSelector('#problem');
  await expectAccessible(page);
});
