import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { demoUser } from '../../src/dev/demo.ts';
import { launchBrowser } from '../support/browser.ts';
import { type DevServer, startDev } from './processes.ts';

describe('examples/spa in Chromium', () => {
  let dev: DevServer;
  let browser: Browser;
  let spa: string;
  let context: BrowserContext;
  let page: Page;
  let problems: string[];

  beforeAll(async () => {
    dev = await startDev();
    let api = '';
    spa = await dev.example('spa', async (url) => {
      const home = `${url}/`;
      const scopes = 'openid profile email demo:read';
      const client = await dev.client('--type', 'spa', '--name', 'SPA', '--scope', scopes, '--redirect-uri', home, '--post-logout-redirect-uri', home);
      api = await dev.example('api', () => ({ ALLOWED_ORIGIN: url }));
      return { CLIENT_ID: client.client_id, API_URL: api };
    });
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await dev.stop();
  });
  beforeEach(async () => {
    context = await browser.newContext();
    page = await context.newPage();
    problems = [];
    page.on('console', (message) => problems.push(message.text()));
    page.on('pageerror', (error) => problems.push(error.message));
    await page.goto(spa);
  });
  afterEach(() => context.close());

  const press = (name: string) => page.getByRole('button', { name, exact: true }).click();

  async function signIn(): Promise<void> {
    await press('Sign in');
    await page.getByLabel('Email').fill(demoUser.email);
    await page.getByLabel('Password').fill(demoUser.password);
    await press('Sign in');
    await page.getByRole('heading', { name: 'Hello, Robin Demo' }).waitFor();
  }

  test('signs in, calls the API, refreshes and signs out', async () => {
    const redemption = page.waitForRequest('**/token');
    await signIn();
    expect(page.url()).toBe(`${spa}/`);
    expect(await page.locator('#email').textContent()).toBe(demoUser.email);
    expect(await page.locator('#scope').textContent()).toBe('openid profile email demo:read');
    const sent = new URLSearchParams((await redemption).postData() ?? '');
    expect(sent.get('code_verifier')).toMatch(/^[A-Za-z0-9_-]{43}$/);

    await press('Call the API');
    await page.getByText('"Buy milk"').waitFor();

    const refresh = page.waitForResponse('**/token');
    await press('Refresh');
    expect((await refresh).status()).toBe(200);
    expect(await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie.includes('token')])).toStrictEqual([0, 0, false]);

    await press('Sign out');
    await page.getByText('Nobody is signed in.').waitFor();
    expect(page.url()).toBe(`${spa}/`);
    await press('Sign in');
    await page.getByLabel('Password').waitFor();
    expect(problems).toStrictEqual([]);
  });

  test('signs in again without a password after a reload, while the session lasts', async () => {
    await signIn();
    await page.reload();
    await press('Sign in');
    await page.getByRole('heading', { name: 'Hello, Robin Demo' }).waitFor();
  });

  test('refuses an answer that it has not asked for, and one of another provider', async () => {
    await page.goto(`${spa}/?code=stolen&state=unknown&iss=${encodeURIComponent(dev.issuer)}`);
    await page.getByText('This answer belongs to no sign-in that was started here.').waitFor();
    await page.evaluate(() => sessionStorage.setItem('sign-in', JSON.stringify({ verifier: 'v', state: 's', nonce: 'n' })));
    await page.goto(`${spa}/?code=stolen&state=s&iss=https://attacker.example`);
    await page.getByText('This answer comes from another provider.').waitFor();
  });

  test('says so when the sign-in is over', async () => {
    await signIn();
    const elsewhere = await context.newPage();
    await elsewhere.goto(`${dev.issuer}/logout`);
    await elsewhere.getByRole('button', { name: 'Sign out', exact: true }).click();
    await elsewhere.getByRole('heading').first().waitFor();
    await press('Refresh');
    await page.getByText('Nobody is signed in.').waitFor();
    expect(await page.locator('#problem').isVisible()).toBe(true);
  });
});
