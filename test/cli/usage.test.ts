import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { microauth, newFolder, refusal } from './microauth.ts';

const commands = [
  ['dev'],
  ['serve'],
  ['migrate'],
  ['check'],
  ['backup'],
  ['restore'],
  ['move'],
  ['keys', 'rotate'],
  ['keys', 'reseal'],
  ...['create', 'list', 'show', 'set', 'delete'].map((verb) => ['tenant', verb]),
  ...['create', 'list', 'show', 'delete', 'rotate-secret', 'enable', 'disable'].map((verb) => ['client', verb]),
  ...['create', 'list', 'delete'].map((verb) => ['resource', verb]),
  ...['create', 'list', 'show', 'set-password', 'enable', 'disable', 'delete', 'sessions', 'sign-out', 'invite', 'invitations', 'revoke-invitation', 'import'].map(
    (verb) => ['user', verb],
  ),
];

describe('every command', () => {
  test.each(commands.map((words) => [words.join(' '), words] as const))('%s has help, and --json among it', async (_, words) => {
    const help = await microauth(newFolder(), [...words, '--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toContain(`Usage: microauth ${words.join(' ')} `);
    expect(help.stdout).toContain('--json');
  });
});

test('help <group> <command> is the help of that command', async () => {
  expect(await microauth(newFolder(), ['help', 'client', 'create'])).toEqual(await microauth(newFolder(), ['client', 'create', '--help']));
});

test('a database that does not answer is named with its reason', async () => {
  const environment = { MICROAUTH_DATABASE_URL: 'postgres://user:hunter2@127.0.0.1:1/x' };
  expect(await microauth(newFolder(), ['tenant', 'list'], { environment })).toEqual(
    refusal('It did not work: The database does not answer. connect ECONNREFUSED 127.0.0.1:1.'),
  );
});

describe('wrong usage is exit code 2 and one sentence', () => {
  test.each([
    ['clinet', "Unknown command 'clinet' (Did you mean client?)"],
    ['client lst', "Unknown command 'lst' (Did you mean list?)"],
    ['client list --jsn', "Unknown option '--jsn' (Did you mean --json?)"],
    ['client show', "Missing required argument 'client-id'."],
    ['client list extra', "Too many arguments for 'list'. Expected 0 arguments but got 1."],
    ['client create --name x', "Required option '--type <type>' not specified."],
    ['client create --type app --name x', "Option '--type <type>' argument 'app' is invalid. Allowed choices are spa, native, web, service."],
    ['tenant create acme', "Required option '--domain <host>' not specified."],
    ['user create --email a@example.com --claim x', "Option '--claim <name=value>' argument 'x' is invalid. It must have the form name=value."],
    ['user invite a@example.com --locale xx', "Option '--locale <tag>' argument 'xx' is invalid. Allowed choices are en, de, fr, es, pt, ja, ar."],
    ['user set-password a@example.com', "Required option '--password-stdin' not specified."],
    ['client list --json --tenant', "Option '--tenant <tenant>' argument missing."],
  ])('%s', async (words, sentence) => {
    expect(await microauth(newFolder(), words.split(' '))).toEqual({ code: 2, stdout: '', stderr: `${sentence}\n` });
  });

  test.each(['', 'client'])('"%s" alone shows the help', async (words) => {
    const result = await microauth(newFolder(), words.split(' ').filter(Boolean));
    expect(result).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('Usage: microauth') });
  });
});

test('--version is the version of the package', async () => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
  expect(await microauth(newFolder(), ['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
});

describe('what people see', () => {
  test('is a table, and sentences, with nothing that a terminal would obey', async () => {
    const folder = newFolder();
    expect(await microauth(folder, ['client', 'list'])).toEqual({ code: 0, stdout: 'There are no clients.\n', stderr: '' });
    const made = await microauth(folder, ['client', 'create', '--type', 'service', '--name', 'Job', '--client-id', 'job']);
    expect(made.stdout).toMatch(/^Client Job is registered\.\n {2}client_id +job\n {2}client_secret +secret_\S+\n/);
    expect(made.stdout).toMatch(/Keep the secret now: it is not shown again\.\n$/);
    const listed = await microauth(folder, ['client', 'list']);
    expect(listed.stdout).toBe('client_id  type     client_name  enabled\njob        service  Job          true\n');
    const failed = await microauth(folder, ['tenant', 'show', 'a\u001b[31mb\nc']);
    expect(failed.stderr).toBe('There is no tenant "a\\u001b[31mb\\nc".\n');
  });
});
