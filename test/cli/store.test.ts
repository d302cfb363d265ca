import { describe, expect, test } from 'vitest';
import { ask, microauth, newFolder, refusal } from './microauth.ts';

describe('the store', () => {
  test('is brought up to date once', async () => {
    const folder = newFolder();
    const first = await ask<{ applied: string[] }>(folder, ['migrate']);
    expect(first.applied.length).toBeGreaterThan(0);
    expect(await ask(folder, ['migrate'])).toEqual({ applied: [] });
  });

  test('is not written to with another sealing key', async () => {
    const folder = newFolder();
    await ask(folder, ['tenant', 'list']);
    const environment = { MICROAUTH_SEALING_KEY: 'lPVoG3H5wTXzY7dQ2aJ9nRkUe0sMbC4xK8vWiO6hZtE=' };
    expect(await microauth(folder, ['tenant', 'create', 'acme', '--domain', 'acme.localhost'], { environment })).toEqual(
      refusal('The sealing key is not the one that this database was written with; set MICROAUTH_SEALING_KEY to that one.'),
    );
  });

  test('is made once by commands that start together', async () => {
    const folder = newFolder();
    const names = ['one', 'two', 'three', 'four'];
    await Promise.all(names.map((name) => ask(folder, ['tenant', 'create', name, '--domain', `${name}.localhost`])));
    const { tenants } = await ask<{ tenants: readonly { readonly name: string; readonly domain: string }[] }>(folder, ['tenant', 'list']);
    expect(new Set(tenants.map(({ name }) => name))).toEqual(new Set(['default', ...names]));
    expect(tenants).toHaveLength(5);
  });
});

describe('keys', () => {
  test('are rotated for one tenant or all', async () => {
    const folder = newFolder();
    await ask(folder, ['tenant', 'create', 'acme', '--domain', 'acme.localhost']);
    const one = await ask<{ keys: { tenant: string; alg: string; kid: string; activates_at: string }[] }>(folder, ['keys', 'rotate', '--tenant', 'acme']);
    expect(one.keys.map(({ tenant, alg }) => [tenant, alg])).toEqual([['acme', 'RS256'], ['acme', 'ES256'], ['acme', 'EdDSA']]);
    expect(Date.parse(one.keys[0]?.activates_at ?? '')).toBeGreaterThan(Date.now());
    const all = await ask<{ keys: { tenant: string }[] }>(folder, ['keys', 'rotate']);
    expect(new Set(all.keys.map(({ tenant }) => tenant))).toEqual(new Set(['default', 'acme']));
  });
});
