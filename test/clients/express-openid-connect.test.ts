import express from 'express';
import { auth, type ConfigParams, requiresAuth } from 'express-openid-connect';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { password, startServer, type TestServer } from '../support/server.ts';
import { UserAgent } from '../support/user-agent.ts';
import { listen, type Listening, signIn } from './relying-party.ts';

describe('express-openid-connect', () => {
  let server: TestServer;
  const listening: Listening[] = [];

  beforeAll(async () => {
    server = await startServer();
    await server.user({ claims: { name: 'Ada Lovelace' } });
  });
  afterAll(async () => {
    await Promise.all(listening.map(({ stop }) => stop()));
    await server.stop();
  });

  /** An application with one protected page, registered as a web client. */
  async function application(settings: Partial<ConfigParams> = {}): Promise<string> {
    let baseUrl = '';
    const handlers = express();
    listening.push(
      await listen((url) => {
        baseUrl = url;
        return handlers;
      }),
    );
    const client = await server.client({
      type: 'web',
      redirectUris: [`${baseUrl}/callback`],
      postLogoutRedirectUris: [baseUrl],
      idTokenAlgorithm: settings.idTokenSigningAlg === 'ES256' ? 'ES256' : 'RS256',
    });
    handlers.use(
      auth({
        issuerBaseURL: server.issuer,
        baseURL: baseUrl,
        clientID: client.id,
        clientSecret: client.secret,
        secret: 'a secret of forty characters for cookies',
        authRequired: false,
        idpLogout: true,
        authorizationParams: { response_type: 'code', scope: 'openid profile email offline_access' },
        ...settings,
      }),
    );
    handlers.get('/', (request, response) => response.send(request.oidc.isAuthenticated() ? 'signed in' : 'signed out'));
    handlers.get('/me', requiresAuth(), (request, response) => {
      request.oidc.fetchUserInfo().then(
        (userinfo) => response.json({ user: request.oidc.user, userinfo, scope: request.oidc.accessToken?.token_type }),
        (error: unknown) => response.json({ error: String(error) }),
      );
    });
    handlers.get('/refresh', requiresAuth(), (request, response) => {
      request.oidc.accessToken?.refresh().then(
        (token) => response.json({ expires_in: token.expires_in }),
        (error: unknown) => response.json({ error: String(error) }),
      );
    });
    return baseUrl;
  }

  test.each([
    { name: 'with the defaults (RS256, client_secret_basic)', settings: {} },
    { name: 'with ES256 and client_secret_post', settings: { idTokenSigningAlg: 'ES256', clientAuthMethod: 'client_secret_post' } },
    { name: 'with the answer by form_post', settings: { authorizationParams: { response_type: 'code', response_mode: 'form_post', scope: 'openid profile email offline_access' } } },
  ] as const)('signs in, reads userinfo, refreshes and signs out $name', async ({ settings }) => {
    const url = await application(settings);
    const agent = new UserAgent();
    let page = await signIn(await agent.open(`${url}/me`), agent);
    if ('authorizationParams' in settings) {
      // The page posts itself; without a screen somebody has to press its button.
      page = await agent.submit(page, {});
    }
    expect(page.url.href).toBe(`${url}/me`);
    expect(JSON.parse(page.text)).toMatchObject({ user: { name: 'Ada Lovelace', email: 'user1@example.com' }, userinfo: { email_verified: true } });
    expect(JSON.parse((await agent.open(`${url}/refresh`)).text)).toMatchObject({ expires_in: expect.any(Number) });

    const after = await agent.open(`${url}/logout`);
    expect(after.url.href).toBe(`${url}/`);
    expect(after.text).toBe('signed out');
    expect((await agent.open(`${url}/me`)).url.pathname).toBe('/sign-in');
  });

  test('signs in by form_post in Chromium, where the page posts itself', async () => {
    const url = await application({ authorizationParams: { response_type: 'code', response_mode: 'form_post', scope: 'openid profile email' } });
    const browser = await launchBrowser();
    try {
      const page = await browser.newPage();
      await page.goto(`${url}/me`);
      await page.getByLabel('Email').fill('user1@example.com');
      await page.getByLabel('Password').fill(password);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.waitForURL(`${url}/me`);
      expect(JSON.parse((await page.textContent('body')) ?? '')).toMatchObject({ userinfo: { name: 'Ada Lovelace' } });
    } finally {
      await browser.close();
    }
  });
});
