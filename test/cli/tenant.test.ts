import { describe, expect, test } from 'vitest';
import { ask, microauth, newFolder, refusal } from './microauth.ts';

describe('tenants', () => {
  test('are made, listed, shown by name, id and domain, and deleted', async () => {
    const folder = newFolder();
    const acme = await ask<{ id: string }>(folder, ['tenant', 'create', 'acme', '--domain', 'acme.localhost', '--display-name', 'Acme Ltd']);
    expect(acme).toEqual({
      id: expect.stringMatching(/^tenant_/),
      name: 'acme',
      display_name: 'Acme Ltd',
      domain: 'acme.localhost',
      issuer: 'http://acme.localhost:4000',
      enabled: true,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      updated_at: expect.any(String),
      version: 1,
    });
    for (const reference of ['acme', acme.id, 'acme.localhost', 'ACME.localhost']) {
      expect(await ask(folder, ['tenant', 'show', reference])).toMatchObject(acme);
    }
    const { tenants } = await ask<{ tenants: readonly { readonly name: string; readonly domain: string }[] }>(folder, ['tenant', 'list']);
    expect(tenants.map(({ name, domain }) => [name, domain])).toEqual(
      expect.arrayContaining([
        ['default', 'localhost'],
        ['acme', 'acme.localhost'],
      ]),
    );
    expect(await ask(folder, ['tenant', 'delete', 'acme'])).toEqual({ id: acme.id, deleted: true });
    expect((await ask<{ tenants: readonly { readonly name: string; readonly domain: string }[] }>(folder, ['tenant', 'list'])).tenants).toHaveLength(1);
  });

  test('keep their names and domains to themselves', async () => {
    const folder = newFolder();
    await ask(folder, ['tenant', 'create', 'acme', '--domain', 'acme.localhost']);
    expect(await microauth(folder, ['tenant', 'create', 'acme', '--domain', 'b.localhost'])).toEqual(
      refusal('A tenant named acme exists already.'),
    );
    expect(await microauth(folder, ['tenant', 'create', 'other', '--domain', 'acme.localhost'])).toEqual(
      refusal('The domain acme.localhost belongs to another tenant already.'),
    );
    expect(await microauth(folder, ['tenant', 'create', 'other', '--domain', '127.1'])).toEqual(
      refusal('The domain "127.1" must be a host name such as acme.example.com: lower case, no scheme, port, path or final dot, and other letters than a to z in their xn-- form.'),
    );
  });

  test('the default one follows MICROAUTH_URL and cannot be deleted', async () => {
    const folder = newFolder();
    const environment = { MICROAUTH_URL: 'https://id.example.com' };
    const { tenants } = await ask<{ tenants: readonly { readonly name: string; readonly domain: string }[] }>(folder, ['tenant', 'list'], { environment });
    expect(tenants).toEqual([expect.objectContaining({ name: 'default', issuer: 'https://id.example.com' })]);
    expect(await microauth(folder, ['tenant', 'delete', 'id.example.com', '--json'], { environment })).toEqual(
      refusal('The tenant default is the default tenant, which MICROAUTH_URL names, and cannot be deleted.'),
    );
  });

  test('a command that was started without MICROAUTH_URL does not move the default tenant', async () => {
    const folder = newFolder();
    await ask(folder, ['tenant', 'list'], { environment: { MICROAUTH_URL: 'https://id.example.com' } });
    expect(await microauth(folder, ['client', 'list'])).toEqual(
      refusal(
        "No tenant has the domain localhost, and the default tenant's is id.example.com: set MICROAUTH_URL as the server has it, or name a tenant with --tenant.",
      ),
    );
    expect(await ask(folder, ['client', 'list', '--tenant', 'default'])).toEqual({ clients: [] });
  });
});
