import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ask, microauth, newFolder, refusal } from './microauth.ts';

describe('the store', () => {
  test('is brought up to date once', async () => {
    const folder = newFolder();
    const first = await ask<{ applied: string[] }>(folder, ['migrate']);
    expect(first.applied.length).toBeGreaterThan(0);
    expect(await ask(folder, ['migrate'])).toEqual({ applied: [], address_collisions: [] });
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

describe('keys reseal', () => {
  test('puts everything under a new key, after which the old one opens nothing', async () => {
    const folder = newFolder();
    const file = join(folder, 'new.key');
    await ask(folder, ['tenant', 'create', 'acme', '--domain', 'acme.localhost']);
    for (const [content, sentence] of [
      [undefined, /^The new sealing key cannot be read from /],
      ['hunter2', /must be 32 random bytes in base64/],
      [Buffer.alloc(32).toString('base64'), /is not random; /],
    ] as const) {
      if (content !== undefined) {
        writeFileSync(file, content);
      }
      const refused = await microauth(folder, ['keys', 'reseal', '--new-sealing-key-file', file]);
      expect(refused).toEqual({ code: 1, stdout: '', stderr: expect.stringMatching(sentence) });
      expect(refused.stderr).not.toContain('hunter2');
    }
    writeFileSync(file, 'lPVoG3H5wTXzY7dQ2aJ9nRkUe0sMbC4xK8vWiO6hZtE=\n');
    const done = await ask<{ resealed: number }>(folder, ['keys', 'reseal', '--new-sealing-key-file', file]);
    expect(done.resealed).toBeGreaterThan(2);
    expect(await microauth(folder, ['tenant', 'list'])).toMatchObject({ code: 1, stderr: expect.stringMatching(/^The sealing key is not the one /) });
    const environment = { MICROAUTH_SEALING_KEY_FILE: file };
    expect((await ask<{ tenants: unknown[] }>(folder, ['tenant', 'list'], { environment })).tenants).toHaveLength(2);
  });
});

describe('backup, restore and move', () => {
  test('say what they did, and refuse in one sentence', async () => {
    const folder = newFolder();
    await ask(folder, ['tenant', 'create', 'acme', '--domain', 'acme.localhost']);
    const made = await microauth(folder, ['backup', 'backup.db']);
    expect(made).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^backup\.db holds everything as of .*\n {2}migrations +\d+\n {2}tenants +2\n/) });
    expect(await microauth(folder, ['backup', 'backup.db'])).toEqual(refusal('backup.db is there already; a backup replaces nothing.'));
    await ask(folder, ['tenant', 'delete', 'acme']);
    expect(await microauth(folder, ['restore', 'backup.db'])).toEqual(refusal('The database to fill is not empty.'));
    const restored = await ask(folder, ['restore', 'backup.db', '--replace']);
    expect(restored).toMatchObject({ file: 'backup.db', rows: { tenants: 2 }, sessions_ended: 0, grants_revoked: 0 });
    expect((await ask<{ tenants: unknown[] }>(folder, ['tenant', 'list'])).tenants).toHaveLength(2);
    const moved = await ask(folder, ['move', '--from', `sqlite:${join(folder, '.microauth/microauth.db')}`, '--to', 'sqlite:moved.db']);
    expect(moved).toMatchObject({ to: 'moved.db', rows: { tenants: 2 } });
    const environment = { MICROAUTH_DATABASE_URL: 'sqlite:moved.db' };
    expect((await ask<{ tenants: unknown[] }>(folder, ['tenant', 'list'], { environment })).tenants).toHaveLength(2);
    expect(await microauth(folder, ['move', '--from', 'mysql://x', '--to', 'sqlite:y.db'])).toMatchObject({ code: 2, stdout: '' });
  });
});
