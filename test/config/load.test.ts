import { chmodSync, existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Config, type ConfigMode, loadConfig } from '../../src/config/load.ts';
import { optionNames, options } from '../../src/config/options.ts';

const goodKey = 'lPVoG3H5wTXzY7dQ2aJ9nRkUe0sMbC4xK8vWiO6hZtE=';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'microauth-config-'));
});

/** A complete environment for serve, changed by what is given; undefined takes a variable away. */
function production(change: Record<string, string | undefined> = {}): Record<string, string | undefined> {
  return {
    PATH: '/usr/bin',
    MICROAUTH_URL: 'https://id.example.com',
    MICROAUTH_DATABASE_URL: `sqlite:${join(folder, 'production.db')}`,
    MICROAUTH_SEALING_KEY: goodKey,
    ...change,
  };
}

function development(change: Record<string, string | undefined> = {}): Record<string, string | undefined> {
  return { MICROAUTH_DATA_DIR: join(folder, 'data'), ...change };
}

function load(environment: Record<string, string | undefined>, mode: ConfigMode, file?: string): Config {
  const config = loadConfig(environment, mode, file);
  if (!config.ok) {
    throw new Error(config.failure.join('\n'));
  }
  return config.value;
}

function problems(environment: Record<string, string | undefined>, mode: ConfigMode = 'serve', file?: string): readonly string[] {
  const config = loadConfig(environment, mode, file);
  return config.ok ? [] : config.failure;
}

function writeText(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('without any configuration', () => {
  test('development has a default for everything', () => {
    const config = load(development(), 'dev');
    expect(config.url).toEqual({ scheme: 'http', host: 'localhost', port: 4000 });
    expect(config.listen).toEqual({ host: '127.0.0.1', port: 4000 });
    expect(config.databaseUrl).toBe(`sqlite:${join(folder, 'data', 'microauth.db')}`);
    expect(config.trustedProxies).toEqual([]);
    expect(config.logLevel).toBe('info');
  });

  test('management commands see what development sees', () => {
    expect(load(development(), 'manage')).toEqual(load(development(), 'dev'));
  });

  test('serve names all that it lacks', () => {
    const lacking = problems({});
    expect(lacking).toHaveLength(3);
    expect(lacking.map((problem) => problem.split(' ')[0])).toEqual(['MICROAUTH_URL', 'MICROAUTH_DATABASE_URL', 'MICROAUTH_SEALING_KEY']);
  });

  test('an empty variable is one that is not set', () => {
    expect(problems(production({ MICROAUTH_URL: '' }))).toEqual([expect.stringMatching(/^MICROAUTH_URL must be set: /)]);
  });
});

describe('a stop goes on accepting', () => {
  const operations = { MICROAUTH_OPERATIONS_LISTEN: '127.0.0.1:4998' };

  test('for five seconds where readiness can be asked for, and not at all where nobody can ask or looks', () => {
    expect(load(production(operations), 'serve').drainSeconds).toBe(5);
    expect(load(production(), 'serve').drainSeconds).toBe(0);
    expect(load(development(operations), 'dev').drainSeconds).toBe(0);
  });

  test('for as long as is set, within reason', () => {
    expect(load(production({ ...operations, MICROAUTH_DRAIN_SECONDS: '0' }), 'serve').drainSeconds).toBe(0);
    expect(load(production({ MICROAUTH_DRAIN_SECONDS: '300' }), 'serve').drainSeconds).toBe(300);
    for (const text of ['301', '-1', '1.5', '5s', '1e2', '٣']) {
      expect(problems(production({ MICROAUTH_DRAIN_SECONDS: text }))).toEqual([`MICROAUTH_DRAIN_SECONDS must be a whole number of seconds from 0 to 300, but it is ${JSON.stringify(text)}.`]);
    }
  });
});

describe('the sealing key of a data folder', () => {
  test('is made once, for its owner alone', () => {
    const first = load(development(), 'dev');
    const path = join(folder, 'data', 'sealing.key');
    expect(first.sealingKey).toHaveLength(32);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'data')).mode & 0o777).toBe(0o700);
    expect(load(development(), 'manage').sealingKey).toEqual(first.sealingKey);
  });

  test('gives way to one that is set', () => {
    const config = load(development({ MICROAUTH_SEALING_KEY: goodKey }), 'dev');
    expect(Buffer.from(config.sealingKey).toString('base64')).toBe(goodKey);
    expect(existsSync(join(folder, 'data', 'sealing.key'))).toBe(false);
  });

  test('is never replaced when damaged', () => {
    load(development(), 'dev');
    const path = join(folder, 'data', 'sealing.key');
    chmodSync(path, 0o600);
    writeFileSync(path, 'short');
    expect(problems(development(), 'dev')).toEqual([expect.stringMatching(/sealing\.key is damaged/)]);
    expect(readFileSync(path, 'utf8')).toBe('short');
  });
});

describe('values', () => {
  test.each([
    ['https://id.example.com', { scheme: 'https', host: 'id.example.com', port: undefined }],
    ['https://id.example.com/', { scheme: 'https', host: 'id.example.com', port: undefined }],
    ['https://id.example.com:443', { scheme: 'https', host: 'id.example.com', port: undefined }],
    ['HTTPS://ID.Example.COM:8443', { scheme: 'https', host: 'id.example.com', port: 8443 }],
    ['https://münchen.example', { scheme: 'https', host: 'xn--mnchen-3ya.example', port: undefined }],
    ['http://localhost:4000', { scheme: 'http', host: 'localhost', port: 4000 }],
    ['http://acme.localhost', { scheme: 'http', host: 'acme.localhost', port: undefined }],
    ['http://127.0.0.1:4000', { scheme: 'http', host: '127.0.0.1', port: 4000 }],
  ])('MICROAUTH_URL may be %s', (text, url) => {
    expect(load(production({ MICROAUTH_URL: text }), 'serve').url).toEqual(url);
  });

  test.each([
    ['http://localhost:4321', { host: '127.0.0.1', port: 4321 }],
    ['http://localhost', { host: '127.0.0.1', port: 80 }],
    ['https://id.example.com', { host: '127.0.0.1', port: 4000 }],
  ])('without MICROAUTH_LISTEN, %s is served on loopback', (text, listen) => {
    expect(load(production({ MICROAUTH_URL: text }), 'serve').listen).toEqual(listen);
  });

  test.each([
    ['0.0.0.0:4000', { host: '0.0.0.0', port: 4000 }],
    ['[::]:4000', { host: '::', port: 4000 }],
    ['localhost:1', { host: 'localhost', port: 1 }],
  ])('MICROAUTH_LISTEN may be %s', (text, listen) => {
    expect(load(production({ MICROAUTH_LISTEN: text }), 'serve').listen).toEqual(listen);
  });

  test('a sealing key may be base64 or base64url, padded or not', () => {
    const spellings = [goodKey, goodKey.replace('=', ''), goodKey.replaceAll('+', '-').replaceAll('/', '_')];
    for (const spelling of spellings) {
      const { sealingKey } = load(production({ MICROAUTH_SEALING_KEY: spelling }), 'serve');
      expect(Buffer.from(sealingKey).toString('base64')).toBe(goodKey);
    }
  });

  test('trusted proxies are addresses and ranges', () => {
    const config = load(production({ MICROAUTH_TRUSTED_PROXIES: '10.0.0.0/8, ::1,192.0.2.1' }), 'serve');
    expect(config.trustedProxies).toEqual(['10.0.0.0/8', '::1', '192.0.2.1']);
  });

  test('nothing in a configuration can be changed afterwards', () => {
    const config = load(production(), 'serve');
    expect(Object.isFrozen(config) && Object.isFrozen(config.url) && Object.isFrozen(config.listen) && Object.isFrozen(config.trustedProxies)).toBe(true);
  });
});

describe('a refused value is named with what was expected and what came', () => {
  const origin = 'must be an origin such as https://id.example.com or http://localhost:4000';
  const listen = 'must be host:port such as 127.0.0.1:4000 or [::]:4000';
  const database = 'must be sqlite:PATH or postgres://user:password@host/database';
  const proxies = 'must be addresses or CIDR ranges separated by commas, such as 10.0.0.0/8, ::1';
  const key = 'must be 32 random bytes in base64, such as "openssl rand -base64 32" prints';
  test.each([
    ['MICROAUTH_URL', 'id.example.com', `${origin}, but it is "id.example.com".`],
    ['MICROAUTH_URL', 'ftp://id.example.com', `${origin}, but it is "ftp://id.example.com".`],
    ['MICROAUTH_URL', 'https://id.example.com/auth', `${origin}, with nothing but scheme, host and port, but it is "https://id.example.com/auth".`],
    ['MICROAUTH_URL', 'https://id.example.com/?', `${origin}, with nothing but scheme, host and port, but it is "https://id.example.com/?".`],
    ['MICROAUTH_URL', 'https://id.example.com#', `${origin}, with nothing but scheme, host and port, but it is "https://id.example.com#".`],
    ['MICROAUTH_URL', 'https://ada:hunter2@id.example.com', `${origin}, with nothing but scheme, host and port, but it holds a user name or password.`],
    ['MICROAUTH_URL', 'https://[::1]:4000', `${origin}, and its host a host name or an IPv4 address, but it is "https://[::1]:4000".`],
    ['MICROAUTH_URL', 'http://id.example.com', 'must begin with https:// unless its host is this machine itself, such as localhost, but it is http://id.example.com.'],
    ['MICROAUTH_URL', 'http://localhost.example.com', 'must begin with https:// unless its host is this machine itself, such as localhost, but it is http://localhost.example.com.'],
    ['MICROAUTH_LISTEN', '4000', `${listen}, but it is "4000".`],
    ['MICROAUTH_LISTEN', 'localhost:0', `${listen}, but it is "localhost:0".`],
    ['MICROAUTH_LISTEN', 'localhost:65536', `${listen}, but it is "localhost:65536".`],
    ['MICROAUTH_LISTEN', '::1:4000', `${listen}, but it is "::1:4000".`],
    ['MICROAUTH_LISTEN', '[localhost]:4000', `${listen}, but it is "[localhost]:4000".`],
    ['MICROAUTH_DATABASE_URL', 'mysql://ada:hunter2@db/x', `${database}, but it begins with "mysql:" and goes on otherwise.`],
    ['MICROAUTH_DATABASE_URL', 'sqlite:', `${database}, but it begins with "sqlite:" and goes on otherwise.`],
    ['MICROAUTH_DATABASE_URL', 'hunter2', `${database}, but it begins with no scheme.`],
    ['MICROAUTH_DATABASE_URL', 'sqlite::memory:', 'must name a file or a server, but it is sqlite::memory:, which forgets everything at the end.'],
    ['MICROAUTH_SEALING_KEY', 'hunter2', `${key}, but it has 7 characters.`],
    ['MICROAUTH_SEALING_KEY', 'f'.repeat(64), `${key}, but it has 64 characters.`],
    ['MICROAUTH_SEALING_KEY', `${'é'.repeat(43)}=`, `${key}, but it has 44 characters.`],
    ['MICROAUTH_TRUSTED_PROXIES', '10.0.0.0/33', `${proxies}, but it is "10.0.0.0/33".`],
    ['MICROAUTH_TRUSTED_PROXIES', 'proxy.example.com', `${proxies}, but it is "proxy.example.com".`],
    ['MICROAUTH_TRUSTED_PROXIES', ',', `${proxies}, but it is ",".`],
    ['MICROAUTH_TRUSTED_PROXIES', 'fe80::1%eth0', `${proxies}, but it is "fe80::1%eth0".`],
    ['MICROAUTH_SMTP_URL', 'http://mail.example.com/secret', 'must be smtp:// or smtps:// with a host, and user:password@ before it where the server asks for them; in a user name or password write % as %25, / as %2F, # as %23 and ? as %3F, but it begins with "http".'],
    ['MICROAUTH_URL', 'http://localhost:0', 'must be an origin such as https://id.example.com or http://localhost:4000, and its port from 1 to 65535, but it is "http://localhost:0".'],
    ['MICROAUTH_MAIL_FROM', 'Acme <x@example.com>', 'must be one e-mail address, but it is "Acme <x@example.com>".'],
    ['MICROAUTH_LOG_LEVEL', 'loud', 'must be one of debug, info, warn, error, silent, but it is "loud".'],
  ])('%s=%s', (variable, value, sentence) => {
    const found = problems(production({ [variable]: value }));
    expect(found).toEqual([`${variable} ${sentence}`]);
    expect(found.join()).not.toContain('hunter2');
  });

  test.each([
    ['one byte over and over', Buffer.alloc(32, 0x41)],
    ['a few bytes', Buffer.from('abcdabcdabcdabcdabcdabcdabcdabcd')],
    ['a sentence', Buffer.from('My very secret sentence of 32 b.')],
    ['counting', Buffer.from(Array.from({ length: 32 }, (_, index) => index))],
  ])('a sealing key of %s', (_, bytes) => {
    expect(problems(production({ MICROAUTH_SEALING_KEY: bytes.toString('base64') }))).toEqual([
      'MICROAUTH_SEALING_KEY must be 32 random bytes, but these are not random; "openssl rand -base64 32" prints some that are.',
    ]);
  });

  test('all at once', () => {
    const environment = production({ MICROAUTH_URL: 'nowhere', MICROAUTH_LISTEN: 'x', MICROAUTH_SEALING_KEY: undefined, MICROAUTH_LISTN: 'x' });
    expect(problems(environment)).toHaveLength(4);
  });

  test('for dev, listening beyond this machine', () => {
    expect(problems(development({ MICROAUTH_LISTEN: '0.0.0.0:4000' }), 'dev')).toEqual([
      'dev listens on this machine only, because its demo passwords are public, but MICROAUTH_LISTEN is 0.0.0.0:4000; use serve to listen elsewhere.',
    ]);
    expect(problems(development({ MICROAUTH_LISTEN: '[::1]:4000' }), 'dev')).toEqual([]);
  });
});

describe('names that are no options', () => {
  test.each([
    ['MICROAUTH_LISTN', 'MICROAUTH_LISTN is not an option; did you mean MICROAUTH_LISTEN?'],
    ['MICROAUTH_DATABASEURL', 'MICROAUTH_DATABASEURL is not an option; did you mean MICROAUTH_DATABASE_URL?'],
    ['MICROAUTH_CONFIG_FILE', 'MICROAUTH_CONFIG_FILE is not an option; did you mean MICROAUTH_CONFIG?'],
    ['MICROAUTH_COLOUR_OF_THE_BUTTONS', 'MICROAUTH_COLOUR_OF_THE_BUTTONS is not an option.'],
  ])('%s', (name, sentence) => {
    expect(problems(production({ [name]: 'x' }))).toEqual([sentence]);
  });

  test('of other programs are none of our business', () => {
    expect(problems(production({ MICROAUTHORITY: 'x', HOME: '/root' }))).toEqual([]);
  });
});

describe('a variable that names a file', () => {
  test.each(optionNames.map((name) => [options[name].variable, name] as const))('%s_FILE', (variable, name) => {
    const values: Record<typeof name, string> = {
      url: 'https://other.example.com',
      listen: '127.0.0.1:4999',
      operationsListen: '127.0.0.1:4998',
      drainSeconds: '7',
      databaseUrl: 'sqlite:/tmp/other.db',
      dataDir: '/tmp/other',
      sealingKey: 'RFE/z1zKa1IeAZtn3si43lllHYn2wbUtTnNIC58YGtY=',
      trustedProxies: '10.1.2.3',
      smtpUrl: 'smtp://user:password@mail.example.com:587',
      mailFrom: 'sign-in@example.com',
      logLevel: 'error',
    };
    const direct = load(production({ [variable]: values[name] }), 'serve');
    const through = load(production({ [variable]: undefined, [`${variable}_FILE`]: writeText('value', `${values[name]}\n`) }), 'serve');
    expect(through).toEqual(direct);
    expect(through).not.toEqual(load(production(), 'serve'));
  });

  test('that is not there', () => {
    expect(problems(production({ MICROAUTH_LISTEN_FILE: join(folder, 'missing') }))).toEqual([
      `MICROAUTH_LISTEN_FILE names ${join(folder, 'missing')}, which cannot be read: no such file or folder.`,
    ]);
  });

  test('that is not there, for what serve must have: one sentence is enough', () => {
    const path = join(folder, 'missing');
    expect(problems(production({ MICROAUTH_SEALING_KEY: undefined, MICROAUTH_SEALING_KEY_FILE: path }))).toEqual([
      `MICROAUTH_SEALING_KEY_FILE names ${path}, which cannot be read: no such file or folder.`,
    ]);
  });

  test('beside the value itself', () => {
    const environment = production({ MICROAUTH_SEALING_KEY_FILE: writeText('key', goodKey) });
    expect(problems(environment)).toEqual(['MICROAUTH_SEALING_KEY and MICROAUTH_SEALING_KEY_FILE are both set; keep one of them.']);
  });
});

describe('the configuration file', () => {
  const content = { url: 'https://file.example.com', listen: '127.0.0.1:4100', trustedProxies: ['10.0.0.1', '10.0.0.2'] };

  test('is named by the command or by MICROAUTH_CONFIG, the command first', () => {
    const path = writeText('microauth.json', JSON.stringify(content));
    const other = writeText('other.json', '{"url":"https://other.example.com"}');
    const environment = production({ MICROAUTH_URL: undefined, MICROAUTH_CONFIG: path });
    expect(load(environment, 'serve')).toMatchObject({ url: { host: 'file.example.com' }, listen: { port: 4100 }, trustedProxies: ['10.0.0.1', '10.0.0.2'] });
    expect(load(environment, 'serve', other)).toMatchObject({ url: { host: 'other.example.com' } });
  });

  test('gives way to the environment', () => {
    const path = writeText('microauth.json', JSON.stringify(content));
    expect(load(production(), 'serve', path)).toMatchObject({ url: { host: 'id.example.com' }, listen: { port: 4100 } });
  });

  test('may name a file for a value too', () => {
    const path = writeText('microauth.json', JSON.stringify({ sealingKeyFile: writeText('key', goodKey) }));
    expect(load(production({ MICROAUTH_SEALING_KEY: undefined }), 'serve', path).sealingKey).toHaveLength(32);
  });

  test.each([
    ['{"listn":"x"}', (path: string) => `listn in ${path} is not an option; did you mean listen?`],
    ['{"foo":4000}', (path: string) => `foo in ${path} is not an option.`],
    ['{"MICROAUTH_LISTEN":"127.0.0.1:4000"}', (path: string) => `MICROAUTH_LISTEN in ${path} is not an option; did you mean listen?`],
    ['{"listen":4000}', (path: string) => `listen in ${path} must be a text, but it is of type number.`],
    ['{"listen":null}', (path: string) => `listen in ${path} must be a text, but it is null.`],
    ['{"listen":"x"}', (path: string) => `listen in ${path} must be host:port such as 127.0.0.1:4000 or [::]:4000, but it is "x".`],
    ['[]', (path: string) => `The configuration file ${path} must hold one JSON object.`],
    ['{', (path: string) => `The configuration file ${path} must hold one JSON object.`],
  ])('%s is refused', (text, sentence) => {
    const path = writeText('microauth.json', text);
    expect(problems(production(), 'serve', path)).toEqual([sentence(path)]);
  });

  test('that is not there', () => {
    const path = join(folder, 'missing.json');
    expect(problems(production(), 'serve', path)).toEqual([`The configuration file ${path} cannot be read: no such file or folder.`]);
  });
});

describe('the data folder', () => {
  test('that cannot be made', () => {
    const path = join(writeText('plain', 'text'), 'data');
    expect(problems({ MICROAUTH_DATA_DIR: path }, 'dev')).toEqual([
      `The data folder ${path} cannot be written to: something on its path is not a folder; set MICROAUTH_DATA_DIR to one that can.`,
    ]);
  });

  test('that is a file', () => {
    const path = writeText('plain', 'text');
    expect(problems({ MICROAUTH_DATA_DIR: path }, 'dev')).toEqual([
      `The data folder ${path} cannot be written to: something on its path is not a folder; set MICROAUTH_DATA_DIR to one that can.`,
    ]);
  });

  test('is not touched when nothing lives in it', () => {
    load(production({ MICROAUTH_DATA_DIR: join(folder, 'unused') }), 'serve');
    expect(existsSync(join(folder, 'unused'))).toBe(false);
  });
});
