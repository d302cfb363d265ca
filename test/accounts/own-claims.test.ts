import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { declareClaim } from '../../src/admin/claims.ts';
import { changeGroups } from '../../src/admin/groups.ts';
import { startServer, type TestServer, unwrap } from '../support/server.ts';
import { AccountVisitor, tieOf } from './account-page.ts';

const email = 'user1@example.com';

describe('claims that people set themselves', () => {
  let server: TestServer;
  let visitor: AccountVisitor;

  beforeAll(async () => {
    server = await startServer();
    const declare = async (name: string, input: object) => unwrap(await declareClaim(server.admin, server.record.id, name, input));
    await declare('pronouns', { scope: 'profile', selfService: true, label: 'Pronouns' });
    await declare('shoe_size', { type: 'number', scope: 'profile', selfService: true });
    await declare('newsletter', { type: 'boolean', selfService: true });
    await declare('https://acme.example/hobbies', { type: 'strings', scope: 'profile', selfService: true });
    await declare('salary', { type: 'number' });
    await server.user({ email, claims: { name: 'Ada', salary: '100' } });
    unwrap(await changeGroups(server.admin, server.record.id, email, { add: ['staff'] }));
    visitor = new AccountVisitor(server.issuer);
    await visitor.signIn(email, { path: '/account/profile' });
  });
  afterAll(() => server.stop());

  const claims = async () => JSON.parse((await server.store.findUserByEmail(server.record.id, email))?.claims ?? '') as Record<string, unknown>;
  async function save(fields: Readonly<Record<string, string>>) {
    const page = await visitor.open('/account/profile');
    return visitor.post('/account/profile', { session: tieOf(page), name: 'Ada', ...fields });
  }
  const good = { 'claim:pronouns': 'she/her', 'claim:shoe_size': '38.5', 'claim:newsletter': 'true', 'claim:https://acme.example/hobbies': 'Chess\r\nRowing\r\n' };

  test('stand on the profile page, others do not', async () => {
    const page = await visitor.open('/account/profile');
    expect(page.text).toContain('<label for="claim:pronouns">Pronouns</label>');
    expect(page.text).toContain('<textarea id="claim:https://acme.example/hobbies"');
    expect(page.text).not.toMatch(/salary|groups/);
  });

  test('are saved as they are declared, shown again, and taken away where they are left empty', async () => {
    await save(good);
    const own = { pronouns: 'she/her', shoe_size: 38.5, newsletter: true, 'https://acme.example/hobbies': ['Chess', 'Rowing'] };
    expect(await claims()).toEqual({ name: 'Ada', salary: 100, groups: ['staff'], ...own });
    const page = await visitor.open('/account/profile');
    expect(page.text).toContain('value="38.5"');
    expect(page.text).toContain('>Chess\nRowing</textarea>');
    expect(page.text).toContain('<option value="true" selected>Yes</option>');
    await save({});
    expect(await claims()).toEqual({ name: 'Ada', salary: 100, groups: ['staff'] });
  });

  test.each([
    ['claim:shoe_size', 'big', 'This must be a number.'],
    ['claim:newsletter', 'maybe', 'Choose one of the list.'],
    ['claim:pronouns', 'x'.repeat(201), 'At most 200 characters'],
    ['claim:pronouns', 'she\u202eher', 'At most 200 characters'],
    ['claim:https://acme.example/hobbies', 'x'.repeat(101), 'one on each line'],
  ])('%s is not %s', async (field, value, problem) => {
    const page = await save({ ...good, [field]: value });
    expect([page.status, page.text.includes(problem), page.text.includes(`aria-describedby="${field}-problem"`)]).toEqual([400, true, true]);
    expect(await claims()).toEqual({ name: 'Ada', salary: 100, groups: ['staff'] });
  });

  test('are not too much together', async () => {
    const page = await save({ ...good, 'claim:https://acme.example/hobbies': Array.from({ length: 60 }, (_, index) => `${index}`.padEnd(90, 'x')).join('\n') });
    expect([page.status, page.text.includes('All of this together is too long')]).toEqual([400, true]);
  });

  test('a form that names what is not theirs to set changes nothing of it', async () => {
    await save({ 'claim:salary': '1000', 'claim:groups': 'admins', salary: '1000', groups: 'admins', 'claim:sub': 'x', sub: 'x' });
    expect(await claims()).toEqual({ name: 'Ada', salary: 100, groups: ['staff'] });
  });

  test('what is saved at the same moment as a change of groups takes nothing of it back', async () => {
    const page = await visitor.open('/account/profile');
    const posts = Array.from({ length: 6 }, (_, index) => visitor.post('/account/profile', { session: tieOf(page), name: `Ada ${index}` }));
    await Promise.all([...posts, changeGroups(server.admin, server.record.id, email, { remove: ['staff'], add: ['leavers'] })]);
    expect(await claims()).toMatchObject({ groups: ['leavers'] });
  });

  test('are in the download of one’s own data, with what others have set', async () => {
    await save(good);
    const page = await visitor.open('/account/download');
    const file = await visitor.post('/account/download', { session: tieOf(page) });
    expect(JSON.parse(file.text)).toMatchObject({ profile: { pronouns: 'she/her', salary: 100, groups: ['leavers'] } });
  });
});
