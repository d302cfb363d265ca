import { createServer } from 'node:net';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { parseSmtpUrl } from '../../src/config/values.ts';
import { freePort } from '../support/server.ts';
import { microauth, newFolder, startServerCommand } from './microauth.ts';

/*
 * What people paste into each option: `check` and `serve` say the same of it. The values of one row stand in one environment, since a
 * refusal lists everything that is wrong.
 */

const key = 'lPVoG3H5wTXzY7dQ2aJ9nRkUe0sMbC4xK8vWiO6hZtE=';

type Row = Readonly<Record<string, string>>;

/** Each value is refused, with a sentence that begins with its option. */
const refused: readonly Row[] = [
  {
    MICROAUTH_URL: 'id.example.com',
    MICROAUTH_LISTEN: '4000',
    MICROAUTH_OPERATIONS_LISTEN: ':4001',
    MICROAUTH_DRAIN_SECONDS: '5s',
    MICROAUTH_DATABASE_URL: 'localhost/microauth',
    MICROAUTH_DATA_DIR: '~/microauth',
    MICROAUTH_SEALING_KEY: 'hunter2',
    MICROAUTH_TRUSTED_PROXIES: 'proxy.example.com',
    MICROAUTH_SMTP_URL: 'mail.example.com:587',
    MICROAUTH_MAIL_FROM: 'Acme <no-reply@example.com>',
    MICROAUTH_LOG_LEVEL: 'verbose',
  },
  {
    MICROAUTH_URL: 'https://id.example.com/auth',
    MICROAUTH_LISTEN: '127.0.0.1:0',
    MICROAUTH_OPERATIONS_LISTEN: '127.0.0.1:65536',
    MICROAUTH_DRAIN_SECONDS: '-1',
    MICROAUTH_DATABASE_URL: 'postgres://ada:12#hunter2@db/microauth',
    MICROAUTH_DATA_DIR: '~',
    MICROAUTH_SEALING_KEY: `${key.slice(0, 20)}\r\n${key.slice(20)}`,
    MICROAUTH_TRUSTED_PROXIES: 'fe80::1%eth0',
    MICROAUTH_SMTP_URL: 'smtp://ada:50%hunter2@mail.example.com',
    MICROAUTH_MAIL_FROM: 'no-reply@example.com, other@example.com',
    MICROAUTH_LOG_LEVEL: 'info,debug',
  },
  {
    MICROAUTH_URL: 'https://[::1]:4000',
    MICROAUTH_LISTEN: '::1:4000',
    MICROAUTH_OPERATIONS_LISTEN: 'http://127.0.0.1:4001',
    MICROAUTH_DATABASE_URL: 'postgres://ada:hunter2@db:0/microauth',
    MICROAUTH_TRUSTED_PROXIES: '10.0.0.0/33',
    MICROAUTH_SMTP_URL: 'smtp://ada:hun#ter2@mail.example.com',
    MICROAUTH_MAIL_FROM: 'example.com',
  },
  {
    MICROAUTH_URL: 'https://id.example.com:65536',
    MICROAUTH_LISTEN: 'my host:4000',
    MICROAUTH_DATABASE_URL: 'postgres://db/microauth?sslmode=required',
    MICROAUTH_TRUSTED_PROXIES: '10.0.0.0/8;::1',
    MICROAUTH_SMTP_URL: 'smtp://ada:12?hunter2@mail.example.com',
  },
  { MICROAUTH_URL: 'https://id.example.com:0', MICROAUTH_DATABASE_URL: 'sqlite:~/microauth.db', MICROAUTH_SMTP_URL: 'smtp://ada:hun/ter2@mail.example.com' },
  { MICROAUTH_URL: 'https://ada:hunter2@id.example.com', MICROAUTH_DATABASE_URL: 'postgres://db/microauth?ada:hunter2@x', MICROAUTH_SMTP_URL: 'smtps://mail.example.com:0' },
  { MICROAUTH_URL: 'http://id.example.com' },
  { MICROAUTH_SMTP_URL: 'smtp://mail.example.com:65536', MICROAUTH_DATABASE_URL: 'sqlite:///var/lib/microauth.db' },
  { MICROAUTH_URL: '“https://id.example.com”', MICROAUTH_SMTP_URL: 'smtp://:hunter2@mail.example.com', MICROAUTH_DATABASE_URL: 'postgres://ada:hunt er2@[::1/microauth' },
  { MICROAUTH_DATABASE_URL: 'postgres://ada:%e2hunter2@127.0.0.1:1/microauth' },
  { MICROAUTH_DATABASE_URL: 'postgres://ada@127.0.0.1:1/microauth?sslmode=verify-full&sslrootcert=/nowhere/ca.pem' },
  { MICROAUTH_DATABASE_URL: 'sqlite:file:microauth.db?mode=rwc' },
  { MICROAUTH_LISTEN: '192.0.2.1:4000' },
  { MICROAUTH_OPERATIONS_LISTEN: '[2001:db8::1]:4001' },
];

/** Each value is taken as meant. */
const taken: readonly Row[] = [
  {
    MICROAUTH_URL: ' https://id.example.com/ ',
    MICROAUTH_DRAIN_SECONDS: '0\n',
    MICROAUTH_SEALING_KEY: `"${key}"`,
    MICROAUTH_TRUSTED_PROXIES: '10.0.0.0/8, ::1,',
    MICROAUTH_SMTP_URL: ' "smtp://ada%40example.com:p%25a:s@s@mail.example.com:587" ',
    MICROAUTH_MAIL_FROM: 'no-reply@example.com\r\n',
    MICROAUTH_LOG_LEVEL: 'INFO',
  },
  {
    MICROAUTH_URL: 'HTTPS://ID.Example.COM',
    MICROAUTH_SEALING_KEY: `\ufeff${key.replaceAll('+', '-').replaceAll('/', '_').replace('=', '')}\r\n`,
    MICROAUTH_TRUSTED_PROXIES: "'10.0.0.0/8 2001:db8::/32\n192.0.2.1'",
    MICROAUTH_SMTP_URL: 'SMTPS://[::1]',
    MICROAUTH_LOG_LEVEL: "'info'",
    MICROAUTH_DATA_DIR: '""',
  },
  { MICROAUTH_URL: "'https://bücher.example'", MICROAUTH_TRUSTED_PROXIES: '::ffff:10.0.0.1,0.0.0.0/0,::/0', MICROAUTH_SMTP_URL: 'smtp://mail_server/' },
];

async function environmentOf(folder: string, row: Row): Promise<Record<string, string>> {
  return {
    MICROAUTH_URL: 'https://id.example.com',
    MICROAUTH_LISTEN: `127.0.0.1:${await freePort()}`,
    MICROAUTH_DATABASE_URL: `sqlite:${join(folder, 'pasted.db')}`,
    MICROAUTH_SEALING_KEY: key,
    ...row,
  };
}

describe('check and serve say the same', () => {
  test.concurrent.each(refused.map((row) => [Object.keys(row).join(' '), row] as const))('refused: %s', { timeout: 30_000 }, async (_names, row) => {
    const folder = newFolder();
    const environment = await environmentOf(folder, row);
    const [check, serve] = await Promise.all(['check', 'serve'].map((command) => microauth(folder, [command], { environment })));
    expect(check?.stderr).toBe(serve?.stderr);
    expect([check?.code, serve?.code]).toEqual([1, 1]);
    expect(check?.stderr).not.toMatch(/hunter2|\n\s+at /);
    for (const name of Object.keys(row)) {
      expect(check?.stderr).toContain(name);
    }
    expect(check?.stderr.trimEnd().split('\n')).toHaveLength(Object.keys(row).length);
  });

  test.concurrent.each(taken.map((row, index) => [index + 1, row] as const))('taken as meant: %i', { timeout: 30_000 }, async (_index, row) => {
    const folder = newFolder();
    const environment = await environmentOf(folder, row);
    expect(await microauth(folder, ['check'], { environment })).toEqual({ code: 0, stdout: 'Everything is in order.\n', stderr: '' });
    const serve = await startServerCommand(folder, ['serve'], environment);
    expect(await serve.stop()).toBe(0);
  });

  test.each([
    ['a folder that is not there', (folder: string) => join(folder, 'none', 'x.db')],
    ['a folder', (folder: string) => folder],
    ['a file that is no database', (folder: string) => join(folder, 'text.db')],
    ['a path through a file', (folder: string) => join(folder, 'text.db', 'x.db')],
  ])('refused by both: %s', async (_what, path) => {
    const folder = newFolder();
    writeFileSync(join(folder, 'text.db'), 'This is no database, although it is long enough to be looked at as one. '.repeat(20));
    const environment = await environmentOf(folder, { MICROAUTH_DATABASE_URL: `sqlite:${path(folder)}` });
    const ended = await Promise.all(['check', 'serve'].map((command) => microauth(folder, [command], { environment })));
    for (const { code, stderr } of ended) {
      expect([code, stderr]).toEqual([1, expect.stringMatching(/^The database .+ cannot be (?:made|opened): .+ See MICROAUTH_DATABASE_URL\.\n$/)]);
    }
  });

  test('a port where a server of ours listens already is no problem for check', async () => {
    const folder = newFolder();
    const environment = await environmentOf(folder, {});
    const holder = createServer();
    await new Promise<void>((resolve) => void holder.listen(Number(environment['MICROAUTH_LISTEN']?.split(':')[1]), '127.0.0.1', resolve));
    expect(await microauth(folder, ['check'], { environment })).toMatchObject({ code: 0 });
    const serve = await microauth(folder, ['serve'], { environment });
    expect([serve.code, serve.stderr]).toEqual([1, expect.stringMatching(/^Port \d+ on 127\.0\.0\.1 is already in use; .* See MICROAUTH_LISTEN\.\n$/)]);
    await new Promise((resolve) => void holder.close(resolve));
  });

  test('files with a byte order mark, quotation marks and Windows line ends', () => {
    const folder = mkdtempSync(join(tmpdir(), 'microauth-pasted-'));
    const file = join(folder, 'key');
    writeFileSync(file, `\ufeff"${key}"\r\n`);
    const config = join(folder, 'microauth.json');
    writeFileSync(config, `\ufeff${JSON.stringify({ url: ' https://id.example.com ', sealingKeyFile: ` ${file}\n`, databaseUrl: "'sqlite:x.db'" })}\r\n`);
    const loaded = loadConfig({ MICROAUTH_CONFIG: ` "${config}" ` }, 'serve');
    expect(loaded).toMatchObject({ ok: true, value: { url: { host: 'id.example.com' }, databaseUrl: 'sqlite:x.db' } });
    expect(readFileSync(file, 'utf8')).toContain(key);
  });
});

describe('MICROAUTH_SMTP_URL is read once, into what a connection needs', () => {
  test.each([
    ['smtp://mail.example.com', { host: 'mail.example.com', port: 587, secure: false, credentials: undefined }],
    ['smtps://mail.example.com', { host: 'mail.example.com', port: 465, secure: true, credentials: undefined }],
    ['smtp://ada:pass@mail.example.com:25', { host: 'mail.example.com', port: 25, secure: false, credentials: { user: 'ada', password: 'pass' } }],
    ['smtp://ada%40example.com:a%25b%23c%2Fd%3Fe@mail.example.com', { host: 'mail.example.com', port: 587, secure: false, credentials: { user: 'ada@example.com', password: 'a%b#c/d?e' } }],
    ['smtp://ada:p@s:s@mail.example.com', { host: 'mail.example.com', port: 587, secure: false, credentials: { user: 'ada', password: 'p@s:s' } }],
    ['smtp://ada@mail.example.com', { host: 'mail.example.com', port: 587, secure: false, credentials: { user: 'ada', password: '' } }],
    ['smtp://[::1]:2525', { host: '::1', port: 2525, secure: false, credentials: undefined }],
    ['smtp://bücher.example', { host: 'xn--bcher-kva.example', port: 587, secure: false, credentials: undefined }],
  ])('%s', (text, server) => {
    expect(parseSmtpUrl(text)).toEqual({ ok: true, value: server });
  });

  test('a refusal says how to write it', () => {
    expect(parseSmtpUrl('smtp://ada:50%off@mail.example.com')).toEqual({ ok: false, failure: expect.stringContaining('write % as %25') as string });
  });
});
