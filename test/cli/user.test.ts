import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { TenantId } from '../../src/store/records.ts';
import { openStore } from '../../src/store/sql/open-store.ts';
import { aPasskey, aTotp } from '../store/account-records.ts';
import { unwrap } from '../support/server.ts';
import { ask, microauth, newFolder, refusal } from './microauth.ts';

const main = resolve(import.meta.dirname, '../../src/main.ts');

describe('users', () => {
  test('are made with claims, listed, shown by id and e-mail address, and deleted', async () => {
    const folder = newFolder();
    const claims = ['--claim', 'given_name=Ada', '--claim', 'address={"country":"UK"}', '--claim', 'nickname=a=b'];
    const words = ['user', 'create', '--email', 'Ada@Example.com', '--password-stdin', '--email-verified', '--name', 'Ada Lovelace', ...claims];
    const ada = await ask<{ id: string }>(folder, words, { input: 'correct horse\n' });
    expect(ada).toMatchObject({
      id: expect.stringMatching(/^user_/),
      email: 'Ada@Example.com',
      email_verified: true,
      has_password: true,
      claims: { name: 'Ada Lovelace', given_name: 'Ada', address: { country: 'UK' }, nickname: 'a=b' },
    });
    expect(JSON.stringify(ada)).not.toContain('argon2');
    expect(await ask(folder, ['user', 'show', 'ada@example.com'])).toEqual(ada);
    expect(await ask(folder, ['user', 'show', ada.id])).toEqual(ada);
    expect(await ask(folder, ['user', 'list'])).toEqual({ users: [ada] });
    expect(await microauth(folder, ['user', 'create', '--email', 'ADA@example.com'])).toEqual(
      refusal('A user with the e-mail address ADA@example.com exists already.'),
    );
    expect(await ask(folder, ['user', 'delete', 'ada@example.com'])).toEqual({ id: ada.id, deleted: true });
    expect(await ask(folder, ['user', 'list'])).toEqual({ users: [] });
  });

  test('are imported from lines of JSON; a line that is refused makes the exit code 1', async () => {
    const folder = newFolder();
    const file = join(folder, 'people.jsonl');
    writeFileSync(file, '{"email":"ada@example.com"}\nnonsense\n{"email":"ada@example.com"}\n');
    const { code, stdout, stderr } = await microauth(folder, ['user', 'import', file, '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ imported: 1, problems: [{ line: 2 }, { line: 3 }] });
    expect(stderr).toMatch(/^Line 2: .+\.\nLine 3: .+\.\n$/);
    writeFileSync(file, '{"email":"bob@example.com"}\n');
    expect(await microauth(folder, ['user', 'import', file])).toEqual({ code: 0, stdout: 'Users imported: 1. Lines refused: 0.\n', stderr: '' });
    expect(await microauth(folder, ['user', 'import', join(folder, 'none')])).toEqual(refusal(`The file ${join(folder, 'none')} cannot be read: no such file or folder.`));
  });

  test('a password that never ends is too long', async () => {
    const child = spawn(process.execPath, [main, 'user', 'create', '--email', 'ada@example.com', '--password-stdin'], {
      cwd: newFolder(),
      env: { PATH: process.env['PATH'] },
      stdio: [openSync('/dev/zero', 'r'), 'ignore', 'pipe'],
      timeout: 20_000,
    });
    const said: string[] = [];
    child.stderr?.on('data', (chunk: Buffer) => said.push(chunk.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    expect([code, said.join('')]).toEqual([1, 'The password must not be longer than 1024 bytes.\n']);
  });

  test('get passwords, are kept out and let in, and are signed out', async () => {
    const folder = newFolder();
    const ada = await ask<{ id: string }>(folder, ['user', 'create', '--email', 'ada@example.com']);
    expect(ada).toMatchObject({ has_password: false, email_verified: false });
    expect(await ask(folder, ['user', 'set-password', ada.id, '--password-stdin'], { input: 'a new password' })).toEqual({
      id: ada.id,
      password_set: true,
    });
    expect(await ask(folder, ['user', 'show', ada.id])).toMatchObject({ has_password: true });
    expect(await ask(folder, ['user', 'disable', ada.id])).toMatchObject({ enabled: false });
    expect(await ask(folder, ['user', 'enable', ada.id])).toMatchObject({ enabled: true });
    expect(await ask(folder, ['user', 'sessions', ada.id])).toEqual({ sessions: [] });
    expect(await ask(folder, ['user', 'sign-out', ada.id])).toEqual({ ended: 0 });
    expect(await microauth(folder, ['user', 'sign-out', ada.id, '--session', 'x'])).toEqual(refusal('The user has no session "x".'));
  });

  test('have their factors listed, and taken away when they are lost; they are told by mail', async () => {
    const folder = newFolder();
    const ada = await ask<{ id: string }>(folder, ['user', 'create', '--email', 'ada@example.com', '--email-verified']);
    const { tenants } = await ask<{ tenants: readonly { id: string }[] }>(folder, ['tenant', 'list']);
    const tenant = tenants[0]?.id as TenantId;
    const store = unwrap(openStore(`sqlite:${join(folder, '.microauth', 'microauth.db')}`));
    await store.createPasskey(tenant, aPasskey('credential', ada.id));
    await store.setTotp(tenant, aTotp(ada.id));
    await store.replaceRecoveryCodes(tenant, ada.id, ['one', 'two']);
    const { factors } = await ask<{ factors: readonly { factor: string }[] }>(folder, ['user', 'factors', 'ada@example.com']);
    expect(factors).toMatchObject([{ factor: 'credential', type: 'passkey' }, { factor: 'authenticator' }, { factor: 'recovery_codes', left: 2 }]);
    expect(JSON.stringify(factors)).not.toMatch(/sealed|key of|hash/);
    expect(await microauth(folder, ['user', 'reset-factor', ada.id, 'another'])).toEqual(refusal('The user has no factor "another".'));
    expect(await ask(folder, ['user', 'reset-factor', ada.id, 'credential'])).toEqual({ id: ada.id, factor: 'credential', reset: true });
    expect(await store.readFactors(tenant, ada.id)).toEqual({ passkeys: 0, totp: true, recoveryCodes: 2 });
    await ask(folder, ['user', 'reset-factor', ada.id, 'all']);
    expect(await ask(folder, ['user', 'factors', ada.id])).toEqual({ factors: [] });
    expect((await store.listSecurityEvents(tenant, ada.id, 10)).map(({ kind, address }) => [kind, address])).toEqual([['factors_reset', ''], ['factors_reset', '']]);
    expect(await store.listMessages(tenant, 10)).toHaveLength(2);
    await store.close();
  });

  test.each([
    [['--email', 'nobody'], 'correct horse', 'The e-mail address must have the form name@example.com.'],
    [['--email', 'a@example.com'], 'short', 'The password must have at least 8 characters.'],
    [['--email', 'a@example.com'], '', 'The password must have at least 8 characters.'],
    [['--email', 'a@example.com', '--claim', 'birthdate=yesterday'], 'correct horse', 'The claim birthdate must be a date such as 1815-12-10, 0000-12-10 or 1815.'],
  ])('%j with password %j is refused', async (words, input, sentence) => {
    expect(await microauth(newFolder(), ['user', 'create', '--password-stdin', '--json', ...words], { input })).toEqual(refusal(sentence));
  });
});
