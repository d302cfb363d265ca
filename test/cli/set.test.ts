import { beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../support/server.ts';
import { send } from '../support/user-agent.ts';
import { ask, microauth, newFolder, refusal, startServerCommand } from './microauth.ts';

type View = Readonly<Record<string, unknown>>;

describe('client set', () => {
  const folder = newFolder();
  const uri = 'https://app.example.com/callback';
  const set = (id: string, ...options: readonly string[]) => ask<View>(folder, ['client', 'set', id, ...options]);
  let made: View;

  beforeAll(async () => {
    made = await ask<View>(folder, ['client', 'create', '--type', 'web', '--client-id', 'site', '--redirect-uri', uri]);
    await ask(folder, ['client', 'create', '--type', 'spa', '--client-id', 'spa', '--redirect-uri', uri]);
  });

  test('changes what is given, leaves the rest, and counts', async () => {
    const { client_secret: _secret, ...before } = made;
    const changed = await set('site', '--name', 'Site', '--uri', 'https://site.example.com/', '--third-party', '--second-factor', 'required', '--popup', '--strict-pkce', '--no-claims-in-id-token', '--auth-method', 'client_secret_post', '--id-token-alg', 'ES256');
    expect(changed).toEqual({
      ...before,
      client_name: 'Site',
      client_uri: 'https://site.example.com/',
      first_party: false,
      second_factor: 'required',
      popup: true,
      strict_pkce: true,
      claims_in_id_token: false,
      token_endpoint_auth_method: 'client_secret_post',
      id_token_signed_response_alg: 'ES256',
      updated_at: expect.any(String),
      version: 2,
    });
    expect(await ask(folder, ['client', 'show', 'site'])).toEqual(changed);
    const back = await set('site', '--name', 'site', '--uri', 'none', '--no-third-party', '--second-factor', 'none', '--no-popup', '--no-strict-pkce', '--claims-in-id-token', '--auth-method', 'client_secret_basic', '--id-token-alg', 'RS256');
    expect(back).toEqual({ ...before, updated_at: expect.any(String), version: 3 });
  });

  test('adds, takes away and replaces redirect URIs and scopes', async () => {
    const added = await set('spa', '--add-redirect-uri', 'https://b.example/cb', '--add-redirect-uri', uri, '--add-post-logout-redirect-uri', 'https://b.example/', '--add-scope', 'api:read', '--remove-scope', 'phone address');
    expect(added).toMatchObject({ redirect_uris: [uri, 'https://b.example/cb'], post_logout_redirect_uris: ['https://b.example/'], scope: 'openid profile email offline_access groups api:read' });
    const removed = await set('spa', '--remove-redirect-uri', uri, '--remove-post-logout-redirect-uri', 'https://b.example/');
    expect(removed).toMatchObject({ redirect_uris: ['https://b.example/cb'], post_logout_redirect_uris: [] });
    const replaced = await set('spa', '--redirect-uri', uri, '--post-logout-redirect-uri', uri, '--scope', 'openid');
    expect(replaced).toMatchObject({ redirect_uris: [uri], post_logout_redirect_uris: [uri], scope: 'openid' });
  });

  test('lets one client of its own off PKCE and nonce, and takes that back', async () => {
    expect(await set('site', '--unprotected-codes')).toMatchObject({ unprotected_codes: true });
    expect(await microauth(folder, ['client', 'set', 'site', '--require-pkce'])).toEqual(refusal('A client that may do without both PKCE and nonce cannot be held to PKCE.'));
    expect(await set('site', '--no-unprotected-codes', '--require-pkce')).toMatchObject({ require_pkce: true });
    expect(await set('site', '--no-require-pkce')).not.toHaveProperty('unprotected_codes');
  });

  test.each([
    [['spa', '--remove-redirect-uri', 'https://typo.example/cb'], 'The client spa has no "https://typo.example/cb" to remove.'],
    [['spa', '--add-redirect-uri', 'http://b.example/cb'], 'The redirect URI "http://b.example/cb" uses http, which is allowed only on localhost, *.localhost, 127.0.0.1 and [::1]; use https.'],
    [['nobody', '--name', 'x'], 'There is no client "nobody" in this tenant.'],
  ])('%j is refused as at creation', async (options, sentence) => {
    expect(await microauth(folder, ['client', 'set', ...options])).toEqual(refusal(sentence));
  });
});

describe('resource set', () => {
  const folder = newFolder();
  const api = 'https://api.example.com';
  let made: View;

  beforeAll(async () => {
    await ask(folder, ['client', 'create', '--type', 'service', '--client-id', 'asker']);
    await ask(folder, ['client', 'create', '--type', 'spa', '--client-id', 'public', '--redirect-uri', 'https://a.example/']);
    made = await ask<View>(folder, ['resource', 'create', api, '--scope', 'read write', '--default-scope', 'read']);
  });

  test('changes what is given, leaves the rest, and counts', async () => {
    const all = ['--name', 'API', '--add-scope', 'admin', '--remove-scope', 'write', '--add-default-scope', 'openid', '--access-token-alg', 'EdDSA', '--access-token-type', 'JWT', '--access-token-lifetime', '300', '--client-id', 'asker'];
    expect(await ask(folder, ['resource', 'set', api, ...all])).toEqual({
      ...made,
      name: 'API',
      scope: 'read admin',
      default_scope: 'read openid',
      access_token_signed_response_alg: 'EdDSA',
      access_token_type: 'JWT',
      access_token_lifetime: 300,
      client_id: 'asker',
      updated_at: expect.any(String),
      version: 2,
    });
    const back = ['--name', api, '--scope', 'read write', '--default-scope', 'read', '--access-token-alg', 'ES256', '--access-token-type', 'at+jwt', '--access-token-lifetime', 'none', '--client-id', 'none'];
    expect(await ask(folder, ['resource', 'set', api, ...back])).toEqual({ ...made, updated_at: expect.any(String), version: 3 });
  });

  test.each([
    [[api, '--scope', 'openid'], 'The scope openid belongs to OpenID Connect; a resource needs a name of its own for it.'],
    [[api, '--remove-scope', 'read'], 'The default scope "read" is neither a scope of this resource nor one of OpenID Connect.'],
    [[api, '--remove-default-scope', 'write'], `The resource ${api} has no "write" to remove.`],
    [[api, '--access-token-lifetime', '59'], 'The lifetime of access tokens must be a whole number of seconds from 60 to 86400.'],
    [[api, '--client-id', 'public'], 'The client public is public; only one with a secret may ask the introspection endpoint.'],
    [[api, '--client-id', 'nobody'], 'There is no client "nobody" in this tenant.'],
    [['https://other.example', '--name', 'x'], 'There is no resource "https://other.example" in this tenant.'],
  ])('%j is refused as at creation', async (options, sentence) => {
    expect(await microauth(folder, ['resource', 'set', ...options])).toEqual(refusal(sentence));
  });
});

describe('user set', () => {
  const folder = newFolder();
  const set = (...options: readonly string[]) => ask<View>(folder, ['user', 'set', ...options]);

  beforeAll(async () => {
    const claims = ['--claim', 'nickname=A', '--claim', 'phone_number=+44 20 7946 0123', '--claim', 'phone_number_verified=true'];
    await ask(folder, ['user', 'create', '--email', 'ada@example.com', '--email-verified', ...claims]);
    await ask(folder, ['user', 'create', '--email', 'bob@example.com']);
  });

  test('changes claims and the address, which is verified only where it is said to be', async () => {
    const changed = await set('ada@example.com', '--name', 'Ada', '--claim', 'given_name=Ada', '--remove-claim', 'nickname', '--claim', 'phone_number=+44 20 7946 9999');
    expect(changed).toMatchObject({ email_verified: true, claims: { name: 'Ada', given_name: 'Ada', phone_number: '+44 20 7946 9999' }, version: 2 });
    expect(changed['claims']).not.toHaveProperty('phone_number_verified');
    // Another spelling of the same address has proved to be theirs.
    expect(await set('ada@example.com', '--email', 'Ada@Example.com')).toMatchObject({ email: 'Ada@Example.com', email_verified: true });
    expect(await set('ada@example.com', '--email', 'lovelace@example.com')).toMatchObject({ email: 'lovelace@example.com', email_verified: false });
    expect(await set('lovelace@example.com', '--email-verified')).toMatchObject({ email_verified: true });
    expect(await set('lovelace@example.com', '--no-email-verified')).toMatchObject({ email_verified: false });
    expect(await set('lovelace@example.com', '--email', 'ada@example.com', '--email-verified')).toMatchObject({ email: 'ada@example.com', email_verified: true });
    expect(await set('ada@example.com', '--enabled', 'off')).toMatchObject({ enabled: false });
    expect(await set('ada@example.com', '--enabled', 'on')).toMatchObject({ enabled: true });
  });

  test.each([
    [['--email', 'BOB@example.com'], 'A user with the e-mail address BOB@example.com exists already.'],
    [['--email', 'no address'], 'The e-mail address must have the form name@example.com.'],
    [['--email', 'zoë@example.com'], 'Before its @ an e-mail address must consist of unaccented Latin letters, digits and signs; letters such as é, ß or я cannot be used there.'],
    [['--claim', 'birthdate=tomorrow'], 'The claim birthdate must be a date such as 1815-12-10, 0000-12-10 or 1815.'],
    [['--remove-claim', 'gender'], 'The user has no claim "gender" to remove.'],
  ])('%j is refused as at creation', async (options, sentence) => {
    expect(await microauth(folder, ['user', 'set', 'ada@example.com', ...options])).toEqual(refusal(sentence));
  });

  test('is wrong with another switch than on or off, and finds nobody who is not there', async () => {
    expect((await microauth(folder, ['user', 'set', 'ada@example.com', '--enabled', 'maybe'])).code).toBe(2);
    expect(await microauth(folder, ['user', 'set', 'nobody@example.com', '--name', 'x'])).toEqual(refusal('There is no user "nobody@example.com" in this tenant.'));
  });

  test('tells the person of a new address at the old one, and that an administrator did it', async () => {
    const mailed = newFolder();
    const environment = { MICROAUTH_URL: `http://localhost:${await freePort()}` };
    const running = await startServerCommand(mailed, ['dev', '--json'], environment);
    try {
      await ask(mailed, ['user', 'set', 'demo@example.com', '--email', 'moved@example.com', '--claim', 'locale=de'], { environment });
      const mailbox = (await send(`${environment.MICROAUTH_URL}/dev/mailbox`)).text;
      expect(mailbox).toContain('demo@example.com');
      expect(mailbox).toContain('Your email address at MicroAuth was changed');
      expect(mailbox).toMatch(/By:? *an administrator/);
      expect(mailbox).not.toContain('moved@example.com');
    } finally {
      await running.stop();
    }
  });
});

describe('tenant set --domain and tenant alias', () => {
  const folder = newFolder();
  const acme = (...options: readonly string[]) => ask<View>(folder, ['tenant', 'set', 'acme', ...options]);
  const alias = (...words: readonly string[]) => ask<{ readonly aliases: readonly View[] }>(folder, ['tenant', 'alias', ...words]);

  beforeAll(async () => {
    await ask(folder, ['tenant', 'create', 'acme', '--domain', 'acme.localhost']);
    await ask(folder, ['tenant', 'create', 'other', '--domain', 'other.localhost']);
  });

  test('the old domain leads on to the new one, until it is removed', async () => {
    expect(await acme('--domain', 'new.localhost', '--display-name', 'Acme')).toMatchObject({ domain: 'new.localhost', issuer: 'http://new.localhost:4000', aliases: ['acme.localhost'], display_name: 'Acme', version: 2 });
    expect(await ask(folder, ['tenant', 'show', 'acme.localhost'])).toMatchObject({ name: 'acme' });
    expect(await alias('list', 'acme')).toEqual({ aliases: [{ name: 'acme.localhost', kind: 'domain', leads_to: 'http://new.localhost:4000' }] });
    expect(await alias('remove', 'acme', 'acme.localhost')).toEqual({ aliases: [] });
    expect(await acme('--domain', 'acme.localhost', '--no-keep-alias')).not.toHaveProperty('aliases');
    expect(await microauth(folder, ['tenant', 'alias', 'list', 'acme'])).toEqual({ code: 0, stdout: 'There are no aliases.\n', stderr: '' });
  });

  test('a name for the back channel is told from a domain', async () => {
    expect(await alias('add', 'acme', 'http://microauth:4000', '--back-channel')).toEqual({ aliases: [{ name: 'http://microauth:4000', kind: 'back_channel' }] });
    expect(await alias('add', 'acme', 'vanity.localhost')).toMatchObject({ aliases: [{ name: 'http://microauth:4000' }, { name: 'vanity.localhost', kind: 'domain' }] });
    expect(await alias('remove', 'acme', 'http://microauth:4000')).toMatchObject({ aliases: [{ name: 'vanity.localhost' }] });
    expect(await alias('remove', 'acme', 'vanity.localhost')).toEqual({ aliases: [] });
  });

  test.each([
    [['tenant', 'set', 'acme', '--domain', 'other.localhost'], 'The domain other.localhost belongs to another tenant already.'],
    [['tenant', 'set', 'acme', '--domain', 'https://new.localhost'], 'The setting domain must be a host name in lower case.'],
    [['tenant', 'set', 'default', '--domain', 'new.localhost'], 'The tenant default is the default tenant, which MICROAUTH_URL names: change that, and the server moves it when it starts.'],
    [['tenant', 'alias', 'add', 'acme', 'other.localhost'], 'The domain other.localhost belongs to another tenant already.'],
    [['tenant', 'alias', 'add', 'acme', 'acme.localhost'], 'The tenant acme has the name acme.localhost already.'],
    [['tenant', 'alias', 'add', 'acme', 'http://x'], 'The alias "http://x" must be a host name such as login.example.com: lower case, no scheme, port, path or final dot.'],
    [['tenant', 'alias', 'add', 'acme', 'microauth', '--back-channel'], 'The name for the back channel "microauth" must be an origin such as http://microauth:4000, as clients reach it.'],
    [['tenant', 'alias', 'remove', 'acme', 'nothing.localhost'], 'The tenant acme has no alias "nothing.localhost".'],
    [['tenant', 'alias', 'list', 'nobody'], 'There is no tenant "nobody".'],
  ])('%j is refused in a sentence', async (words, sentence) => {
    expect(await microauth(folder, words)).toEqual(refusal(sentence));
  });

  test('the domain of the default tenant follows MICROAUTH_URL, and the one before leads on to it', async () => {
    const moved = newFolder();
    await ask(moved, ['tenant', 'list'], { environment: { MICROAUTH_URL: 'http://old.localhost:4000' } });
    const environment = { MICROAUTH_URL: `http://localhost:${await freePort()}` };
    const running = await startServerCommand(moved, ['dev', '--json'], environment);
    try {
      const { port } = new URL(environment.MICROAUTH_URL);
      expect((await send(`http://old.localhost:${port}/account`)).headers['location']).toBe(`${environment.MICROAUTH_URL}/account`);
      expect((await send(`http://old.localhost:${port}/userinfo`)).status).toBe(421);
    } finally {
      await running.stop();
    }
  });
});
