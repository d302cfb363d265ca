import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { UserRecord } from '../../src/store/records.ts';
import { launchBrowser } from '../support/browser.ts';
import { Flow, redirectUri } from '../support/flow.ts';
import { codeIn, type MailServer, startMailServer } from '../support/mail-server.ts';
import { totpCode } from '../support/second-factors.ts';
import { password, startServer, type TestServer } from '../support/server.ts';
import { expectAccessible } from './accessibility.ts';

let browser: Browser;
let mail: MailServer;
let server: TestServer;
let context: BrowserContext;
let page: Page;
let user: UserRecord;
let people = 0;

beforeAll(async () => {
  [browser, mail] = await Promise.all([launchBrowser(), startMailServer()]);
  server = await startServer({ smtpUrl: mail.url });
  await server.client({ type: 'spa', id: 'reader', name: 'A reader with quite a long name that has to be cut somewhere', redirectUris: [redirectUri], thirdParty: true });
});
afterEach(() => context.close());
afterAll(async () => {
  await browser.close();
  await server.stop();
  await mail.stop();
});

const devices = [
  { device: 'a desktop', viewport: { width: 1280, height: 800 }, javaScriptEnabled: true },
  { device: 'a phone', viewport: { width: 390, height: 844 }, javaScriptEnabled: true },
  { device: 'a desktop without JavaScript', viewport: { width: 1280, height: 800 }, javaScriptEnabled: false },
  { device: 'a phone without JavaScript', viewport: { width: 390, height: 844 }, javaScriptEnabled: false },
] as const;

const paths = ['', '/profile', '/email', '/password', '/passkeys', '/authenticator', '/recovery-codes', '/sessions', '/applications', '/activity', '/download', '/delete'];

/** Somebody new who uses one application, in a browser of their own. */
async function open({ viewport, javaScriptEnabled }: Omit<(typeof devices)[number], 'device'>): Promise<void> {
  people += 1;
  user = await server.user({ email: `ada${people}@example.com`, claims: { name: 'Ada Lovelace' } });
  await new Flow(server.issuer, { id: 'reader', secret: '' }).tokens({ scope: 'openid profile email offline_access' }, user.email);
  context = await browser.newContext({ viewport, javaScriptEnabled, acceptDownloads: true });
  page = await context.newPage();
}

const goto = (path = '') => page.goto(`${server.issuer}/account${path}`);

async function signIn(secret = password): Promise<void> {
  await page.fill('#email', user.email);
  await page.fill('#password', secret);
  await page.click('#sign-in');
}

/** The code that an address was sent; other mail goes to it too. */
async function codeFor(to: string): Promise<string> {
  const find = () => mail.mails.filter((one) => one.to === to).map(codeIn).find((code) => code !== '');
  await expect.poll(find, { timeout: 10_000 }).toBeDefined();
  return find() ?? '';
}

/** Proves the mailbox, which comes before the first factor is set up. */
async function confirmByMail(): Promise<void> {
  await page.click('#send');
  await page.fill('#code', await codeFor(user.email));
  await page.click('#confirm');
}

/** Nothing is cut off and nothing has to be scrolled sideways. */
async function expectFits(): Promise<void> {
  const width = page.viewportSize()?.width ?? 0;
  for (const name of ['main', '.account-head', '.card']) {
    for (const element of await page.locator(name).all()) {
      const box = await element.boundingBox();
      expect(box?.x).toBeGreaterThanOrEqual(0);
      expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(width);
    }
  }
}

describe.each(devices)('on $device', (device) => {
  test('every page can be reached from the overview, fits, and leads back', async () => {
    await open(device);
    await goto();
    await signIn();
    await page.waitForURL('**/account');
    expect(await page.textContent('.whose')).toContain(user.email);
    const links = await page.locator('.rows a').evaluateAll((all) => all.map((link) => link.getAttribute('href'))).catch(() => []);
    for (const path of paths.slice(1)) {
      await page.click(`a[href="/account${path}"]`);
      if (path === '/passkeys') {
        await confirmByMail();
      }
      await page.waitForURL(`**/account${path}`);
      await expectFits();
      await page.click('.back');
      await page.waitForURL('**/account');
    }
    expect(links.length === 0 || links.length === paths.length - 1).toBe(true);
    await expectFits();
  });

  test('the profile, the password and another device are looked after', async () => {
    await open(device);
    await goto('/profile');
    await signIn();
    await page.fill('#name', 'Countess of Lovelace');
    await page.selectOption('#zoneinfo', 'Europe/London');
    await page.click('#save');
    expect(await page.textContent('[role=status]')).toContain('saved');
    expect(await page.textContent('.whose')).toContain('Countess of Lovelace');
    await goto('/password');
    await page.fill('#current-password', 'not the password');
    await page.fill('#new-password', 'a pelican under my umbrella');
    await page.click('#change-password');
    expect(await page.textContent('[role=alert]')).toContain('not your present password');
    await page.fill('#current-password', password);
    await page.fill('#new-password', 'a pelican under my umbrella');
    await page.click('#change-password');
    expect(await page.textContent('[role=status]')).toContain('password is changed');
    await goto('/sessions');
    expect(await page.locator('.things li').count()).toBe(1);
    await page.click('.things button');
    expect(await page.textContent('h1')).toContain('signed out');
  });

  test('the address is changed by two codes', async () => {
    await open(device);
    await goto('/email');
    await signIn();
    await page.fill('#email', `new-${user.email}`);
    await page.click('#send-codes');
    await page.fill('#code-old', await codeFor(user.email));
    await page.fill('#code-new', '0000 0000');
    await expectFits();
    await page.click('#confirm-email');
    expect(await page.textContent('[role=alert]')).toContain('not right');
    await expectFits();
    await page.fill('#code-new', await codeFor(`new-${user.email}`));
    await page.click('#confirm-email');
    expect(await page.textContent('[role=status]')).toContain('address is changed');
    expect(await page.textContent('.whose')).toContain(`new-${user.email}`);
  });

  test('an authenticator app is set up, and its codes are shown', async () => {
    await open(device);
    await goto('/authenticator');
    await signIn();
    await confirmByMail();
    await page.waitForSelector('.qr');
    await expectFits();
    const seed = ((await page.textContent('#seed')) ?? '').replaceAll(' ', '');
    await page.fill('#code', totpCode(seed, server.clock.now()));
    await page.click('#confirm');
    expect(await page.locator('#recovery-codes li').count()).toBe(10);
    await expectFits();
    await page.click('#codes-kept');
    await page.waitForURL('**/account');
    await page.click('a[href="/account/authenticator"]');
    await page.click('#remove-authenticator');
    expect(await page.textContent('[role=status]')).toContain('removed');
  });

  test('the data is downloaded, and the account deleted', async () => {
    await open(device);
    await goto('/download');
    await signIn();
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('#download')]);
    expect(download.suggestedFilename()).toBe('account.json');
    await goto('/applications');
    await page.click('main .card button');
    expect(await page.textContent('main')).toContain('No application has access');
    await goto('/delete');
    await page.fill('#email', user.email);
    await page.click('#delete-account');
    expect(await page.textContent('h1')).toContain('deleted');
    await goto();
    expect(await page.title()).toContain('Sign in');
  });
});

test('a passkey is added, renamed and removed', async () => {
  await open(devices[1]);
  const cdp = await context.newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', ctap2Version: 'ctap2_1', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  });
  await goto('/passkeys');
  await signIn();
  await confirmByMail();
  await page.waitForSelector('#passkey:visible');
  expect(await page.isVisible('#passkey-unavailable')).toBe(false);
  await page.click('#passkey');
  await page.waitForSelector('#recovery-codes');
  await goto('/passkeys');
  await page.click('summary');
  await page.fill('.things input[name=name]', 'My laptop');
  await expectAccessible(page);
  await expectFits();
  await page.click('.things details button');
  expect(await page.textContent('.things b')).toBe('My laptop');
  await page.click('.things li > form button');
  expect(await page.textContent('[role=status]')).toContain('removed');
});

test.each([devices[0], devices[1]])('$device: every page is accessible in light and dark, and asks for nothing from elsewhere', async (device) => {
  await open(device);
  const elsewhere: string[] = [];
  const errors: string[] = [];
  page.on('request', (request) => new URL(request.url()).origin === server.issuer || request.url().startsWith('data:') || elsewhere.push(request.url()));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  await goto();
  await signIn();
  await page.waitForURL('**/account');
  await goto('/passkeys');
  await expectAccessible(page);
  await confirmByMail();
  for (const path of paths) {
    await goto(path);
    await expectAccessible(page);
  }
  await goto('/email');
  await page.fill('#email', `next-${user.email}`);
  await page.click('#send-codes');
  await expectAccessible(page);
  await goto('/profile');
  await page.fill('#name', 'evil\u202ename');
  await page.click('#save');
  await expectAccessible(page);
  expect([elsewhere, errors.filter((text) => !text.includes('400'))]).toEqual([[], []]);
});

test('the home page of somebody signed in leads to their account', async () => {
  await open(devices[0]);
  await goto();
  await signIn();
  await page.goto(server.issuer);
  await expectAccessible(page);
  await page.click('#to-account');
  await page.waitForURL('**/account');
});
