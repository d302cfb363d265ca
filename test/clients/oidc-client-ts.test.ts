import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { User, UserManager, UserManagerSettings } from 'oidc-client-ts';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { password, startServer, type TestServer } from '../support/server.ts';
import { listen, type Listening } from './relying-party.ts';

declare global {
  // What the page of the test application defines.
  var manager: UserManager;
  var popup: Promise<User | undefined>;
}

const library = readFileSync(fileURLToPath(import.meta.resolve('oidc-client-ts')).replace(/esm.*$/, 'browser/oidc-client-ts.min.js'));

describe('oidc-client-ts in Chromium', () => {
  let server: TestServer;
  let browser: Browser;
  let app: Listening;
  let context: BrowserContext;
  let settings: Partial<UserManagerSettings>;

  beforeAll(async () => {
    server = await startServer();
    await server.user({ claims: { name: 'Ada Lovelace' } });
    browser = await launchBrowser();
    app = await listen(() => (request, response) => {
      if (request.url === '/oidc-client-ts.js') {
        response.setHeader('content-type', 'text/javascript');
        response.end(library);
        return;
      }
      // Every path is the same page; each test says what the page is to do.
      response.setHeader('content-type', 'text/html');
      response.end(`<!doctype html><title>Application</title><script src="/oidc-client-ts.js"></script><script>
        const at = (path) => location.origin + path;
        globalThis.manager = new oidc.UserManager({
          redirect_uri: at('/callback'), silent_redirect_uri: at('/silent'), popup_redirect_uri: at('/popup'),
          post_logout_redirect_uri: at('/'), popup_post_logout_redirect_uri: at('/popup'),
          silentRequestTimeoutInSeconds: 5, ...${JSON.stringify(settings)} });
        if (location.pathname === '/silent') manager.signinSilentCallback();
        if (location.pathname === '/popup') (location.search.includes('code=') ? manager.signinPopupCallback() : manager.signoutPopupCallback());
      </script>`);
    });
  });
  afterAll(async () => {
    await browser.close();
    await app.stop();
    await server.stop();
  });
  beforeEach(async () => {
    context = await browser.newContext();
  });
  afterEach(() => context.close());

  /** Registers a client for the application at this address and opens it. */
  async function open(origin: string, change: { readonly thirdParty?: boolean } = {}): Promise<Page> {
    const client = await server.client({
      type: 'spa',
      popup: true,
      redirectUris: ['/callback', '/silent', '/popup'].map((path) => origin + path),
      postLogoutRedirectUris: ['/', '/popup'].map((path) => origin + path),
      ...change,
    });
    settings = { authority: server.issuer, client_id: client.id, scope: 'openid profile email', loadUserInfo: true, automaticSilentRenew: false };
    const page = await context.newPage();
    await page.goto(origin);
    return page;
  }

  async function signIn(page: Page): Promise<void> {
    await page.getByLabel('Email').fill('user1@example.com');
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
  }

  /** Signs in by redirect; the page ends at the callback with a user. */
  async function signInByRedirect(page: Page): Promise<void> {
    await page.evaluate(() => void manager.signinRedirect());
    await signIn(page);
    await page.waitForURL('**/callback?**');
    const profile = await page.evaluate(async () => (await manager.signinRedirectCallback()).profile);
    expect(profile).toMatchObject({ iss: server.issuer, name: 'Ada Lovelace', email: 'user1@example.com', email_verified: true });
  }

  const user = (page: Page) =>
    page.evaluate(async () => {
      const current = await manager.getUser();
      return { access: current?.access_token, refresh: current?.refresh_token, scopes: current?.scopes, expired: current?.expired };
    });

  test('signs in by redirect, renews by refresh token, revokes and signs out', async () => {
    const page = await open(app.url);
    await signInByRedirect(page);
    const first = await user(page);
    expect(first).toMatchObject({ scopes: ['openid', 'profile', 'email'], expired: false });

    await page.evaluate(() => manager.signinSilent());
    const second = await user(page);
    expect(second.access).not.toBe(first.access);
    expect(second.refresh).not.toBe(first.refresh);

    await page.evaluate(() => manager.revokeTokens(['access_token', 'refresh_token']));
    const status = await page.evaluate(
      async ([url, token]) => (await fetch(`${url}/userinfo`, { headers: { authorization: `Bearer ${token}` } })).status,
      [server.issuer, second.access] as const,
    );
    expect(status).toBe(401);

    await page.evaluate(() => void manager.signoutRedirect({ state: 'after' }));
    await page.waitForURL(`${app.url}/?**`);
    expect(await page.evaluate(async () => (await manager.signoutRedirectCallback()).userState)).toBe('after');
    await page.evaluate(() => void manager.signinRedirect());
    await page.waitForURL('**/sign-in?**');
  });

  test('a refusal is told in a way that the library can read', async () => {
    const page = await open(app.url);
    await page.evaluate(() => void manager.signinRedirect({ prompt: 'none' }));
    await page.waitForURL('**/callback?**');
    const refusal = page.evaluate(() => manager.signinRedirectCallback());
    await expect(refusal).rejects.toThrow('The user must sign in.');
  });

  test.each([
    { name: 'first-party', thirdParty: false },
    { name: 'third-party, which asks for consent', thirdParty: true },
  ])('signs in and out by popup, which keeps its opener: $name', async ({ thirdParty }) => {
    // 127.0.0.1 and localhost are different sites: the hard case.
    const origin = app.url.replace('localhost', '127.0.0.1');
    const page = await open(origin, { thirdParty });
    const [popup] = await Promise.all([
      page.waitForEvent('popup'),
      // Without the opener the popup looks closed to the application, which gives up then.
      page.evaluate(() => void (globalThis.popup = manager.signinPopup({ popupAbortOnClose: true }))),
    ]);
    await popup.getByLabel('Email').waitFor();
    expect(await popup.evaluate(() => window.opener !== null)).toBe(true);
    await signIn(popup);
    if (thirdParty) {
      await popup.getByRole('button', { name: 'Allow', exact: true }).click();
    }
    const name = await page.evaluate(async () => (await globalThis.popup)?.profile.name);
    expect(name).toBe('Ada Lovelace');

    await page.evaluate(() => manager.signoutPopup());
    expect(await page.evaluate(() => manager.getUser())).toBeNull();
  });

  test('a hidden frame renews where the application is of the same site', async () => {
    const page = await open(app.url);
    await signInByRedirect(page);
    await page.evaluate(() => manager.removeUser());
    expect(await page.evaluate(async () => (await manager.signinSilent())?.profile.name)).toBe('Ada Lovelace');
  });

  test('a hidden frame of another site is told to sign in, and none of our pages shows in it', async () => {
    const page = await open(app.url.replace('localhost', '127.0.0.1'));
    await signInByRedirect(page);
    await page.evaluate(() => manager.removeUser());
    await expect(page.evaluate(() => manager.signinSilent())).rejects.toThrow('The user must sign in.');
    // Without prompt=none the frame would show our sign-in page; the browser refuses to.
    const framed = await page.evaluate(async () => {
      const request = await manager.getUser().then(() => new URL(`${manager.settings.authority}/authorize`));
      request.search = new URLSearchParams({
        response_type: 'code',
        client_id: manager.settings.client_id,
        redirect_uri: manager.settings.redirect_uri,
        scope: 'openid',
        code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
        code_challenge_method: 'S256',
      }).toString();
      const frame = document.createElement('iframe');
      frame.src = request.href;
      const loaded = new Promise((resolve) => frame.addEventListener('load', resolve));
      document.body.append(frame);
      await loaded;
      return frame.contentDocument === null;
    });
    expect(framed).toBe(true);
    expect(page.frames().map((frame) => frame.url()).filter((url) => url.startsWith(server.issuer))).toStrictEqual([]);
  });
});
