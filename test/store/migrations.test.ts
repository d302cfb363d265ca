import { mkdtempSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { migrations } from '../../src/store/migrations/all.ts';
import type { TenantId } from '../../src/store/records.ts';
import { openStore } from '../../src/store/sql/open-store.ts';
import { tables } from '../../src/store/sql/schema.ts';
import { unwrap } from '../support/server.ts';
import { aClient, aTenant, aUser } from './records.ts';

/* Nodes of the previous version run on while the next one brings the schema forward: nothing that they use may go. */
const [, ...steps] = migrations;

test('are in the order of their numbers', () => {
  const names = migrations.map(({ name }) => name);
  expect(names.filter((name) => !/^\d{4}-[a-z-]+$/.test(name))).toEqual([]);
  expect(names).toEqual([...new Set(names)].toSorted());
});

test('make the tables that backup, move and the deletion of a tenant know, and no others', () => {
  const made = migrations.flatMap(({ statements }) => statements.flatMap((statement) => /^CREATE TABLE (\w+)/.exec(statement)?.[1] ?? []));
  expect(['migrations', ...made].toSorted()).toEqual(tables.toSorted());
});

test.each(steps)('$name only adds, and nothing that the version before it would have to fill', ({ statements }) => {
  const made = new Set(statements.flatMap((statement) => /^CREATE TABLE (\w+)/.exec(statement)?.[1] ?? []));
  for (const statement of statements) {
    const onTable = /^CREATE (?:UNIQUE )?INDEX \w+ ON (\w+)/.exec(statement)?.[1];
    const column = /^ALTER TABLE (\w+) ADD COLUMN (.*)$/s.exec(statement);
    const adds = statement.startsWith('CREATE TABLE ') || onTable !== undefined || column !== null;
    const mayBeLeftOut = column === null || !/NOT NULL/.test(column[2] ?? '') || /DEFAULT/.test(column[2] ?? '');
    // A new rule for rows that older nodes write would refuse them.
    const rules = statement.startsWith('CREATE UNIQUE') ? made.has(onTable ?? '') : !/UNIQUE|CHECK|REFERENCES/.test(column?.[2] ?? '');
    expect({ statement, adds, mayBeLeftOut, rules }).toEqual({ statement, adds: true, mayBeLeftOut: true, rules: true });
  }
});

test('0005-budgets brings addresses to one spelling, names those that meet in it, and loses nobody (RFC 5890 §2.3.2.1)', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'microauth-migration-'));
  const file = join(folder, 'microauth.db');
  const tenant = 'tenant' as TenantId;
  try {
    const store = unwrap(openStore(`sqlite:${file}`));
    await store.migrate(1);
    const keys = { read: 'ada@bücher.example', registered: 'ada@xn--bcher-kva.example', alone: 'eve@bücher.example', plain: 'bob@example.com', local: 'zoë@example.com' };
    for (const [id, emailKey] of Object.entries(keys)) {
      await store.createUser(tenant, aUser(id, { email: emailKey, emailKey }));
    }
    await store.close();
    // As the version before left it.
    const database = new DatabaseSync(file);
    database.exec(`DROP TABLE budgets; DELETE FROM migrations WHERE name = '0005-budgets'`);
    database.close();
    const migrated = unwrap(openStore(`sqlite:${file}`));
    expect(await migrated.migrate(2)).toContain('0005-budgets');
    const found = await Promise.all(Object.keys(keys).map(async (id) => [id, (await migrated.findUser(tenant, id))?.emailKey]));
    expect(Object.fromEntries(found)).toEqual({ ...keys, alone: 'eve@xn--bcher-kva.example' });
    expect(await migrated.listAddressCollisions(10)).toEqual([{ tenantId: tenant, userId: 'read', email: keys.read, holderId: 'registered' }]);
    await migrated.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('0010-versions-and-aliases keeps what is there, counts from one, and has every domain among the names', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'microauth-migration-'));
  const file = join(folder, 'microauth.db');
  try {
    const store = unwrap(openStore(`sqlite:${file}`));
    await store.migrate(1);
    const [acme, globex] = [aTenant('acme'), aTenant('globex')];
    await store.createTenant(acme, []);
    await store.createTenant(globex, []);
    await store.createClient(acme.id, aClient('client'));
    await store.close();
    // As the version before left it.
    const database = new DatabaseSync(file);
    const columns = { tenants: ['version', 'updated_at'], clients: ['version', 'updated_at'], resources: ['version', 'updated_at'], users: ['version'] };
    for (const [table, names] of Object.entries(columns)) {
      database.exec(names.map((name) => `ALTER TABLE ${table} DROP COLUMN ${name};`).join(''));
    }
    database.exec(`DROP TABLE tenant_names; DELETE FROM migrations WHERE name = '0010-versions-and-aliases'`);
    database.close();
    const migrated = unwrap(openStore(`sqlite:${file}`));
    expect(await migrated.migrate(2)).toContain('0010-versions-and-aliases');
    // A node of the version before makes another one.
    const late = new DatabaseSync(file);
    late.exec(`INSERT INTO tenants (id, name, display_name, domain, sealed_secret, enabled, created_at) VALUES ('late', 'late', 'Late', 'late.example', 'sealed', 1, 3)`);
    late.close();
    expect(await migrated.findTenantByDomain('late.example')).toMatchObject({ name: 'late', aliases: [], version: 1 });
    expect(await migrated.updateTenant(globex.id, { ...globex, domain: 'late.example' })).toBe('domain_taken');
    expect(await migrated.findClient(acme.id, 'client')).toEqual(aClient('client', { version: 1, updatedAt: 0 }));
    expect(await migrated.updateTenant(globex.id, { ...globex, aliases: [{ domain: acme.domain, backChannel: null }] })).toBe('domain_taken');
    expect(await migrated.updateTenant(acme.id, { ...acme, domain: 'new.example', aliases: [{ domain: acme.domain, backChannel: null }] })).toBe('updated');
    expect(await migrated.findTenantByDomain(acme.domain)).toMatchObject({ id: acme.id, domain: 'new.example' });
    await migrated.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('0011-groups lets every client that signs people in have the scope groups, and no other', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'microauth-migration-'));
  const file = join(folder, 'microauth.db');
  const tenant = 'tenant' as TenantId;
  try {
    const store = unwrap(openStore(`sqlite:${file}`));
    await store.migrate(1);
    const scopes = { people: ['openid', 'email'], service: ['read'], none: [], both: ['groups', 'openid'] };
    for (const [id, had] of Object.entries(scopes)) {
      await store.createClient(tenant, { ...aClient(id), scopes: had });
    }
    await store.close();
    const database = new DatabaseSync(file);
    database.exec(`DELETE FROM migrations WHERE name = '0011-groups'`);
    database.close();
    const migrated = unwrap(openStore(`sqlite:${file}`));
    expect(await migrated.migrate(2)).toEqual(['0011-groups']);
    const found = await Promise.all(Object.keys(scopes).map(async (id) => [id, (await migrated.findClient(tenant, id))?.scopes]));
    expect(Object.fromEntries(found)).toEqual({ ...scopes, people: ['openid', 'email', 'groups'] });
    await migrated.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
