import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { Flow } from '../support/flow.ts';
import { password, startServer, type TestServer } from '../support/server.ts';
import { expectAccessible } from './accessibility.ts';
import { type RelyingParty, startRelyingParty } from './relying-party.ts';

let browser: Browser;
let server: TestServer;
let party: RelyingParty;
let context: BrowserContext;

const email = 'ada@example.com';

beforeAll(async () => {
  [browser, server, party] = await Promise.all([launchBrowser(), startServer(), startRelyingParty()]);
  await server.user({ email, claims: { name: 'Ada Lovelace' } });
  await server.client({ type: 'spa', id: 'own', name: 'Our own app', redirectUris: [party.redirectUri], postLogoutRedirectUris: [party.redirectUri] });
  await server.client({ type: 'spa', id: 'third', name: 'Somebody else', redirectUris: [party.redirectUri], thirdParty: true });
});
afterEach(() => context.close());
afterAll(async () => {
  await browser.close();
  await party.stop();
  await server.stop();
});

const devices = [
  { device: 'a desktop', viewport: { width: 1280, height: 800 }, javaScriptEnabled: true },
  { device: 'a phone', viewport: { width: 390, height: 844 }, javaScriptEnabled: true },
  { device: 'a desktop without JavaScript', viewport: { width: 1280, height: 800 }, javaScriptEnabled: false },
  { device: 'a phone without JavaScript', viewport: { width: 390, height: 844 }, javaScriptEnabled: false },
] as const;

async function openPage(options: { viewport: { width: number; height: number }; javaScriptEnabled: boolean }): Promise<Page> {
  context = await browser.newContext(options);
  return context.newPage();
}

function urlFor(id: string, change: Record<string, string> = {}): string {
  return new Flow(server.issuer, { id, secret: '' }, { redirectUri: party.redirectUri }).authorizationUrl(change);
}

async function signIn(page: Page, secret: string = password): Promise<void> {
  await page.fill('#email', email);
  await page.fill('#password', secret);
  await page.click('#sign-in');
}

/** Nothing is cut off and nothing has to be scrolled sideways. */
async function expectFits(page: Page): Promise<void> {
  const box = await page.locator('main').boundingBox();
  expect(box?.x).toBeGreaterThanOrEqual(0);
  expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(page.viewportSize()?.width ?? 0);
}

describe.each(devices)('on $device', (options) => {
  test('a wrong password is explained, the right one leads back to the application and on through its own redirect', async () => {
    const page = await openPage(options);
    await page.goto(urlFor('own'));
    expect(await page.title()).toBe('Sign in · Tenant default');
    expect(await page.textContent('main')).toContain('Our own app');
    await expectFits(page);
    await signIn(page, 'not the password');
    expect(await page.textContent('[role=alert]')).toContain('do not match');
    expect(await page.inputValue('#email')).toBe(email);
    await signIn(page);
    await page.waitForURL('http://app.localhost:*/welcome');
    expect(party.last()?.parameters.get('code')).toMatch(/^code_/);
    expect(party.last()?.parameters.get('iss')).toBe(server.issuer);
  });

  test('a third party needs consent, once; a refusal goes back as access_denied', async () => {
    const page = await openPage(options);
    const scope = `openid profile ${options.device.length % 2 === 0 ? 'email' : 'phone'}`;
    await page.goto(urlFor('third', { scope, prompt: 'consent' }));
    await signIn(page);
    await page.waitForSelector('#allow');
    expect(await page.textContent('main')).toContain('Somebody else');
    expect(await page.textContent('main')).toContain(new URL(party.redirectUri).host);
    await expectFits(page);
    await page.click('#deny');
    await page.waitForURL('**/welcome');
    expect(party.last()?.parameters.get('error')).toBe('access_denied');
    await page.goto(urlFor('third', { scope, prompt: 'consent' }));
    await page.click('#allow');
    await page.waitForURL('**/welcome');
    expect(party.last()?.parameters.get('code')).toMatch(/^code_/);
    await page.goto(urlFor('third', { scope }));
    await page.waitForURL('**/welcome');
  });

  test('response_mode=form_post arrives as a POST with nothing in the URL', async () => {
    const page = await openPage(options);
    await page.goto(urlFor('own', { response_mode: 'form_post' }));
    await signIn(page);
    if (!options.javaScriptEnabled) {
      await page.click('#continue');
    }
    await page.waitForURL('**/welcome');
    expect(party.last()).toMatchObject({ method: 'POST', query: '' });
    expect(party.last()?.parameters.get('code')).toMatch(/^code_/);
  });

  test('signing out asks first, then the session is gone', async () => {
    const page = await openPage(options);
    await page.goto(urlFor('own'));
    await signIn(page);
    await page.waitForURL('**/welcome');
    await page.goto(`${server.issuer}/logout`);
    expect(await page.textContent('main')).toContain('Ada Lovelace');
    await expectFits(page);
    await page.click('#sign-out');
    expect(await page.textContent('h1')).toContain('signed out');
    await page.goto(urlFor('own'));
    expect(await page.title()).toContain('Sign in');
  });

  test('another account can be chosen', async () => {
    const page = await openPage(options);
    await page.goto(urlFor('own'));
    await signIn(page);
    await page.waitForURL('**/welcome');
    await page.goto(urlFor('own', { prompt: 'select_account' }));
    expect(await page.textContent('main')).toContain('Ada Lovelace');
    await expectFits(page);
    await page.click('#other-account');
    expect(await page.inputValue('#email')).toBe('');
    await signIn(page);
    await page.waitForURL('**/welcome');
  });

  test('an unregistered way back ends on a page that says why and redirects nowhere', async () => {
    const page = await openPage(options);
    const answer = await page.goto(urlFor('own', { redirect_uri: 'https://evil.example/callback' }));
    expect(answer?.status()).toBe(400);
    expect(await page.textContent('main')).toContain('redirect_uri');
    expect(await page.textContent('main')).toContain('https://evil.example/callback');
    expect(await page.textContent('main')).not.toContain(party.redirectUri);
    await expectFits(page);
  });
});

test('whoever is asked for consent can read the whole name of who asks, on a phone too', async () => {
  const name = `${'The long name of an application '.repeat(2)}Donaudampfschifffahrtsgesellschaft`;
  await server.client({ type: 'spa', id: 'long', name, redirectUris: [party.redirectUri], thirdParty: true });
  const page = await openPage(devices[1]);
  await page.goto(urlFor('long'));
  await signIn(page);
  await page.waitForSelector('#allow');
  const cut = await page.locator('.client').evaluate((element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    const [text, around] = [range.getBoundingClientRect(), element.closest('p')?.getBoundingClientRect()];
    return around === undefined || text.right > around.right + 1 || text.bottom > around.bottom + 1;
  });
  expect(cut).toBe(false);
  expect(await page.textContent('.client')).toBe(name);
});

test('every page is accessible in light and dark', async () => {
  const page = await openPage({ viewport: { width: 390, height: 844 }, javaScriptEnabled: true });
  await page.goto(server.issuer);
  await expectAccessible(page);
  await page.goto(urlFor('third', { scope: 'openid address', prompt: 'consent' }));
  await expectAccessible(page);
  await signIn(page, 'not the password');
  await page.waitForSelector('[role=alert]');
  await expectAccessible(page);
  await signIn(page);
  await page.waitForSelector('#allow');
  await expectAccessible(page);
  await page.goto(urlFor('own', { prompt: 'login' }));
  await expectAccessible(page);
  await page.goto(urlFor('own', { prompt: 'select_account' }));
  await expectAccessible(page);
  await page.goto(urlFor('own', { redirect_uri: 'https://evil.example/callback' }));
  await expectAccessible(page);
  await page.goto(`${server.issuer}/nothing/here`);
  await expectAccessible(page);
  await page.goto(`${server.issuer}/logout`);
  await expectAccessible(page);
  await page.click('#sign-out');
  await expectAccessible(page);
});

test('the back button after signing in neither shows a dead page nor signs anybody out', async () => {
  const page = await openPage({ viewport: { width: 1280, height: 800 }, javaScriptEnabled: true });
  await page.goto(urlFor('own'));
  await signIn(page);
  await page.waitForURL('**/welcome');
  await page.goBack();
  await page.waitForURL('**/welcome');
});
