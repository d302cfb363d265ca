import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { demoUser } from '../../src/dev/demo.ts';
import { launchBrowser } from '../support/browser.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { expectAccessible } from './accessibility.ts';

describe.each([
  { device: 'a desktop', viewport: { width: 1280, height: 900 } },
  { device: 'a phone', viewport: { width: 390, height: 844 } },
])('the walk page on $device', ({ viewport }) => {
  let browser: Browser;
  let server: TestServer;
  let page: Page;

  beforeAll(async () => {
    [browser, server] = await Promise.all([launchBrowser(), startServer({ dev: true })]);
    page = await browser.newPage({ viewport });
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
  });

  /** Presses a button of the page and gives what its result says. */
  async function press(name: string): Promise<string> {
    await page.click(`#${name}`);
    const result = page.locator(`#${name}-result`);
    await result.filter({ hasText: /\S/ }).waitFor();
    return (await result.textContent()) ?? '';
  }

  test('leads through the whole flow with the real values, and every attempt to break it is refused', async () => {
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(`${server.issuer}/walk`);
    await expectAccessible(page);
    expect(await press('walk-discover')).toContain(`${server.issuer}/token`);
    expect(await press('walk-generate')).toMatch(/[A-Za-z0-9_-]{43}/);
    await page.click('#walk-sign-in');
    await page.waitForURL('**/sign-in?**');
    await page.fill('#email', demoUser.email);
    await page.fill('#password', demoUser.password);
    await page.click('#sign-in');
    await page.waitForURL('**/walk');
    expect(await press('walk-exchange')).toContain('refresh_token');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('walk-exchange-result');
    expect(await press('walk-userinfo')).toContain(demoUser.email);
    expect(await press('walk-refresh')).toContain('The refresh token changed');
    expect(await press('walk-refresh-again')).toContain('byte for byte');
    await page.click('#walk-wrong-verifier');
    await page.locator('#walk-wrong-verifier-result').filter({ hasText: 'invalid_grant' }).waitFor();
    expect(await press('walk-right-verifier')).toContain('invalid_grant');
    expect(await press('walk-reuse-code')).toContain('used before');
    expect(await press('walk-refresh-after-reuse')).toContain('invalid_grant');
    await expectAccessible(page);
    expect(errors).toEqual([]);
  });

  test('gets a new code for whoever has read on until the first one had run out', async () => {
    const context = await browser.newContext({ viewport });
    const slow = await context.newPage();
    await slow.goto(`${server.issuer}/walk`);
    expect(await slow.isVisible('#walk-restart')).toBe(false);
    await slow.click('#walk-discover');
    await slow.click('#walk-generate');
    expect(await slow.isVisible('#walk-restart')).toBe(true);
    await slow.click('#walk-sign-in');
    await slow.fill('#email', demoUser.email);
    await slow.fill('#password', demoUser.password);
    await slow.click('#sign-in');
    await slow.waitForURL('**/walk');
    server.clock.advance(61_000);
    await slow.click('#walk-exchange');
    await slow.click('text=Get a new code');
    await slow.waitForFunction(() => document.querySelector('#walk-exchange:enabled') !== null);
    await slow.click('#walk-exchange');
    await slow.locator('#walk-exchange-result').filter({ hasText: 'refresh_token' }).waitFor();
    await context.close();
  });

  test('ends with a client that is there, and with a command that makes another', async () => {
    const end = (await page.textContent('.step[data-step="end"]')) ?? '';
    expect(end).toContain('demo-spa');
    expect(end).toContain('npm run -s microauth -- client create --type spa');
  });

  test('says so when JavaScript is off', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false, viewport });
    const plain = await context.newPage();
    await plain.goto(`${server.issuer}/walk`);
    expect(await plain.textContent('noscript')).toContain('JavaScript');
    await context.close();
  });

  test('is not there on a tenant without its client, nor outside development', async () => {
    const acme = await server.tenant('acme');
    expect((await page.goto(`${acme.issuer}/walk`))?.status()).toBe(404);
    const production = await startServer();
    expect((await page.goto(`${production.issuer}/walk`))?.status()).toBe(404);
    await production.stop();
  });
});
