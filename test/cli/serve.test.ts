import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { freePort } from '../support/server.ts';
import { ask, microauth, newFolder, startServerCommand } from './microauth.ts';

const sealingKey = 'lPVoG3H5wTXzY7dQ2aJ9nRkUe0sMbC4xK8vWiO6hZtE=';

function production(folder: string, port: number): Record<string, string> {
  return {
    MICROAUTH_URL: 'https://id.example.com',
    MICROAUTH_LISTEN: `127.0.0.1:${port}`,
    MICROAUTH_DATABASE_URL: `sqlite:${join(folder, 'production.db')}`,
    MICROAUTH_SEALING_KEY: sealingKey,
  };
}

describe('serve', () => {
  test('starts with a whole configuration, logs lines of JSON, and stops cleanly', async () => {
    const folder = newFolder();
    const port = await freePort();
    const serve = await startServerCommand(folder, ['serve'], production(folder, port));
    await fetch(`http://127.0.0.1:${port}/authorize`);
    expect(await serve.stop()).toBe(0);
    const lines = serve.output().stdout.trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines[0]).toMatchObject({ level: 'info', event: 'listening', issuer: 'https://id.example.com', host: '127.0.0.1', port });
    expect(lines[0]?.['time']).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(lines.some((line) => line['event'] === 'request' && line['status'] === 404)).toBe(true);
    expect(serve.output().stderr).toBe('');
    expect(existsSync(join(folder, '.microauth'))).toBe(false);
  });

  test('with --json says where it listens, and logs to standard error', async () => {
    const folder = newFolder();
    const port = await freePort();
    const serve = await startServerCommand(folder, ['serve', '--json'], production(folder, port));
    expect(await serve.stop('SIGINT')).toBe(0);
    expect(serve.output().stdout).toBe(`${JSON.stringify({ issuer: 'https://id.example.com', host: '127.0.0.1', port })}\n`);
    expect(JSON.parse(serve.output().stderr.split('\n')[0] ?? '')).toMatchObject({ event: 'listening' });
  });

  test('answers operators on a port of their own, where one is given', async () => {
    const folder = newFolder();
    const [port, operations] = [await freePort(), await freePort()];
    const environment = { ...production(folder, port), MICROAUTH_OPERATIONS_LISTEN: `127.0.0.1:${operations}`, MICROAUTH_DRAIN_SECONDS: '0' };
    const serve = await startServerCommand(folder, ['serve'], environment);
    expect((await fetch(`http://127.0.0.1:${operations}/ready`)).status).toBe(200);
    expect(await serve.stop()).toBe(0);
    expect(serve.output().stdout).toContain('"event":"stopped","cutOff":0');
    expect(await microauth(folder, ['serve'], { environment: { ...environment, MICROAUTH_OPERATIONS_LISTEN: `127.0.0.1:${port}` } })).toEqual({
      code: 1,
      stdout: '',
      stderr: 'MICROAUTH_OPERATIONS_LISTEN must differ from MICROAUTH_LISTEN: what it serves is for operators only.\n',
    });
  });

  test('makes no demo data', async () => {
    const folder = newFolder();
    const environment = production(folder, await freePort());
    const serve = await startServerCommand(folder, ['serve'], environment);
    await serve.stop();
    expect(await ask(folder, ['client', 'list'], { environment })).toEqual({ clients: [] });
    expect(await ask(folder, ['user', 'list'], { environment })).toEqual({ users: [] });
  });

  test('refuses to start on missing configuration, and says all that is missing', async () => {
    const { code, stdout, stderr } = await microauth(newFolder(), ['serve']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.split('\n').map((line) => line.split(' ')[0])).toEqual(['MICROAUTH_URL', 'MICROAUTH_DATABASE_URL', 'MICROAUTH_SEALING_KEY', '']);
  });

  test.each([
    [{ MICROAUTH_URL: 'http://id.example.com' }, /^MICROAUTH_URL must begin with https:\/\/ /],
    [{ MICROAUTH_SEALING_KEY: Buffer.alloc(32).toString('base64') }, /^MICROAUTH_SEALING_KEY must be 32 random bytes, but these are not random; /],
    [{ MICROAUTH_SEALING_KEY: 'hunter2' }, /^MICROAUTH_SEALING_KEY must be 32 random bytes in base64, .* it has 7 characters\.\n$/],
    [{ MICROAUTH_DATABASE_URL: 'redis://:hunter2@db' }, /^MICROAUTH_DATABASE_URL must be /],
  ])('refuses to start on weak or wrong configuration: %j', async (change, sentence) => {
    const folder = newFolder();
    const result = await microauth(folder, ['serve'], { environment: { ...production(folder, 4999), ...change } });
    expect(result).toEqual({ code: 1, stdout: '', stderr: expect.stringMatching(sentence) });
    expect(result.stderr).not.toContain('hunter2');
    expect(existsSync(join(folder, 'production.db'))).toBe(false);
  });

  test('refuses a database that was written with another sealing key', async () => {
    const folder = newFolder();
    const environment = production(folder, await freePort());
    await ask(folder, ['migrate'], { environment });
    await ask(folder, ['tenant', 'list'], { environment });
    const other = { ...environment, MICROAUTH_SEALING_KEY: 'NklF6bikYY6vfL6q4A9D7jHVnGMzlsUINVCgbwPN4C0=' };
    expect(await microauth(folder, ['serve'], { environment: other })).toEqual({
      code: 1,
      stdout: '',
      stderr: 'The sealing key is not the one that this database was written with; set MICROAUTH_SEALING_KEY to that one.\n',
    });
  });
});

describe('check', () => {
  test('says that serve would start, and makes nothing', async () => {
    const folder = newFolder();
    const environment = production(folder, 4999);
    expect(await microauth(folder, ['check'], { environment })).toEqual({ code: 0, stdout: 'Everything is in order.\n', stderr: '' });
    expect(readdirSync(folder)).toEqual([]);
    writeFileSync(join(folder, 'production.db'), '');
    const before = await ask<{ pending_migrations: readonly string[] }>(folder, ['check'], { environment });
    expect(before.pending_migrations.length).toBeGreaterThan(0);
    await ask(folder, ['migrate'], { environment });
    expect(await ask(folder, ['check'], { environment })).toEqual({
      ok: true,
      problems: [],
      notes: [],
      pending_migrations: [],
      clock_difference_ms: expect.closeTo(0, -2),
      keys: [],
    });
  });

  test('lists the signing keys with their states and ages', async () => {
    const folder = newFolder();
    const environment = production(folder, 4999);
    await ask(folder, ['keys', 'rotate'], { environment });
    const { keys } = await ask<{ keys: { tenant: string; alg: string; state: string; age_days: number }[] }>(folder, ['check'], { environment });
    expect(keys.filter(({ alg }) => alg === 'ES256')).toMatchObject([
      { tenant: 'default', state: 'next', age_days: 0 },
      { tenant: 'default', state: 'active', age_days: 0 },
    ]);
    const { code, stdout } = await microauth(folder, ['check'], { environment });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^tenant +alg +state +age_days +kid\n[\s\S]*\nEverything is in order\.\n$/);
  });

  test('names a client whose codes nothing protects, which is nothing to mend', async () => {
    const folder = newFolder();
    const environment = production(folder, 4999);
    await ask(folder, ['client', 'create', '--type', 'web', '--client-id', 'old-app', '--redirect-uri', 'https://old.example.com/cb', '--unprotected-codes'], { environment });
    const { code, stdout } = await microauth(folder, ['check'], { environment });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Nothing protects the codes of client old-app in tenant default,/m);
    await ask(folder, ['client', 'set', 'old-app', '--tenant', 'default', '--no-unprotected-codes'], { environment });
    expect((await microauth(folder, ['check'], { environment })).stdout).not.toContain('old-app');
  });

  test('needs attention for a key that nobody rotates, and for one from the future', async () => {
    const folder = newFolder();
    const environment = production(folder, 4999);
    await ask(folder, ['tenant', 'list'], { environment });
    const database = new DatabaseSync(join(folder, 'production.db'));
    const day = 86_400_000;
    database.prepare("UPDATE signing_keys SET created_at = ?, activates_at = ? WHERE algorithm = 'ES256'").run(Date.now() - 98 * day, Date.now() - 98 * day);
    database.prepare("UPDATE signing_keys SET created_at = ? WHERE algorithm = 'EdDSA'").run(Date.now() + 600_000);
    database.close();
    const { code, stderr } = await microauth(folder, ['check'], { environment });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^The ES256 key of tenant default has been signing for 98 days; /m);
    expect(stderr).toMatch(/^The EdDSA key of tenant default was made \d+ seconds from now: /m);
  });

  test('says when the database does not answer, without its password', async () => {
    const environment = { ...production(newFolder(), 4999), MICROAUTH_DATABASE_URL: 'postgres://somebody:hunter2@127.0.0.1:1/none' };
    const { code, stderr } = await microauth(newFolder(), ['check'], { environment });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^The database cannot be read: The database does not answer\..*ECONNREFUSED.*\n$/);
    expect(stderr).not.toContain('hunter2');
  });

  test('says why it would not', async () => {
    const folder = newFolder();
    const environment = production(folder, 4999);
    await ask(folder, ['tenant', 'list'], { environment });
    const otherKey = { ...environment, MICROAUTH_SEALING_KEY: 'NklF6bikYY6vfL6q4A9D7jHVnGMzlsUINVCgbwPN4C0=' };
    expect(await microauth(folder, ['check'], { environment: otherKey })).toMatchObject({ code: 1, stderr: expect.stringMatching(/^The sealing key is not /) });
    const noFolder = { ...environment, MICROAUTH_DATABASE_URL: `sqlite:${join(folder, 'missing', 'microauth.db')}` };
    expect(await microauth(folder, ['check'], { environment: noFolder })).toMatchObject({ code: 1, stderr: expect.stringMatching(/its folder is missing/) });
    writeFileSync(join(folder, 'production.db'), 'this is no database, though it is long enough to be taken for one by its size alone');
    expect(await microauth(folder, ['check'], { environment })).toMatchObject({ code: 1, stderr: expect.stringMatching(/^The database [^\n]+\n$/) });
  });

  test('with --json puts the problems into its object', async () => {
    const { code, stdout, stderr } = await microauth(newFolder(), ['check', '--json']);
    const result = JSON.parse(stdout) as { ok: boolean; problems: readonly string[] };
    expect(result.ok).toBe(false);
    expect(stderr).toBe(result.problems.map((problem) => `${problem}\n`).join(''));
    expect(code).toBe(1);
  });
});
