import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { directionOf, type Locale, locales } from '../../src/words/locale.ts';
import { wordsOf } from '../../src/words/words.ts';
import { launchBrowser } from '../support/browser.ts';
import { Flow } from '../support/flow.ts';
import { type MailServer, startMailServer } from '../support/mail-server.ts';
import { password, settle, startServer, type TestServer } from '../support/server.ts';
import { expectAccessible } from './accessibility.ts';
import { type RelyingParty, startRelyingParty } from './relying-party.ts';

let browser: Browser;
let server: TestServer;
let mail: MailServer;
let party: RelyingParty;
let context: BrowserContext;

const email = 'ada@example.com';

beforeAll(async () => {
  [browser, mail, party] = await Promise.all([launchBrowser(), startMailServer(), startRelyingParty()]);
  server = await startServer({ smtpUrl: mail.url, displayName: 'Acme' });
  await settle(server.store, server.record.id, { signUp: 'open', emailSignIn: true });
  await server.user({ email, claims: { name: 'Ada Lovelace' } });
  await server.client({ type: 'spa', id: 'own', name: 'Our own app', redirectUris: [party.redirectUri] });
});
afterEach(() => context.close());
afterAll(async () => {
  await browser.close();
  await party.stop();
  await server.stop();
  await mail.stop();
});

function urlFor(change: Record<string, string> = {}): string {
  return new Flow(server.issuer, { id: 'own', secret: '' }, { redirectUri: party.redirectUri }).authorizationUrl(change);
}

async function openPhone(locale: Locale): Promise<Page> {
  // The browser sends its locale as Accept-Language.
  context = await browser.newContext({ locale, viewport: { width: 390, height: 844 } });
  return context.newPage();
}

async function signIn(page: Page): Promise<void> {
  await page.fill('#email', email);
  await page.fill('#password', password);
  await page.click('#sign-in');
}

/** Pages of every kind; after each, `look` is given what its title opens with. */
async function visitPages(page: Page, locale: Locale, look: (title: string) => Promise<void>): Promise<void> {
  const words = wordsOf(locale);
  await page.goto(urlFor({ prompt: 'create' }));
  await look(words['sign_up.title']);
  await page.goto(urlFor());
  await look(words['sign_in.title']);
  // Most tenants have no account for it, and it shows what a long address does to the page.
  await page.fill('#email', 'somebody.with.a.very.long.address@department.organisation.example');
  await page.click('#email-code');
  await look(words['email_code.title']);
  await page.goto(`${server.issuer}/forgot-password`);
  await look(words['forgot_password.title']);
  await page.goto(urlFor({ redirect_uri: 'https://elsewhere.example/callback' }));
  await look(words['error.redirect_uri_mismatch']);
  await page.goto(`${server.issuer}/account`);
  await signIn(page);
  await page.waitForURL('**/account');
  await look(words['account.title']);
}

describe.each(locales)('in %s, on a phone', (locale) => {
  test('every page says its language and direction, and nothing overflows', async () => {
    const page = await openPhone(locale);
    await visitPages(page, locale, async (title) => {
      const seen = await page.evaluate(() => {
        const { lang, dir, scrollWidth, clientWidth } = document.documentElement;
        const overflowing = [...document.querySelectorAll('button, .button')].filter((button) => button.scrollWidth > button.clientWidth || button.scrollHeight > button.clientHeight + 1);
        return {
          lang,
          dir,
          title: document.title,
          beyond: Math.max(0, scrollWidth - clientWidth),
          // A link among text has no box of its own.
          overflowing: overflowing.filter((button) => getComputedStyle(button).display !== 'inline').map((button) => button.textContent),
        };
      });
      expect(seen).toEqual({ lang: locale, dir: directionOf(locale), title: `${title} · Acme`, beyond: 0, overflowing: [] });
    });
  });
});

// One language of each direction: what axe looks at does not depend on the words.
test.each(['pt', 'ar'] as const)('pages in %s are accessible', async (locale) => {
  const page = await openPhone(locale);
  await visitPages(page, locale, () => expectAccessible(page));
});

test('somebody signs in in Arabic, from a wrong password to the application', async () => {
  const words = wordsOf('ar');
  const page = await openPhone('ar');
  await page.goto(urlFor());
  expect(await page.getAttribute('html', 'dir')).toBe('rtl');
  expect(await page.textContent('#sign-in')).toBe(words['sign_in.submit']);
  await page.fill('#email', email);
  await page.fill('#password', 'not the password');
  await page.click('#sign-in');
  expect(await page.textContent('[role=alert]')).toBe(words['sign_in.wrong_credentials']);
  await page.fill('#password', password);
  await page.click('#sign-in');
  await page.waitForURL('http://app.localhost:*/welcome');
  expect(party.last()?.parameters.get('code')).toMatch(/^code_/);
});

test('what is typed and read in Latin letters goes from left to right on a page that goes from right to left', async () => {
  const page = await openPhone('ar');
  await page.goto(urlFor());
  const styleOf = (selector: string) => page.$eval(selector, (element) => [getComputedStyle(element).direction, getComputedStyle(element).textAlign]);
  expect(await styleOf('#email')).toEqual(['ltr', 'end']);
  expect(await styleOf('#password')).toEqual(['ltr', 'end']);
  await page.fill('#email', email);
  await page.click('#email-code');
  expect(await styleOf('#code')).toEqual(['ltr', 'end']);
});
