import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { demoUser } from '../../src/dev/demo.ts';
import { launchBrowser } from '../support/browser.ts';
import { type DevServer, startDev } from './processes.ts';

describe('examples/backend in Chromium', () => {
  let dev: DevServer;
  let browser: Browser;
  let backend: string;
  let context: BrowserContext;
  let page: Page;
  let problems: string[];

  beforeAll(async () => {
    dev = await startDev();
    const api = await dev.example('api', () => ({}));
    backend = await dev.example('backend', async (url) => {
      const scopes = 'openid profile email demo:read';
      const uris = ['--redirect-uri', `${url}/callback`, '--post-logout-redirect-uri', `${url}/`];
      const client = await dev.client('--type', 'web', '--name', 'Back end', '--scope', scopes, ...uris);
      return { CLIENT_ID: client.client_id, CLIENT_SECRET: client.client_secret, API_URL: api };
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
    await page.goto(backend);
  });
  afterEach(() => context.close());

  const sessionCookie = async () => (await context.cookies(backend)).find((cookie) => cookie.name === 'example-session');

  async function signIn(): Promise<void> {
    await page.getByRole('link', { name: 'Sign in' }).click();
    await page.getByLabel('Email').fill(demoUser.email);
    await page.getByLabel('Password').fill(demoUser.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Hello, Robin Demo' }).waitFor();
  }

  test('signs in, calls the API and signs out', async () => {
    await page.getByRole('link', { name: 'Sign in' }).click();
    await page.getByLabel('Email').waitFor();
    const before = await sessionCookie();
    await page.goto(backend);
    await signIn();
    const after = await sessionCookie();
    expect(after).toMatchObject({ httpOnly: true, sameSite: 'Lax' });
    expect(after?.value).not.toBe(before?.value);
    expect(page.url()).toBe(`${backend}/`);

    await page.getByRole('link', { name: 'Call the API' }).click();
    await page.getByText('"Buy milk"').waitFor();

    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('Nobody is signed in.').waitFor();
    expect(page.url()).toBe(`${backend}/`);
    await page.getByRole('link', { name: 'Sign in' }).click();
    await page.getByLabel('Password').waitFor();
    expect(problems).toStrictEqual([]);
  });

  test('refuses an answer that this browser has not asked for', async () => {
    await page.goto(`${backend}/callback?code=stolen&state=unknown&iss=${encodeURIComponent(dev.issuer)}`);
    await page.getByText('No sign-in was started in this browser.').waitFor();
  });

  test('signs nobody out by a form of another site', async () => {
    await signIn();
    const answer = await page.request.post(`${backend}/sign-out`, { form: { form_token: 'guessed' } });
    expect(answer.status()).toBe(403);
    await page.reload();
    await page.getByRole('heading', { name: 'Hello, Robin Demo' }).waitFor();
  });
});
