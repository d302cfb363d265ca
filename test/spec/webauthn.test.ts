import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Authenticator, optionsOf, registrationOf } from '../support/authenticator.ts';
import { answerOf, Flow, payloadOf, redirectUri } from '../support/flow.ts';
import { openRegistration, registerPasskey, sendPasskey, usePasskey } from '../support/passkeys.ts';
import { acr, decide, essential, giveTotp, sendCode, totpCode } from '../support/second-factors.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { type Page, send } from '../support/user-agent.ts';

let server: TestServer;
let client: { id: string; secret: string };
const flow = () => new Flow(server.issuer, client);

beforeAll(async () => {
  server = await startServer();
  client = await server.client({ type: 'spa', redirectUris: [redirectUri] });
});
beforeEach(() => decide(server, server, {}));
afterAll(() => server.stop());

async function idTokenOf(at: Flow, page: Page): Promise<Record<string, unknown>> {
  return payloadOf((await at.redeem(answerOf(page).get('code') ?? '')).json.id_token);
}

describe('registration (WebAuthn Level 3 §7.1)', () => {
  test('asks for a discoverable passkey with user verification and no attestation, for a handle that says nothing', async () => {
    const user = await server.user({ claims: { name: 'Ada Lovelace' } });
    const options = registrationOf(await openRegistration(flow(), user));
    expect(options.authenticatorSelection).toEqual({ residentKey: 'required', requireResidentKey: true, userVerification: 'required' });
    expect([options.attestation, options.excludeCredentials, options.rp]).toEqual(['none', [], { id: 'localhost', name: 'Tenant default' }]);
    expect(options.pubKeyCredParams.map(({ alg }) => alg)).toEqual([-8, -7, -257]);
    const handle = Buffer.from(options.user.id, 'base64url');
    expect(handle.byteLength).toBe(32);
    expect(handle.toString('utf8')).not.toContain(user.id);
    expect([options.user.name, options.user.displayName]).toEqual([user.email, 'Ada Lovelace']);
    expect(Buffer.from(options.challenge, 'base64url').byteLength).toBe(32);
  });

  test('keeps what the credential is, excludes it the next time, and tells the person', async () => {
    const user = await server.user();
    const at = flow();
    const authenticator = await registerPasskey(at, user);
    const [passkey] = await server.store.listPasskeys(server.record.id, user.id);
    expect(passkey).toMatchObject({ id: authenticator.credentials[0]?.id, rpId: 'localhost', transports: ['hybrid', 'internal'], backedUp: true, name: 'Passkey' });
    expect(await server.store.readFactors(server.record.id, user.id)).toMatchObject({ passkeys: 1, recoveryCodes: 10 });
    expect((await server.store.listSecurityEvents(server.record.id, user.id, 9)).map(({ kind }) => kind)).toContain('passkey_added');
  });

  test('whoever has an authenticator app proves it before a passkey is put beside it', async () => {
    const user = await server.user();
    const seed = await giveTotp(server, server, user);
    const at = flow();
    const page = await at.signIn(await at.authorize(essential(acr.resistant)), user.email);
    expect(page.url.pathname).toBe('/second-factor');
    const next = await sendCode(at, page, totpCode(seed, server.clock.now()));
    expect(next.url.pathname).toBe('/set-up-factor');
    expect(at.agent.cookies('localhost').has('microauth-session')).toBe(false);
    const authenticator = new Authenticator(server.issuer);
    const done = await at.agent.submit(next, { credential: authenticator.create(registrationOf(next)) }, redirectUri);
    const asked = await at.agent.submit(done, {}, redirectUri);
    expect(asked.url.pathname).toBe('/second-factor');
    const idToken = await idTokenOf(at, await usePasskey(at, asked, authenticator));
    expect([idToken['acr'], idToken['amr']]).toEqual([acr.resistant, ['pwd', 'otp', 'swk', 'user', 'mfa']]);
  });
});

describe('authentication (WebAuthn Level 3 §7.2)', () => {
  test('a passkey signs its owner in, without a name and without a password', async () => {
    for (const [synced, amr] of [[true, ['swk', 'user', 'mfa']], [false, ['hwk', 'user', 'mfa']]] as const) {
      const user = await server.user();
      const authenticator = await registerPasskey(flow(), user, new Authenticator(server.issuer, { synced }));
      const at = flow();
      const page = await at.authorize(essential(acr.resistant));
      const options = optionsOf(page);
      expect(options).toMatchObject({ rpId: 'localhost', userVerification: 'required', allowCredentials: [] });
      const idToken = await idTokenOf(at, await sendPasskey(at, page, authenticator.get(options)));
      expect([idToken['sub'], idToken['acr'], idToken['amr']]).toEqual([user.id, acr.resistant, amr]);
    }
  });

  test('it is enough wherever a second factor is required', async () => {
    const user = await server.user();
    const authenticator = await registerPasskey(flow(), user);
    await decide(server, server, { secondFactor: 'required' });
    const at = flow();
    const page = await at.authorize();
    expect(answerOf(await sendPasskey(at, page, authenticator.get(optionsOf(page)))).has('code')).toBe(true);
  });

  test('it is a second factor after the password, and then names its owner’s passkeys only', async () => {
    const user = await server.user();
    const authenticator = await registerPasskey(flow(), user);
    const at = flow();
    const page = await at.signIn(await at.authorize(), user.email);
    expect(page.url.pathname).toBe('/second-factor');
    const options = optionsOf(page);
    expect(options.allowCredentials?.map(({ id }) => id)).toEqual(authenticator.credentials.map(({ id }) => id));
    // An authenticator need not repeat the handle where it was told the credential.
    const idToken = await idTokenOf(at, await at.agent.submit(page, { credential: authenticator.get(options, { userHandle: undefined }) }, redirectUri));
    expect([idToken['acr'], idToken['amr']]).toEqual([acr.resistant, ['pwd', 'swk', 'user', 'mfa']]);
  });

  test('it makes a session stronger', async () => {
    const user = await server.user();
    const at = flow();
    const authenticator = await registerPasskey(flow(), user);
    await decide(server, server, { secondFactor: 'off' });
    const before = await idTokenOf(at, await at.signIn(await at.authorize(), user.email));
    const page = await at.authorize(essential(acr.resistant));
    expect([page.url.pathname, page.text.includes('id="by-')]).toEqual(['/second-factor', false]);
    const after = await idTokenOf(at, await at.agent.submit(page, { credential: authenticator.get(optionsOf(page)) }, redirectUri));
    expect([after['sid'], after['auth_time'], after['acr']]).toEqual([before['sid'], before['auth_time'], acr.resistant]);
  });

  test('a counter that grows is taken up', async () => {
    const user = await server.user();
    const authenticator = await registerPasskey(flow(), user);
    for (const counter of [1, 7, 4_000_000_000]) {
      const at = flow();
      const page = await at.authorize();
      expect(answerOf(await sendPasskey(at, page, authenticator.get(optionsOf(page), { counter }))).has('code')).toBe(true);
      expect((await server.store.listPasskeys(server.record.id, user.id))[0]).toMatchObject({ counter });
    }
  });
});

describe('the relying party id and related origins (WebAuthn Level 3 §5.11)', () => {
  test('a tenant chooses them for new passkeys; those from before stay what they are', async () => {
    const acme = await server.tenant('acme');
    const user = await acme.user();
    const acmeClient = await acme.client({ type: 'spa', redirectUris: [redirectUri] });
    const at = () => new Flow(acme.issuer, acmeClient);
    const old = await registerPasskey(at(), user);
    expect((await server.store.listPasskeys(acme.record.id, user.id))[0]?.rpId).toBe('acme.localhost');
    await decide(server, acme, { passkeyRpId: 'localhost', passkeyOrigins: ['https://shop.example'] });
    const fresh = at();
    const page = await fresh.signIn(await fresh.authorize(), user.email);
    expect(optionsOf(page)).toMatchObject({ rpId: 'acme.localhost' });
    expect(answerOf(await fresh.agent.submit(page, { credential: old.get(optionsOf(page)) }, redirectUri)).has('code')).toBe(true);
    expect(optionsOf(await at().authorize())).toMatchObject({ rpId: 'localhost' });
    const other = await acme.user();
    const authenticator = await registerPasskey(at(), other);
    expect((await server.store.listPasskeys(acme.record.id, other.id))[0]?.rpId).toBe('localhost');
    const elsewhere = at();
    const signIn = await elsewhere.authorize();
    expect(answerOf(await sendPasskey(elsewhere, signIn, authenticator.get(optionsOf(signIn), { origin: 'https://shop.example' }))).has('code')).toBe(true);
  });

  test('are published, the tenant’s own first', async () => {
    const shop = await server.tenant('shop');
    for (const passkeyOrigins of [[], ['https://shop.example', 'https://shop.example.net']]) {
      await decide(server, shop, { passkeyOrigins });
      const page = await send(`${shop.issuer}/.well-known/webauthn`);
      expect([page.status, page.headers['content-type']]).toEqual([200, 'application/json']);
      expect(JSON.parse(page.text)).toEqual({ origins: [shop.issuer, ...passkeyOrigins] });
    }
  });
});
