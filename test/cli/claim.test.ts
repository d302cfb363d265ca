import { describe, expect, test } from 'vitest';
import { ask, microauth, newFolder, refusal } from './microauth.ts';

describe('claims', () => {
  test('are declared, listed, shown, changed and deleted', async () => {
    const folder = newFolder();
    const department = { name: 'department', type: 'string', scope: 'profile', places: ['id_token', 'userinfo'], self_service: true, label: 'Department' };
    const groups = { name: 'groups', type: 'strings', scope: 'groups', places: ['id_token', 'userinfo'], self_service: false };
    expect(await ask(folder, ['claim', 'create', 'department', '--scope', 'profile', '--self-service', 'on', '--label', 'Department'])).toEqual(department);
    expect(await ask(folder, ['claim', 'list'])).toEqual({ claims: [groups, department] });
    expect((await microauth(folder, ['claim', 'list'])).stdout).toMatch(/^name +type +scope +places +self_service\ngroups +strings +groups +id_token userinfo +false\n/);
    expect(await ask(folder, ['claim', 'set', 'department', '--in', 'access_token', '--label', 'none', '--self-service', 'off'])).toEqual({
      name: 'department',
      type: 'string',
      scope: 'profile',
      places: ['access_token'],
      self_service: false,
    });
    expect(await ask(folder, ['claim', 'show', 'department'])).toMatchObject({ places: ['access_token'] });
    expect(await ask(folder, ['claim', 'delete', 'department'])).toEqual({ name: 'department', deleted: true });
    expect(await microauth(folder, ['claim', 'show', 'department'])).toEqual(refusal('There is no claim "department" in this tenant; "microauth claim create" declares one.'));
    expect(await microauth(folder, ['claim', 'create', 'client_id'])).toMatchObject({ code: 1, stderr: expect.stringContaining('is reserved') as string });
  });

  test('are set with a user, groups by themselves', async () => {
    const folder = newFolder();
    await ask(folder, ['claim', 'create', 'badge', '--type', 'number', '--scope', 'profile']);
    const words = ['user', 'create', '--email', 'ada@example.com', '--email-verified', '--claim', 'badge=12', '--group', 'staff', '--group', 'Red team'];
    expect(await ask(folder, words)).toMatchObject({ claims: { badge: 12, groups: ['staff', 'Red team'] } });
    expect(await ask(folder, ['user', 'group', 'add', 'ada@example.com', 'ops', 'staff'])).toMatchObject({ groups: ['staff', 'Red team', 'ops'] });
    expect(await ask(folder, ['user', 'group', 'remove', 'ada@example.com', 'Red team'])).toMatchObject({ groups: ['staff', 'ops'] });
    expect(await ask(folder, ['user', 'group', 'list', 'ada@example.com'])).toMatchObject({ groups: ['staff', 'ops'] });
    expect(await ask(folder, ['user', 'show', 'ada@example.com'])).toMatchObject({ claims: { badge: 12, groups: ['staff', 'ops'] } });
    expect(await microauth(folder, ['user', 'group', 'add', 'ada@example.com', 'a,b'])).toMatchObject({ code: 1, stderr: expect.stringContaining('comma') as string });
    expect(await microauth(folder, ['user', 'group', 'add', 'bob@example.com', 'a'])).toEqual(refusal('There is no user "bob@example.com" in this tenant.'));
  });

  test('an address that is not verified is told of, with what to do', async () => {
    const folder = newFolder();
    const told = /not verified.*oauth2-proxy.*microauth user set \S+ --email-verified/;
    expect((await microauth(folder, ['user', 'create', '--email', 'ada@example.com'])).stdout).toMatch(told);
    expect(await ask(folder, ['user', 'create', '--email', 'bob@example.com'])).toMatchObject({ warnings: [expect.stringMatching(told)] });
    expect(await ask(folder, ['user', 'create', '--email', 'eve@example.com', '--email-verified'])).not.toHaveProperty('warnings');
    expect(await ask(folder, ['user', 'set', 'eve@example.com', '--email', 'eva@example.com'])).toMatchObject({ warnings: [expect.stringMatching(told)] });
    expect(await ask(folder, ['user', 'set', 'eva@example.com', '--email-verified'])).not.toHaveProperty('warnings');
  });
});
