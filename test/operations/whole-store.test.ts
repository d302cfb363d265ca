import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sealingKey, type SealingKey } from '../../src/core/seal.ts';
import { opensTenantSecret } from '../../src/keys/tenant-secrets.ts';
import { migrations } from '../../src/store/migrations/all.ts';
import { restoreBackup, writeBackup } from '../../src/store/sql/copy/backup.ts';
import { moveStore } from '../../src/store/sql/copy/move.ts';
import { openStore } from '../../src/store/sql/open-store.ts';
import { migrationsTable } from '../../src/store/sql/verbs/migrations.ts';
import { defaultSettings } from '../../src/store/tenant-settings.ts';
import { Flow, redirectUri } from '../support/flow.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { startServer, type TestServer, unwrap } from '../support/server.ts';
import { send } from '../support/user-agent.ts';
import { aGrant, aSession, aTenant, aUser, now } from '../store/records.ts';
import { dump, servedFrom } from './whole-store.ts';

let postgres: PostgresServer;
let folder: string;

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'microauth-whole-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** An empty database of an engine. */
const engines = {
  SQLite: async (name: string) => `sqlite:${join(folder, name)}`,
  PostgreSQL: () => postgres.database(),
};
/** More than one batch. */
const userCount = 1234;

const kinds = ['SQLite', 'PostgreSQL'] as const;
const directions = kinds.flatMap((from) => kinds.map((to) => [from, to] as const));

const key = unwrapKey(randomBytes(32));
const backup = (file: string, databaseUrl: string, change: { sealingKey?: SealingKey } = {}) =>
  writeBackup(file, { databaseUrl, sealingKey: key, now, opens: () => true, ...change });
const restore = (file: string, databaseUrl: string, change: Partial<Parameters<typeof restoreBackup>[1]> = {}) =>
  restoreBackup(file, { databaseUrl, sealingKey: key, now: now + 1, replace: false, keepSessions: false, ...change });

function unwrapKey(bytes: Uint8Array): SealingKey {
  const made = sealingKey(bytes);
  if (made === undefined) {
    throw new Error('unreachable: 32 bytes are a sealing key');
  }
  return made;
}

/** A database with more rows than one batch, and with texts that need care. */
async function filled(databaseUrl: string): Promise<string> {
  const store = unwrap(openStore(databaseUrl));
  await store.migrate(now);
  const tenant = aTenant('acme');
  await store.createTenant({ ...tenant, displayName: 'Ünïcødé "\\\n\t\u{1f511} \'; DROP TABLE users' }, []);
  for (let first = 0; first < userCount; first += 300) {
    const users = Array.from({ length: Math.min(300, userCount - first) }, (_, index) => aUser(`user-${first + index}`));
    await Promise.all(users.map((user) => store.createUser(tenant.id, user)));
  }
  await store.createGrant(tenant.id, aGrant('grant', { claims: '{"a":null}' }));
  await store.createGrant(tenant.id, aGrant('gone', { revokedAt: now, revocationReason: 'test' }));
  await store.startSession(tenant.id, aSession('session', 'user-1'));
  await store.close();
  return databaseUrl;
}

describe('move', () => {
  test.each(directions)('from %s to %s takes every row along', async (from, to) => {
    const [source, target] = [await filled(await engines[from]('from.db')), await engines[to]('to.db')];
    const moved = unwrap(await moveStore(source, target));
    expect(moved).toMatchObject({ tenants: 1, users: userCount, grants: 2, sessions: 1 });
    expect(await dump(target)).toEqual(await dump(source));
    const store = unwrap(openStore(target));
    expect(await store.pendingMigrations()).toEqual([]);
    await store.close();
  });

  test.each(directions)('from %s to %s sees one moment of a database that goes on changing', async (from, to) => {
    const [source, target] = [await filled(await engines[from]('from.db')), await engines[to]('to.db')];
    const store = unwrap(openStore(source));
    const [tenant] = await store.listTenants();
    if (tenant === undefined) {
      throw new Error('the tenant is missing');
    }
    const moved = new AbortController();
    let pairs = 0;
    // Each pair is one verb after the other: a copy may have none, the first, or both, and never the second alone.
    const writing = (async () => {
      while (!moved.signal.aborted) {
        await store.createGrant(tenant.id, aGrant(`pair-${pairs}`));
        await store.createUser(tenant.id, aUser(`pair-${pairs}`));
        pairs += 1;
      }
    })();
    const outcome = await moveStore(source, target);
    moved.abort();
    await writing;
    await store.close();
    unwrap(outcome);
    const { users = [], grants = [] } = await dump(target);
    const numbers = (rows: readonly string[]) => rows.flatMap((row) => /"id","pair-(\d+)"/.exec(row)?.[1] ?? []);
    const [withUser, withGrant] = [numbers(users), numbers(grants)];
    expect(withUser.filter((number) => !withGrant.includes(number))).toEqual([]);
    expect(withGrant.length - withUser.length).toBeLessThanOrEqual(1);
  });

  test.each(kinds)('refuses a %s database that holds anything, and leaves it alone', async (to) => {
    const [source, target] = [await filled(await engines.SQLite('from.db')), await filled(await engines[to]('to.db'))];
    const before = await dump(target);
    expect(await moveStore(source, target)).toEqual({ ok: false, failure: 'The database to fill is not empty.' });
    expect(await dump(target)).toEqual(before);
  });

  test.each(kinds)('fills a %s database that has been migrated and nothing else', async (to) => {
    const [source, target] = [await filled(await engines.SQLite('from.db')), await engines[to]('to.db')];
    const store = unwrap(openStore(target));
    await store.migrate(now);
    await store.close();
    unwrap(await moveStore(source, target));
    expect(await dump(target)).toEqual(await dump(source));
  });

  test.each(kinds)('to %s leaves nothing behind when it fails in the middle', async (to) => {
    const source = await filled(await engines.SQLite('from.db'));
    const target = await engines[to]('to.db');
    const database = new DatabaseSync(source.slice('sqlite:'.length));
    database.exec("UPDATE users SET claims = x'ff' WHERE id = 'user-1100'; DROP INDEX IF EXISTS sessions_by_user");
    database.exec('ALTER TABLE sessions ADD COLUMN surplus TEXT');
    database.close();
    await expect(moveStore(source, target)).rejects.toThrow(/surplus/);
    const store = unwrap(openStore(target));
    expect((await store.pendingMigrations()).length).toBeGreaterThan(0);
    await store.close();
  });

  test('takes an older schema along as it is, and refuses a newer one', async () => {
    const source = await engines.SQLite('from.db');
    const database = new DatabaseSync(source.slice('sqlite:'.length));
    const [last] = migrations.slice(-1);
    database.exec(migrationsTable);
    for (const { name, statements } of migrations.slice(0, -1)) {
      database.exec(statements.join(';'));
      database.prepare('INSERT INTO migrations VALUES (?, 0)').run(name);
    }
    database.exec("INSERT INTO tenants (id, name, display_name, domain, sealed_secret, enabled, created_at) VALUES ('t', 'acme', 'Acme', 'acme.example', 'sealed', 1, 0)");
    const target = await engines.PostgreSQL();
    unwrap(await moveStore(source, target));
    const store = unwrap(openStore(target));
    expect(await store.pendingMigrations()).toEqual([last?.name]);
    expect(await store.migrate(now)).toEqual([last?.name]);
    expect(await store.findTenant('acme')).toMatchObject({ displayName: 'Acme', settings: defaultSettings });
    await store.close();
    database.exec("INSERT INTO migrations VALUES ('9999-from-the-future', 0)");
    database.close();
    expect(await moveStore(source, await engines.PostgreSQL())).toEqual({
      ok: false,
      failure: 'The source was written by a newer version: this one does not know 9999-from-the-future.',
    });
  });

  test('refuses what is no database of ours, without giving a password away', async () => {
    const file = join(folder, 'text.db');
    writeFileSync(file, 'this is no database, though it is long enough to be taken for one by its size alone'.repeat(20));
    const target = await engines.SQLite('to.db');
    expect(await moveStore(`sqlite:${file}`, target)).toMatchObject({ ok: false, failure: expect.stringMatching(/^The database .*text\.db cannot be opened: /) });
    expect(await moveStore(await engines.PostgreSQL(), target)).toEqual({ ok: false, failure: 'The source holds no data of MicroAuth.' });
    const wrong = await moveStore('postgres://somebody:hunter2@127.0.0.1:1/none', target);
    expect(wrong).toMatchObject({ ok: false, failure: expect.stringMatching(/^The database postgres:\/\/127\.0\.0\.1:1\/none cannot be opened: /) });
    expect(JSON.stringify(wrong)).not.toContain('hunter2');
  });
});

describe('backup and restore', () => {
  test.each(directions)('from %s to %s bring every row back', async (from, to) => {
    const [source, target] = [await filled(await engines[from]('from.db')), await engines[to]('to.db')];
    const file = join(folder, 'backup');
    expect(unwrap(await backup(file, source))).toMatchObject({ users: userCount });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).filter((name) => name.startsWith('backup'))).toEqual(['backup']);
    expect(unwrap(await restore(file, target, { keepSessions: true }))).toMatchObject({ createdAt: now, sessionsEnded: 0, grantsRevoked: 0 });
    expect(await dump(target)).toEqual(await dump(source));
  });

  test.each(kinds)('a restore to %s ends sessions and revokes grants, once', async (to) => {
    const target = await engines[to]('to.db');
    const file = join(folder, 'backup');
    unwrap(await backup(file, await filled(await engines.SQLite('from.db'))));
    expect(unwrap(await restore(file, target))).toMatchObject({ sessionsEnded: 1, grantsRevoked: 1 });
    const store = unwrap(openStore(target));
    const tenantId = (await store.findTenant('acme'))?.id ?? aTenant('').id;
    expect(await store.findSession(tenantId, 'hash of session', now)).toBeUndefined();
    expect(await store.findGrant(tenantId, 'grant')).toMatchObject({ revokedAt: now + 1, revocationReason: 'restored' });
    expect(await store.findGrant(tenantId, 'gone')).toMatchObject({ revokedAt: now, revocationReason: 'test' });
    await store.close();
  });

  test.each(kinds)('a restore to a %s database that holds something happens with replace only', async (to) => {
    const target = await engines[to]('to.db');
    const file = join(folder, 'backup');
    const source = await filled(await engines.SQLite('from.db'));
    unwrap(await backup(file, source));
    const store = unwrap(openStore(target));
    await store.migrate(now);
    await store.createTenant(aTenant('newer'), []);
    expect(await restore(file, target)).toEqual({ ok: false, failure: 'The database to fill is not empty.' });
    expect((await store.listTenants()).map(({ name }) => name)).toEqual(['newer']);
    unwrap(await restore(file, target, { replace: true, keepSessions: true }));
    // A node that is still there sees the new rows through the connections that it has.
    expect((await store.listTenants()).map(({ name }) => name)).toEqual(['acme']);
    await store.close();
    expect(await dump(target)).toEqual(await dump(source));
  });

  test('a backup replaces no file, and is none while it is not finished', async () => {
    const source = await filled(await engines.SQLite('from.db'));
    const file = join(folder, 'backup');
    writeFileSync(file, 'precious');
    expect(await backup(file, source)).toMatchObject({ ok: false, failure: expect.stringMatching(/is there already/) });
    expect(readFileSync(file, 'utf8')).toBe('precious');
    expect(await backup(join(folder, 'no/such/folder'), source)).toMatchObject({ ok: false, failure: expect.stringMatching(/cannot be written/) });
    expect(await restore(source.slice('sqlite:'.length), await engines.SQLite('to.db'))).toEqual({
      ok: false,
      failure: 'The file is no backup of MicroAuth, or one that was never finished.',
    });
  });

  test('a sealing key that is not that of the database makes no backup', async () => {
    const file = join(folder, 'backup');
    const source = await filled(await engines.SQLite('from.db'));
    const other = unwrapKey(randomBytes(32));
    const result = await writeBackup(file, { databaseUrl: source, sealingKey: other, now, opens: (tenant) => opensTenantSecret(other, tenant) });
    expect(result).toMatchObject({ ok: false, failure: expect.stringMatching(/^The sealing key is not the one/) });
    expect(existsSync(file)).toBe(false);
    expect(existsSync(`${file}.unfinished`)).toBe(false);
  });

  describe('is not restored', () => {
    const damaged = 'The backup is damaged or was changed after it had been made.';
    let file: string;
    let target: string;

    beforeEach(async () => {
      file = join(folder, 'backup');
      target = await engines.SQLite('to.db');
      unwrap(await backup(file, await filled(await engines.SQLite('from.db'))));
    });

    const change = (text: string) => {
      const database = new DatabaseSync(file);
      database.exec(text);
      database.close();
    };

    test.each([
      ['a changed value', "UPDATE users SET email_verified = 0 WHERE id = 'user-7'"],
      ['a row that is gone', "DELETE FROM users WHERE id = 'user-7'"],
      ['a row that was added', "INSERT INTO attempts VALUES ('x', 'x', 0, 0)"],
      ['a table that is gone', 'DROP TABLE consents'],
      ['a view in the place of a table', 'DROP TABLE consents; CREATE VIEW consents AS SELECT 1'],
      ['a migration that is gone', 'DELETE FROM migrations WHERE name = (SELECT max(name) FROM migrations)'],
      ['another time', `UPDATE backup SET manifest = replace(manifest, '${now}', '${now + 1}')`],
      ['another MAC', "UPDATE backup SET mac = 'x'"],
    ])('with %s', async (_, text) => {
      change(text);
      expect(await restore(file, target)).toEqual({ ok: false, failure: damaged });
      expect(existsSync(target.slice('sqlite:'.length))).toBe(false);
    });

    test.each([
      ['no manifest', 'DELETE FROM backup', /no backup of MicroAuth/],
      ['text for a manifest', "UPDATE backup SET manifest = 'x'", /a format that this version does not know/],
      ['a format of the future', `UPDATE backup SET manifest = replace(manifest, '"format":1', '"format":2')`, /a format that this version does not know/],
    ])('with %s', async (_, text, sentence) => {
      change(text);
      expect(await restore(file, target)).toMatchObject({ ok: false, failure: expect.stringMatching(sentence) });
    });

    test('under another sealing key', async () => {
      const result = await restore(file, target, { sealingKey: unwrapKey(randomBytes(32)) });
      expect(result).toMatchObject({ ok: false, failure: expect.stringMatching(/^The backup was made under another sealing key/) });
    });

    test('with a byte turned, wherever it is', async () => {
      const whole = readFileSync(file);
      const changed = join(folder, 'changed');
      let refused = 0;
      for (let at = 100; at < whole.length; at += Math.floor(whole.length / 80)) {
        const bytes = Buffer.from(whole);
        bytes[at] = (bytes[at] ?? 0) ^ 0x01;
        writeFileSync(changed, bytes);
        rmSync(target.slice('sqlite:'.length), { force: true });
        const result = await restore(changed, target, { keepSessions: true });
        if (result.ok) {
          // A byte that nothing is read from: what came back is what was backed up.
          expect(await dump(target)).toEqual(await dump(`sqlite:${file}`));
        } else {
          refused += 1;
        }
      }
      expect(refused).toBeGreaterThan(10);
    });

    test('cut short', async () => {
      const cut = join(folder, 'cut');
      copyFileSync(file, cut);
      writeFileSync(cut, readFileSync(file).subarray(0, 40_960));
      expect((await restore(cut, target)).ok).toBe(false);
    });
  });
});

describe('what was issued before', () => {
  let server: TestServer;
  let flow: Flow;

  beforeEach(async () => {
    server = await startServer();
    const client = await server.client({ type: 'spa', redirectUris: [redirectUri] });
    await server.user();
    flow = new Flow(server.issuer, client);
  });

  test('works after a move to PostgreSQL: refresh tokens, sessions and keys', async () => {
    const tokens = await flow.tokens();
    const jwks = (await send(`${server.issuer}/jwks`)).text;
    const target = await postgres.database();
    unwrap(await moveStore(server.config.databaseUrl, target));
    await server.stop();
    await servedFrom(server, { databaseUrl: target }, async () => {
      expect((await flow.refresh(tokens.json.refresh_token)).status).toBe(200);
      expect((await flow.userinfo(tokens.json.access_token)).status).toBe(200);
      // Signed in as before: no sign-in page comes.
      expect((await flow.answer({ prompt: 'none' })).get('code')).not.toBeNull();
      expect((await send(`${server.issuer}/jwks`)).text).toBe(jwks);
    });
  });

  test('is over after a restore, and signing in works', async () => {
    const tokens = await flow.tokens();
    const file = join(folder, 'backup');
    const { sealingKey: used, databaseUrl } = server.config;
    unwrap(await writeBackup(file, { databaseUrl, sealingKey: used, now: server.clock.now(), opens: (tenant) => opensTenantSecret(used, tenant) }));
    const target = await postgres.database();
    unwrap(await restore(file, target, { sealingKey: used, now: server.clock.now() }));
    await server.stop();
    await servedFrom(server, { databaseUrl: target }, async () => {
      expect((await flow.refresh(tokens.json.refresh_token)).json).toMatchObject({ error: 'invalid_grant' });
      expect((await flow.userinfo(tokens.json.access_token)).status).toBe(401);
      expect((await flow.answer({ prompt: 'none' })).get('error')).toBe('login_required');
      expect((await flow.tokens()).status).toBe(200);
    });
  });
});
