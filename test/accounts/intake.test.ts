import { randomBytes, scryptSync, pbkdf2Sync } from 'node:crypto';
import { hashSync } from 'bcryptjs';
import { describe, expect, test } from 'vitest';
import { forgetImportedHashes, importUsers } from '../../src/admin/import-users.ts';
import { shapeOf } from '../../src/identity/hash-shapes.ts';
import { respelled } from '../../src/identity/hash-spellings.ts';
import { answerOf, Flow, redirectUri } from '../support/flow.ts';
import { setting } from './setting.ts';

const secret = 'correct horse battery staple';
const base64 = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');
const salt = randomBytes(16);

/** Made by other means than ours where there are any; argon2 by the reference implementation (phc-winner-argon2, test.c). */
const hashes = {
  'bcrypt $2b$': { password: secret, hash: hashSync(secret, 6) },
  'bcrypt $2y$': { password: secret, hash: hashSync(secret, 5).replace('$2b$', '$2y$') },
  scrypt: { password: secret, hash: `$scrypt$ln=12,r=8,p=1$${base64(salt)}$${base64(scryptSync(secret, salt, 32, { N: 4096, r: 8, p: 1 }))}` },
  'pbkdf2 by passlib': { password: secret, hash: `$pbkdf2-sha256$29000$${base64(salt).replaceAll('+', '.')}$${base64(pbkdf2Sync(secret, salt, 29_000, 32, 'sha256')).replaceAll('+', '.')}` },
  'pbkdf2-sha512': { password: secret, hash: `$pbkdf2-sha512$i=1000,l=64$${base64(salt)}$${base64(pbkdf2Sync(secret, salt, 1000, 64, 'sha512'))}` },
  'pbkdf2 with padding': { password: secret, hash: `$pbkdf2-sha256$1000$${salt.toString('base64')}$${pbkdf2Sync(secret, salt, 1000, 32, 'sha256').toString('base64')}` },
  'pbkdf2 by Django': { password: 'correct horse battery', hash: 'pbkdf2_sha256$1000$seasaltseasalt$cfcKhhxcNxLiYkdI3PmwvC7bkgo8NgNRqnZO52mB1Rg=' },
  argon2i: { password: 'password', hash: '$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8' },
  'argon2id that costs less': { password: 'password', hash: '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4' },
};

describe('users of another system', () => {
  const t = setting();

  test.each(Object.entries(hashes))('keep their password: %s, and their hash becomes one of ours', async (name, { password, hash }) => {
    const { store, record, admin } = t.server;
    const email = `${name.replaceAll(/[^a-z0-9]/g, '')}@example.com`;
    const report = await importUsers(admin, record.id, [JSON.stringify({ email, password_hash: hash, claims: { name: 'Old Hand' } }), '']);
    expect(report).toEqual({ imported: 1, problems: [] });
    const wrong = t.flow();
    expect((await wrong.signIn(await wrong.authorize(), email, `${password}!`)).status).toBe(401);
    expect((await store.findUserByEmail(record.id, email))?.passwordHash).toBe(respelled(hash));
    for (const _time of ['by the old hash', 'by ours']) {
      const flow = t.flow();
      expect(answerOf(await flow.signIn(await flow.authorize(), email, password)).has('code')).toBe(true);
      expect((await store.findUserByEmail(record.id, email))?.passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    }
  });

  test('what they cost is noted once for each shape, and forgotten when nobody has one any more', async () => {
    const { store, admin } = t.server;
    const tenant = await t.server.tenant('moving');
    const noted = async () => (await store.findTenant(tenant.record.id))?.settings.importedHashes.map(shapeOf);
    const line = (email: string, hash: string) => JSON.stringify({ email, password_hash: hash });
    const [scrypt, bcrypt] = [hashes.scrypt.hash, hashes['bcrypt $2b$'].hash];
    await importUsers(admin, tenant.record.id, [line('a@example.com', bcrypt), line('b@example.com', bcrypt), line('c@example.com', scrypt), line('d@example.com', 'plain')]);
    expect(await noted()).toEqual([bcrypt, scrypt].map(shapeOf));
    expect((await forgetImportedHashes(admin, 'moving')).ok).toBe(false);
    for (const user of await store.listUsers(tenant.record.id)) {
      await store.deleteUser(tenant.record.id, user.id);
    }
    expect((await forgetImportedHashes(admin, 'moving')).ok).toBe(true);
    expect(await noted()).toEqual([]);
  });

  test('one that nobody noted is noted as soon as somebody guesses at it', async () => {
    const { store } = t.server;
    const tenant = await t.server.tenant('earlier');
    const user = await tenant.user({ email: 'earlier@example.com' });
    await store.updateUser(tenant.record.id, { ...user, passwordHash: hashes['bcrypt $2y$'].hash });
    const flow = new Flow(tenant.issuer, await tenant.client({ type: 'spa', redirectUris: [redirectUri] }));
    expect((await flow.signIn(await flow.authorize(), 'earlier@example.com', 'wrong password')).status).toBe(401);
    expect((await store.findTenant(tenant.record.id))?.settings.importedHashes.map(shapeOf)).toEqual(['$2b$05$']);
  });

  test('what an export has and does not mean is taken as meant: null, text for truth, disabled people, pt_BR', async () => {
    const { record, admin, store } = t.server;
    const lines = [
      '{"email":"null@example.com","email_verified":"true","enabled":false,"password_hash":null,"claims":{"name":null,"locale":"pt_BR"}}',
      '{"email":"nobody@example.com","claims":null,"enabled":null}',
    ];
    expect(await importUsers(admin, record.id, lines)).toEqual({ imported: 2, problems: [] });
    const user = await store.findUserByEmail(record.id, 'null@example.com');
    expect(user).toMatchObject({ emailVerified: true, enabled: false, passwordHash: null, claims: '{"locale":"pt-BR"}' });
    expect(await store.findUserByEmail(record.id, 'nobody@example.com')).toMatchObject({ enabled: true, claims: '{}' });
  });

  test('standard claims may stand beside the address; those that stand under claims count', async () => {
    const { record, admin, store } = t.server;
    const line = { email: 'beside@example.com', given_name: 'Ada', nickname: 'A', claims: { nickname: 'Countess' }, zoneinfo: null };
    expect(await importUsers(admin, record.id, [JSON.stringify(line)])).toEqual({ imported: 1, problems: [] });
    const user = await store.findUserByEmail(record.id, 'beside@example.com');
    expect(JSON.parse(user?.claims ?? '')).toEqual({ given_name: 'Ada', nickname: 'Countess' });
    const bad = ['{"email":"b@example.com","given_name":[]}', '{"email":"b@example.com","sub":"x"}', '{"email":"b@example.com","name":"x","claims":"x"}', '{"email":"b@example.com","name":"x","claims":["x"]}'];
    expect((await importUsers(admin, record.id, bad)).problems.map(({ problem }) => problem)).toEqual([
      'The claim given_name must be one line of at most 200 characters.',
      expect.stringMatching(/^The line has members that are not known: sub; /),
      'claims must be an object of claims by their names.',
      'claims must be an object of claims by their names.',
    ]);
  });

  test('what is wrong with a line is said, with what it would have to be, and the others are made', async () => {
    const { record, admin } = t.server;
    const lines = [
      '{"email":"one@example.com"}',
      'not json',
      '{"email":"no address"}',
      '{"email":"one@example.com"}',
      '{"email":"two@example.com","password_hash":"plain"}',
      '{"email":"three@example.com","password_hash":"$2b$31$1234567890123456789012345678901234567890123456789012a"}',
      '{"email":"four@example.com","surprise":1}',
      '{"email":"five@example.com","claims":{"sub":"x"}}',
    ];
    const report = await importUsers(admin, record.id, lines);
    expect([report.imported, report.problems.map(({ line }) => line)]).toEqual([1, [2, 3, 4, 5, 6, 7, 8]]);
    const { problems } = await importUsers(admin, record.id, ['[]', '{"email":1}', '{"email":"x@example.com","enabled":"no"}', '{"email":"x@example.com","claims":{"name":[]}}', '{"email":"zoë@example.com"}']);
    expect(problems.map(({ problem }) => problem)).toEqual([
      'The line must be a JSON object.',
      'email must be a text.',
      'enabled must be true or false.',
      'The claim name must be one line of at most 200 characters.',
      expect.stringMatching(/^Before its @/),
    ]);
  });
});
