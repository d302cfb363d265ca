import { createServer, type Server } from 'node:http';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { Flow } from '../support/flow.ts';
import { codeIn, linkIn, type MailServer, startMailServer } from '../support/mail-server.ts';
import { decide, giveTotp, totpCode } from '../support/second-factors.ts';
import { freePort, password, startServer, type TestServer } from '../support/server.ts';

/*
 * A client's callback may lead anywhere: to another site of its own, or into an application by the application's scheme.
 * Chromium applies `form-action` to that whole way, so each page with a form that leads back to a client is tried with it.
 */

let browser: Browser;
let mail: MailServer;
let server: TestServer;
let application: Server;
let redirectUri: string;
let context: BrowserContext;
let page: Page;
let people = 0;
/** Where the callback sends the browser on. */
let onward = '';
let arrivals: { readonly method: string; readonly answer: string }[] = [];
/** What the browser said about policies that it applied. */
let refusals: string[] = [];

beforeAll(async () => {
  [browser, mail] = await Promise.all([launchBrowser(), startMailServer()]);
  server = await startServer({ smtpUrl: mail.url });
  await decide(server, server, { signUp: 'open', emailSignIn: true, secondFactor: 'optional' });
  const port = await freePort();
  application = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.url?.startsWith('/callback') === true) {
        arrivals.push({ method: request.method ?? '', answer: request.method === 'POST' ? Buffer.concat(chunks).toString('utf8') : request.url });
        // 307 keeps the method: the strictest of what applications answer.
        response.writeHead(307, { location: onward }).end();
      } else {
        response.writeHead(200, { 'content-type': 'text/html' }).end('<title>App</title>');
      }
    });
  });
  await new Promise<void>((resolve) => void application.listen(port, '127.0.0.1', resolve));
  redirectUri = `http://localhost:${port}/callback`;
  await server.client({ type: 'spa', id: 'app', name: 'Reader', redirectUris: [redirectUri] });
  await server.client({ type: 'spa', id: 'third', name: 'Stranger', redirectUris: [redirectUri], thirdParty: true });
});
afterEach(() => context.close());
afterAll(async () => {
  await browser.close();
  application.close();
  await server.stop();
  await mail.stop();
});

async function open(javaScriptEnabled: boolean): Promise<string> {
  people += 1;
  context = await browser.newContext({ javaScriptEnabled });
  page = await context.newPage();
  arrivals = [];
  refusals = [];
  page.on('console', (message) => {
    if (/Content Security Policy/i.test(message.text())) {
      refusals.push(message.text());
    }
  });
  return `person${people}@example.com`;
}

/** Presses the button that leads back, and waits until the browser has tried to go where the callback leads. */
async function leadsOn(press: () => Promise<void>): Promise<void> {
  const tried = page.waitForEvent('requestfailed', { predicate: (request) => request.url().startsWith('app.reader:'), timeout: 10_000 });
  onward = 'app.reader:/signed-in';
  await Promise.all([tried, press()]);
  expect(refusals).toEqual([]);
  expect(arrivals.map(({ answer }) => /[?&]?code=/.test(answer))).toEqual([true]);
}

describe.each([
  { with: 'with JavaScript', javaScriptEnabled: true, responseMode: 'query' },
  { with: 'without JavaScript', javaScriptEnabled: false, responseMode: 'query' },
  { with: 'with JavaScript', javaScriptEnabled: true, responseMode: 'form_post' },
  { with: 'without JavaScript', javaScriptEnabled: false, responseMode: 'form_post' },
])('the way back goes on into an application, $with, by $responseMode', ({ javaScriptEnabled, responseMode }) => {
  const url = (change: Readonly<Record<string, string>> = {}, id = 'app') =>
    new Flow(server.issuer, { id, secret: '' }, { redirectUri }).authorizationUrl({ response_mode: responseMode, ...change });

  /** Without JavaScript the page that posts the answer has a button of its own. */
  async function press(selector: string): Promise<void> {
    await page.click(selector, { noWaitAfter: true });
    if (responseMode === 'form_post' && !javaScriptEnabled) {
      await page.click('#form-post #continue', { noWaitAfter: true });
    }
  }

  async function signIn(email: string, then = () => press('#sign-in')): Promise<void> {
    await page.fill('#email', email);
    await page.fill('#password', password);
    await then();
  }

  test('from sign-in, and from account choice', async () => {
    const email = await open(javaScriptEnabled);
    await server.user({ email });
    await page.goto(url());
    await leadsOn(() => signIn(email));
    arrivals = [];
    await page.goto(url({ prompt: 'select_account' }));
    await leadsOn(() => press('button[name="account"]'));
  });

  test('from sign-up, by the code of a mail', async () => {
    const email = await open(javaScriptEnabled);
    await page.goto(url({ prompt: 'create' }));
    await page.fill('#email', email);
    await page.click('#sign-up');
    await page.fill('#code', codeIn(await mail.waitFor(email)));
    await page.click('#confirm-code');
    await page.fill('#name', 'Ada');
    await page.fill('#new-password', 'a pelican under my umbrella');
    await leadsOn(() => press('#create-account'));
  });

  test('from a code and a link by mail', async () => {
    const email = await open(javaScriptEnabled);
    await server.user({ email });
    const sent = mail.mails.length;
    await page.goto(url());
    await page.fill('#email', email);
    await page.click('#email-code');
    await page.fill('#code', codeIn(await mail.waitFor(email, sent)));
    await leadsOn(() => press('#confirm-code'));
    arrivals = [];
    const sentAgain = mail.mails.length;
    await page.goto(url({ prompt: 'login' }));
    await page.fill('#email', email);
    await page.click('#email-code');
    await page.goto(linkIn(await mail.waitFor(email, sentAgain)));
    await leadsOn(() => press('#continue'));
  });

  test('from a second factor', async () => {
    const email = await open(javaScriptEnabled);
    const seed = await giveTotp(server, server, await server.user({ email }));
    await page.goto(url());
    await signIn(email, () => page.click('#sign-in'));
    await page.fill('#code', totpCode(seed, server.clock.now()));
    await leadsOn(() => press('form .primary'));
  });

  test('from consent', async () => {
    const email = await open(javaScriptEnabled);
    await server.user({ email });
    await page.goto(url({}, 'third'));
    await signIn(email, () => page.click('#sign-in'));
    await leadsOn(() => press('#allow'));
  });
});
