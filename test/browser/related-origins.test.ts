import { generateKeyPairSync } from 'node:crypto';
import { request } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { changeSettings } from '../../src/admin/settings.ts';
import { createTenant } from '../../src/admin/tenants.ts';
import { createClient } from '../../src/admin/clients.ts';
import { createUser } from '../../src/admin/users.ts';
import { launchBrowser } from '../support/browser.ts';
import { certificate } from '../support/certificates.ts';
import { Flow, payloadOf } from '../support/flow.ts';
import { acr, essential } from '../support/second-factors.ts';
import { freePort, password, startServer, type TestServer, unwrap } from '../support/server.ts';
import { type RelyingParty, startRelyingParty } from './relying-party.ts';

/* Browsers ask for related origins over https on its own port, so TLS ends in front of the server, and every name leads there. */
const [oldDomain, newDomain] = ['login.old.example', 'login.new.example'];

let browser: Browser;
let server: TestServer;
let party: RelyingParty;
let proxy: Server;

beforeAll(async () => {
  [server, party] = await Promise.all([startServer({ scheme: 'https' }), startRelyingParty()]);
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const der = certificate({ subject: oldDomain, issuer: oldDomain, publicKey, signer: privateKey, url: 'http://localhost/' });
  const cert = `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`;
  proxy = createServer({ key: privateKey.export({ type: 'pkcs8', format: 'pem' }), cert }, (incoming, outgoing) => {
    const { method, url: path, headers } = incoming;
    const forwarded = request({ host: '127.0.0.1', port: server.port, method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(forwarded);
  });
  const port = await freePort();
  await new Promise<void>((resolve) => void proxy.listen(port, '127.0.0.1', resolve));
  browser = await launchBrowser('--ignore-certificate-errors', `--host-resolver-rules=MAP *.example 127.0.0.1:${port}`);
});
afterAll(async () => {
  await browser.close();
  proxy.close();
  await party.stop();
  await server.stop();
});

test('a passkey from before signs in at the new domain, which the old one names (WebAuthn Level 3 §5.11)', async () => {
  const { id: tenantId } = unwrap(await createTenant(server.admin, { name: 'moving', domain: oldDomain }));
  const { client } = unwrap(await createClient(server.admin, tenantId, { type: 'spa', redirectUris: [party.redirectUri] }));
  const user = unwrap(await createUser(server.admin, tenantId, { email: 'ada@example.com', password, emailVerified: true, claims: {} }));
  const at = (domain: string) => new Flow(`https://${domain}:${server.port}`, { id: client.id, secret: '' }, { redirectUri: party.redirectUri });
  const context = await browser.newContext();
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', ctap2Version: 'ctap2_1', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  });
  await page.goto(at(oldDomain).authorizationUrl(essential(acr.resistant)));
  await page.fill('#email', 'ada@example.com');
  await page.fill('#password', password);
  await page.click('#sign-in');
  await page.click('#passkey');
  await page.click('#continue');
  // What has been set up proves something once it has been used.
  await page.click('#passkey');
  await page.waitForURL('**/welcome');

  unwrap(await changeSettings(server.admin, 'moving', { domain: newDomain }));
  await page.addInitScript(() => {
    PublicKeyCredential.isConditionalMediationAvailable = async () => false;
  });
  // A bookmark of the old address.
  const flow = at(oldDomain);
  await page.goto(flow.authorizationUrl());
  expect(new URL(page.url()).origin).toBe(`https://${newDomain}:${server.port}`);
  await page.click('#passkey');
  await page.waitForURL('**/welcome');
  const { json } = await new Flow(`https://${newDomain}:${server.port}`, flow.client, { redirectUri: party.redirectUri }).token({
    grant_type: 'authorization_code',
    code: party.last()?.parameters.get('code') ?? '',
    redirect_uri: party.redirectUri,
    code_verifier: flow.pkce.verifier,
  });
  expect(payloadOf(json.id_token)).toMatchObject({ iss: `https://${newDomain}:${server.port}`, sub: user.id, amr: expect.arrayContaining(['user']) as unknown });
  await context.close();
});
