import { describe, expect, test } from 'vitest';
import { ask, microauth, newFolder, refusal } from './microauth.ts';

describe('clients', () => {
  test('of every type are made with the defaults of their type', async () => {
    const folder = newFolder();
    const uri = 'https://app.example.com/callback';
    const spa = await ask<Record<string, unknown>>(folder, ['client', 'create', '--type', 'spa', '--name', 'My app', '--redirect-uri', uri]);
    expect(spa).toEqual({
      client_id: expect.stringMatching(/^client_/),
      client_name: 'My app',
      type: 'spa',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      redirect_uris: [uri],
      post_logout_redirect_uris: [],
      scope: 'openid profile email address phone offline_access groups',
      first_party: true,
      require_pkce: true,
      strict_pkce: false,
      id_token_signed_response_alg: 'RS256',
      claims_in_id_token: true,
      enabled: true,
      created_at: expect.any(String),
      updated_at: expect.any(String),
      version: 1,
    });
    const web = await ask<Record<string, unknown>>(folder, ['client', 'create', '--type', 'web', '--name', 'Site', '--redirect-uri', uri]);
    expect(web).toMatchObject({ token_endpoint_auth_method: 'client_secret_basic', client_secret: expect.stringMatching(/^secret_.{43}$/) });
    const service = await ask<Record<string, unknown>>(folder, ['client', 'create', '--type', 'service', '--name', 'Job']);
    expect(service).toMatchObject({ grant_types: ['client_credentials'], scope: '', redirect_uris: [], client_secret: expect.any(String) });
    const { clients } = await ask<{ clients: readonly { readonly client_id: string }[] }>(folder, ['client', 'list']);
    expect(new Set(clients.map((client) => client.client_id))).toEqual(new Set([spa, web, service].map((client) => client['client_id'])));
    expect(JSON.stringify(clients)).not.toMatch(/client_secret"|hash/i);
    expect(JSON.stringify(clients)).not.toContain(web['client_secret']);
    expect(await ask(folder, ['client', 'show', String(spa['client_id'])])).toEqual(spa);
  });

  test('take every setting', async () => {
    const words = ['client', 'create', '--type', 'web', '--name', 'Site', '--client-id', 'my.site', '--uri', 'https://site.example.com/'];
    const uris = ['--redirect-uri', 'https://a.example.com/cb', '--redirect-uri', 'https://b.example.com/cb', '--post-logout-redirect-uri', 'https://a.example.com/'];
    const rest = ['--scope', 'openid  email', '--third-party', '--no-require-pkce', '--auth-method', 'client_secret_post', '--id-token-alg', 'ES256'];
    expect(await ask(newFolder(), [...words, ...uris, ...rest])).toMatchObject({
      client_id: 'my.site',
      client_uri: 'https://site.example.com/',
      redirect_uris: ['https://a.example.com/cb', 'https://b.example.com/cb'],
      post_logout_redirect_uris: ['https://a.example.com/'],
      scope: 'openid email',
      first_party: false,
      require_pkce: false,
      token_endpoint_auth_method: 'client_secret_post',
      id_token_signed_response_alg: 'ES256',
    });
  });

  test('are disabled, enabled, given a new secret and deleted', async () => {
    const folder = newFolder();
    const made = await ask<{ client_secret: string }>(folder, ['client', 'create', '--type', 'service', '--name', 'Job', '--client-id', 'job']);
    expect(await ask(folder, ['client', 'disable', 'job'])).toMatchObject({ client_id: 'job', enabled: false });
    expect(await ask(folder, ['client', 'enable', 'job'])).toMatchObject({ client_id: 'job', enabled: true });
    const rotated = await ask<{ client_secret: string }>(folder, ['client', 'rotate-secret', 'job']);
    expect(rotated.client_secret).toMatch(/^secret_/);
    expect(rotated.client_secret).not.toBe(made.client_secret);
    expect(await ask(folder, ['client', 'delete', 'job'])).toEqual({ client_id: 'job', deleted: true });
    for (const verb of ['show', 'delete', 'disable', 'rotate-secret']) {
      expect(await microauth(folder, ['client', verb, 'job'])).toEqual(refusal('There is no client "job" in this tenant.'));
    }
  });

  test('belong to one tenant', async () => {
    const folder = newFolder();
    const acme = await ask<{ id: string }>(folder, ['tenant', 'create', 'acme', '--domain', 'acme.localhost']);
    for (const tenant of [acme.id, 'acme', 'acme.localhost']) {
      await ask(folder, ['client', 'create', '--tenant', tenant, '--type', 'service', '--name', tenant]);
    }
    expect((await ask<{ clients: readonly { readonly client_id: string }[] }>(folder, ['client', 'list', '--tenant', 'acme'])).clients).toHaveLength(3);
    expect(await ask(folder, ['client', 'list'])).toEqual({ clients: [] });
    expect(await microauth(folder, ['client', 'list', '--tenant', 'nobody'])).toEqual(refusal('There is no tenant "nobody".'));
  });
});

describe('resources', () => {
  test('are made, listed and deleted', async () => {
    const folder = newFolder();
    await ask(folder, ['client', 'create', '--type', 'service', '--name', 'API', '--client-id', 'api']);
    const words = ['resource', 'create', 'https://api.example.com/', '--name', 'Files', '--scope', 'files:read files:write'];
    const files = await ask(folder, [...words, '--access-token-alg', 'RS256', '--client-id', 'api']);
    expect(files).toEqual({
      identifier: 'https://api.example.com/',
      name: 'Files',
      scope: 'files:read files:write',
      access_token_signed_response_alg: 'RS256',
      access_token_type: 'at+jwt',
      client_id: 'api',
      created_at: expect.any(String),
      updated_at: expect.any(String),
      version: 1,
    });
    expect(await ask(folder, ['resource', 'list'])).toEqual({ resources: [files] });
    expect(await microauth(folder, words)).toEqual(refusal('A resource https://api.example.com/ exists already.'));
    const long = `https://api.example.com/${'x'.repeat(120)}`;
    expect(await ask(folder, ['resource', 'create', long])).toMatchObject({ identifier: long, name: long.slice(0, 100) });
    expect(await ask(folder, ['resource', 'delete', 'https://api.example.com/'])).toEqual({ identifier: 'https://api.example.com/', deleted: true });
    expect(await microauth(folder, ['resource', 'delete', 'https://api.example.com/'])).toEqual(
      refusal('There is no resource "https://api.example.com/" in this tenant.'),
    );
  });
});

test('a scheme that others may claim is taken with a warning, on the screen and in JSON', async () => {
  const folder = newFolder();
  const words = ['client', 'create', '--type', 'native', '--redirect-uri', 'myapp://callback'];
  const warning = /^The scheme myapp: may be claimed by any application.* RFC 8252 §7\.1 /;
  expect(await ask(folder, words)).toMatchObject({ warnings: [expect.stringMatching(warning)] });
  expect((await microauth(folder, words)).stdout).toMatch(new RegExp(warning.source, 'm'));
  const app = await ask<{ client_id: string }>(folder, ['client', 'create', '--type', 'native', '--redirect-uri', 'com.example.app:/callback']);
  expect(app).not.toHaveProperty('warnings');
  expect(await ask(folder, ['client', 'set', app.client_id, '--add-redirect-uri', 'myapp://callback'])).toMatchObject({ warnings: [expect.stringMatching(warning)] });
});
