import { createServer, type Server } from 'node:http';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { invite } from '../../src/flow/invitations.ts';
import { tenantSecretsReader } from '../../src/keys/tenant-secrets.ts';
import { createMailer } from '../../src/mail/outbox.ts';
import { tenantOf } from '../../src/oauth/tenant.ts';
import { launchBrowser } from '../support/browser.ts';
import { Flow } from '../support/flow.ts';
import { codeIn, linkIn, type MailServer, startMailServer } from '../support/mail-server.ts';
import { freePort, password, settle, startServer, type TestServer, unwrap } from '../support/server.ts';
import { expectAccessible } from './accessibility.ts';

const chosen = 'a pelican under my umbrella';

let browser: Browser;
let mail: MailServer;
let server: TestServer;
let application: Server;
let redirectUri: string;
let context: BrowserContext;
let page: Page;
let people = 0;

beforeAll(async () => {
  [browser, mail] = await Promise.all([launchBrowser(), startMailServer()]);
  server = await startServer({ smtpUrl: mail.url });
  const { brand } = server.record.settings;
  await settle(server.store, server.record.id, { signUp: 'open', emailSignIn: true, brand: { ...brand, accent: '#7a1f5c', termsUri: 'https://acme.example/terms' } });
  const port = await freePort();
  application = createServer((_request, response) => response.end('<!doctype html><title>App</title><h1>Back in the application</h1>'));
  await new Promise<void>((resolve) => void application.listen(port, '127.0.0.1', resolve));
  redirectUri = `http://127.0.0.1:${port}/callback`;
  await server.client({ type: 'spa', id: 'app', name: 'Reader', redirectUris: [redirectUri] });
});
afterEach(() => context.close());
afterAll(async () => {
  await browser.close();
  application.close();
  await server.stop();
  await mail.stop();
});

const authorizationUrl = (change: Readonly<Record<string, string>> = {}) => new Flow(server.issuer, { id: 'app', secret: '' }, { redirectUri }).authorizationUrl(change);

async function expectArrived(): Promise<void> {
  await page.waitForURL(`${redirectUri}?*`);
  expect(new URL(page.url()).searchParams.has('code')).toBe(true);
}

const devices = [
  { device: 'a desktop', viewport: { width: 1280, height: 800 }, javaScriptEnabled: true },
  { device: 'a phone without JavaScript', viewport: { width: 390, height: 844 }, javaScriptEnabled: false },
] as const;

describe.each(devices)('on $device', ({ viewport, javaScriptEnabled }) => {
  const checks = async () => (javaScriptEnabled ? expectAccessible(page) : undefined);

  async function open(): Promise<string> {
    people += 1;
    context = await browser.newContext({ viewport, javaScriptEnabled });
    page = await context.newPage();
    return `person${people}@example.com`;
  }

  test('somebody new makes an account by a code and is back in the application', async () => {
    const email = await open();
    await page.goto(authorizationUrl());
    await page.click('#to-sign-up');
    await checks();
    await page.fill('#email', email);
    await page.click('#sign-up');
    await checks();
    await page.fill('#code', codeIn(await mail.waitFor(email)));
    await page.click('#confirm-code');
    await checks();
    await page.fill('#name', 'Ada');
    await page.fill('#new-password', chosen);
    await page.check('#terms');
    await page.click('#create-account');
    await expectArrived();
  });

  test('a code by mail signs in, and so does the link in the same browser', async () => {
    const email = await open();
    await server.user({ email });
    await page.goto(authorizationUrl());
    await page.fill('#email', email);
    await page.click('#email-code');
    await page.fill('#code', codeIn(await mail.waitFor(email)));
    await page.click('#confirm-code');
    await expectArrived();

    const sent = mail.mails.length;
    await page.goto(authorizationUrl({ prompt: 'login' }));
    await page.fill('#email', email);
    await page.click('#email-code');
    await page.goto(linkIn(await mail.waitFor(email, sent)));
    await checks();
    await page.click('#continue');
    await expectArrived();
  });

  test('a forgotten password is set anew by the link', async () => {
    const email = await open();
    await server.user({ email });
    await page.goto(authorizationUrl());
    await page.click('#forgot-password');
    await checks();
    await page.fill('#email', email);
    await page.click('#send-link');
    await checks();
    await page.goto(linkIn(await mail.waitFor(email)));
    await checks();
    await page.fill('#new-password', chosen);
    await page.click('#set-password');
    await checks();
    await page.goto(authorizationUrl());
    await page.fill('#email', email);
    await page.fill('#password', chosen);
    await page.click('#sign-in');
    await expectArrived();
  });

  test('an invitation leads to an account and its page', async () => {
    const email = await open();
    const { store, clock, admin, record } = server;
    const tenant = tenantOf(record, tenantSecretsReader(admin.sealingKey), admin.url);
    const { link } = unwrap(await invite({ store, clock, tenant, mailer: createMailer({ store, clock, poke: () => undefined }) }, { email, locale: 'en' }));
    await page.goto(link);
    await checks();
    await page.fill('#name', 'Guest');
    await page.fill('#new-password', chosen);
    await page.check('#terms');
    await page.click('#create-account');
    await page.waitForURL('**/account');
    expect(await page.textContent('body')).toContain(email);
  });

  test('of two people in one browser either can go on', async () => {
    const [ada, bob] = [await open(), `other${people}@example.com`];
    for (const email of [ada, bob]) {
      await server.user({ email });
      await page.goto(authorizationUrl({ prompt: 'login' }));
      await page.fill('#email', email);
      await page.fill('#password', password);
      await page.click('#sign-in');
      await expectArrived();
    }
    await page.goto(authorizationUrl({ prompt: 'select_account' }));
    await checks();
    expect(await page.locator('button[name=account] .email').allTextContents()).toEqual([bob, ada]);
    await page.click(`button[name=account]:has-text("${ada}")`);
    await expectArrived();
  });
});
