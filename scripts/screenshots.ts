/* Takes the pictures of the pages in docs/images, from a real server. */
import { mkdirSync, readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { changeSettings } from '../src/admin/settings.ts';
import { demoUser } from '../src/dev/demo.ts';
import { launchBrowser } from '../test/support/browser.ts';
import { Flow } from '../test/support/flow.ts';
import { startServer, unwrap } from '../test/support/server.ts';

const folder = 'docs/images';
mkdirSync(folder, { recursive: true });
const server = await startServer({ dev: true, displayName: 'Acme' });
const redirectUri = 'https://reader.example/callback';
const reader = await server.client({ type: 'spa', name: 'Reader', redirectUris: [redirectUri], thirdParty: true });
const url = (change: Record<string, string>) => new Flow(server.issuer, reader, { redirectUri }).authorizationUrl(change);
const browser = await launchBrowser();
const pictures: string[] = [];

async function shoot(page: Page, name: string): Promise<void> {
  const path = `${folder}/${name}.png`;
  await page.screenshot({ path });
  pictures.push(path);
}

for (const [scheme, size] of [['light', { width: 1000, height: 720 }], ['dark', { width: 390, height: 720 }]] as const) {
  const page = await browser.newPage({ colorScheme: scheme, viewport: size });
  await page.goto(url({ scope: 'openid profile email' }));
  await shoot(page, `sign-in-${scheme}`);
  await page.fill('#email', demoUser.email);
  await page.fill('#password', demoUser.password);
  await page.click('#sign-in');
  await page.waitForSelector('#allow');
  await shoot(page, `consent-${scheme}`);
  await page.goto(url({ redirect_uri: 'https://elsewhere.example/callback' }));
  await shoot(page, `error-${scheme}`);
  await page.goto(`${server.issuer}/walk`);
  await page.click('#walk-discover');
  await page.click('#walk-generate');
  await page.evaluate(() => window.scrollTo(0, 0));
  await shoot(page, `walk-${scheme}`);
  await page.close();
}

// The overview of the README: sign-in and walk side by side, on a desktop and on a phone.
const overview = await browser.newPage({ viewport: { width: 1500, height: 800 } });
const image = (name: string) => `<img src="data:image/png;base64,${readFileSync(`${folder}/${name}.png`).toString('base64')}">`;
await overview.setContent(`<style>body{margin:40px;display:flex;gap:30px;background:#fff}img{height:720px;border-radius:8px;box-shadow:0 4px 24px #0004}</style>
${image('walk-light')}${image('sign-in-dark')}`);
await overview.screenshot({ path: `${folder}/overview.png` });

// What people get: their account page, an authenticator app, and a sign-in in Arabic with a tenant's own colour.
const acme = await server.tenant('atlas');
const arabicClient = await acme.client({ type: 'spa', name: 'أطلس', redirectUris: [redirectUri] });
unwrap(await changeSettings(server.admin, 'atlas', { displayName: 'أطلس', brand: { accent: '#7a1f5c' }, emailSignIn: true }));
const arabic = await browser.newPage({ locale: 'ar', viewport: { width: 390, height: 720 } });
await arabic.goto(new Flow(acme.issuer, arabicClient, { redirectUri }).authorizationUrl());
await shoot(arabic, 'sign-in-arabic');
const own = await browser.newPage({ viewport: { width: 760, height: 720 } });
await own.goto(`${server.issuer}/account`);
await own.fill('#email', demoUser.email);
await own.fill('#password', demoUser.password);
await own.click('#sign-in');
await own.waitForSelector('h1');
await shoot(own, 'account');
await own.setViewportSize({ width: 390, height: 720 });
await own.emulateMedia({ colorScheme: 'dark' });
await own.goto(`${server.issuer}/account/authenticator`);
await shoot(own, 'authenticator');
await overview.setViewportSize({ width: 1700, height: 800 });
await overview.setContent(`<style>body{margin:40px;display:flex;gap:30px;background:#fff}img{height:720px;border-radius:8px;box-shadow:0 4px 24px #0004}</style>
${image('account')}${image('authenticator')}${image('sign-in-arabic')}`);
await overview.screenshot({ path: `${folder}/accounts.png` });
await browser.close();
await server.stop();
console.log(`${pictures.length + 2} pictures in ${folder}`);
