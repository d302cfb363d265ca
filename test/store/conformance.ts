import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Store } from '../../src/store/port.ts';
import type { TenantId } from '../../src/store/records.ts';
import { aTicket } from './account-records.ts';
import { aClient, aGrant, aKey, aResource, aSession, aTenant, aUser, now } from './records.ts';

/** A store to be tried, empty and without a schema. */
export interface StoreUnderTest {
  readonly store: Store;
  /** Closes it and removes what it left. */
  dispose(): Promise<void>;
}

const window = 10_000;

/** What every engine must do: the specification of the store's port. */
export function describeStore(engine: string, open: (how?: 'empty') => Promise<StoreUnderTest>): void {
  describe(`store on ${engine}`, () => {
    let opened: StoreUnderTest;
    let store: Store;
    let tenant: TenantId;

    beforeEach(async () => {
      opened = await open();
      store = opened.store;
      await store.migrate(now);
      const record = aTenant('acme');
      tenant = record.id;
      await store.createTenant(record, [aKey('key-1')]);
    });
    afterEach(() => opened.dispose());

    describe('migrate', () => {
      test('is pending before, and asking changes nothing', async () => {
        const fresh = await open('empty');
        const pending = await fresh.store.pendingMigrations();
        expect(pending.length).toBeGreaterThan(0);
        expect(await fresh.store.pendingMigrations()).toEqual(pending);
        expect(await fresh.store.migrate(now)).toEqual(pending);
        await fresh.dispose();
      });

      test('a second time changes nothing', async () => {
        expect(await store.pendingMigrations()).toEqual([]);
        expect(await store.migrate(now)).toEqual([]);
      });

      test('two at once apply each step once', async () => {
        const fresh = await open('empty');
        const both = await Promise.all([fresh.store.migrate(now), fresh.store.migrate(now)]);
        expect(both.flat().length).toBe(new Set(both.flat()).size);
        expect(await fresh.store.pendingMigrations()).toEqual([]);
        await fresh.dispose();
      });
    });

    describe('tenants', () => {
      test('are found by domain, id and name, with every field as it was given', async () => {
        const record = aTenant('globex');
        expect(await store.createTenant(record, [])).toBe('created');
        expect(await store.findTenantByDomain('globex.example')).toEqual(record);
        expect(await store.findTenant(record.id)).toEqual(record);
        expect(await store.findTenant('globex')).toEqual(record);
        expect((await store.listTenants()).map(({ name }) => name)).toEqual(['acme', 'globex']);
        expect(['acme', 'globex']).toContain((await store.findAnyTenant())?.name);
      });

      test('share neither name nor domain, and a refused one leaves no key behind', async () => {
        const sameDomain = { ...aTenant('other'), domain: 'acme.example' };
        expect(await store.createTenant(aTenant('acme'), [])).toBe('name_taken');
        expect(await store.createTenant(sameDomain, [aKey('orphan')])).toBe('domain_taken');
        expect(await store.listSigningKeys(sameDomain.id, now)).toEqual([]);
        const globex = aTenant('globex');
        await store.createTenant(globex, []);
        expect(await store.updateTenant(globex.id, { ...globex, domain: 'acme.example' })).toBe('domain_taken');
        expect(await store.updateTenant(globex.id, { ...globex, domain: 'new.example' })).toBe('updated');
        expect(await store.findTenantByDomain('globex.example')).toBeUndefined();
        expect(await store.createTenant({ ...aTenant('next'), domain: 'globex.example' }, [])).toBe('created');
      });

      test('are found by their aliases, which are no other tenant’s', async () => {
        const aliases = [
          { domain: 'inner', backChannel: 'http://inner:4000' },
          { domain: 'old.example', backChannel: null },
        ];
        const globex = { ...aTenant('globex'), aliases };
        expect(await store.createTenant(globex, [])).toBe('created');
        for (const domain of ['globex.example', 'inner', 'old.example']) {
          expect(await store.findTenantByDomain(domain)).toEqual(globex);
          expect(await store.createTenant({ ...aTenant('other'), domain }, [])).toBe('domain_taken');
          const acme = (await store.findTenant(tenant)) ?? expect.fail('the tenant is gone');
          expect(await store.updateTenant(tenant, { ...acme, domain })).toBe('domain_taken');
          expect(await store.updateTenant(tenant, { ...acme, aliases: [{ domain, backChannel: null }] })).toBe('domain_taken');
        }
        expect((await store.listTenants()).find(({ name }) => name === 'globex')).toEqual(globex);
        // Domain and alias change places.
        const moved = { ...globex, domain: 'old.example', aliases: [{ domain: 'globex.example', backChannel: null }] };
        expect(await store.updateTenant(globex.id, moved)).toBe('updated');
        expect(await store.findTenantByDomain('globex.example')).toEqual({ ...moved, version: 2 });
        expect(await store.findTenantByDomain('inner')).toBeUndefined();
        expect(await store.deleteTenant(globex.id)).toBe(true);
        expect(await store.findTenantByDomain('globex.example')).toBeUndefined();
        expect(await store.createTenant({ ...aTenant('third'), domain: 'old.example' }, [])).toBe('created');
      });

      test('of many that want one name at once, as domain or alias, one gets it', async () => {
        const tenants = Array.from({ length: 8 }, (_, index) => aTenant(`many-${index}`));
        await Promise.all(tenants.map((one) => store.createTenant(one, [])));
        const outcomes = await Promise.all(
          tenants.map((one, index) =>
            store.updateTenant(one.id, index % 2 === 0 ? { ...one, domain: 'wanted.example' } : { ...one, aliases: [{ domain: 'wanted.example', backChannel: null }] }),
          ),
        );
        expect(outcomes.toSorted()).toEqual([...Array.from({ length: 7 }, () => 'domain_taken'), 'updated']);
      });

      test('take everything along when they go', async () => {
        await store.createClient(tenant, aClient('client'));
        await store.createUser(tenant, aUser('user'));
        await store.startSession(tenant, aSession('session', 'user'));
        await store.createGrant(tenant, aGrant('grant'));
        expect(await store.deleteTenant(tenant)).toBe(true);
        expect(await store.deleteTenant(tenant)).toBe(false);
        expect(await store.findClient(tenant, 'client')).toBeUndefined();
        expect(await store.findUser(tenant, 'user')).toBeUndefined();
        expect(await store.findGrant(tenant, 'grant')).toBeUndefined();
        expect(await store.listSigningKeys(tenant, now)).toEqual([]);
      });
    });

    describe('signing keys', () => {
      test('come newest first, without those that have retired', async () => {
        expect(await store.rotateSigningKey(tenant, 'key-1', aKey('key-2', { activatesAt: now + 10 }), now + 100)).toBe('rotated');
        expect((await store.listSigningKeys(tenant, now)).map(({ kid }) => kid)).toEqual(['key-2', 'key-1']);
        expect((await store.listSigningKeys(tenant, now + 100)).map(({ kid }) => kid)).toEqual(['key-2']);
      });

      test('the first of an algorithm is added by one of many', async () => {
        const added = await Promise.all(
          Array.from({ length: 10 }, (_, index) => store.addSigningKey(tenant, aKey(`rsa-${index}`, { algorithm: 'RS256' }))),
        );
        expect(added.filter((outcome) => outcome === 'added')).toHaveLength(1);
        expect(await store.listSigningKeys(tenant, now)).toHaveLength(2);
        expect(await store.addSigningKey('tenant_none' as TenantId, aKey('lost'))).toBe('unknown');
      });

      test('tenants with a key that has been active for long are due, until it is rotated', async () => {
        expect(await store.listTenantsDueForRotation(now - 1, 10)).toEqual([]);
        expect(await store.listTenantsDueForRotation(now, 10)).toEqual([tenant]);
        await store.rotateSigningKey(tenant, 'key-1', aKey('key-2', { activatesAt: now + 10 }), now + 100);
        expect(await store.listTenantsDueForRotation(now, 10)).toEqual([]);
      });

      test('one that nothing follows retires once, and makes room for a first one', async () => {
        expect(await store.retireSigningKey(tenant, 'key-1', now + 100)).toBe(true);
        expect(await store.retireSigningKey(tenant, 'key-1', now + 200)).toBe(false);
        expect(await store.retireSigningKey(tenant, 'key-none', now)).toBe(false);
        expect(await store.listTenantsDueForRotation(now, 10)).toEqual([]);
        expect((await store.listSigningKeys(tenant, now)).map(({ kid, retiresAt }) => [kid, retiresAt])).toEqual([['key-1', now + 100]]);
        expect(await store.rotateSigningKey(tenant, 'key-1', aKey('key-2'), now + 300)).toBe('already_rotated');
        expect(await store.addSigningKey(tenant, aKey('key-3'))).toBe('added');
        expect(await store.addSigningKey(tenant, aKey('key-4'))).toBe('exists');
      });

      test('are rotated by one of many', async () => {
        const rotations = await Promise.all(
          Array.from({ length: 10 }, (_, index) => store.rotateSigningKey(tenant, 'key-1', aKey(`next-${index}`, { activatesAt: now + 1 }), now + 9)),
        );
        expect(rotations.filter((outcome) => outcome === 'rotated')).toHaveLength(1);
      });
    });

    describe('clients, resources and users', () => {
      test('come back with every field as it was given', async () => {
        expect(await store.createClient(tenant, aClient('client'))).toBe('created');
        expect(await store.createClient(tenant, aClient('client'))).toBe('id_taken');
        expect(await store.findClient(tenant, 'client')).toEqual(aClient('client'));
        expect(await store.updateClient(tenant, aClient('client', { enabled: false, scopes: [] }))).toBe('updated');
        expect(await store.findClient(tenant, 'client')).toEqual(aClient('client', { enabled: false, scopes: [], version: 2 }));
        expect(await store.updateClient(tenant, aClient('client', { name: 'late' }))).toBe('lost');
        expect(await store.findClient(tenant, 'client')).toEqual(aClient('client', { enabled: false, scopes: [], version: 2 }));
        expect(await store.updateClient(tenant, aClient('nobody'))).toBe('unknown');
        expect(await store.createResource(tenant, aResource('https://api.example'))).toBe('created');
        expect(await store.createResource(tenant, aResource('https://api.example'))).toBe('identifier_taken');
        expect(await store.listResources(tenant)).toEqual([aResource('https://api.example')]);
        const resource = { ...aResource('https://api.example'), name: 'Other', scopes: [], defaultScopes: [], accessTokenLifetime: null, updatedAt: now + 5 };
        expect(await store.updateResource(tenant, resource)).toBe('updated');
        expect(await store.updateResource(tenant, aResource('https://api.example'))).toBe('lost');
        expect(await store.listResources(tenant)).toEqual([{ ...resource, version: 2 }]);
        expect(await store.deleteResource(tenant, 'https://api.example')).toBe(true);
        expect(await store.updateResource(tenant, resource)).toBe('unknown');
        expect(await store.createUser(tenant, aUser('user'))).toBe('created');
        expect(await store.findUserByEmail(tenant, 'user@example.com')).toEqual(aUser('user'));
        expect((await store.listClients(tenant)).map(({ id }) => id)).toEqual(['client']);
        expect((await store.listUsers(tenant)).map(({ id }) => id)).toEqual(['user']);
      });

      test('users share no address', async () => {
        await store.createUser(tenant, aUser('user'));
        await store.createUser(tenant, aUser('other'));
        expect(await store.createUser(tenant, aUser('third', { emailKey: 'user@example.com' }))).toBe('email_taken');
        expect(await store.updateUser(tenant, aUser('other', { emailKey: 'user@example.com' }))).toBe('email_taken');
        expect(await store.updateUser(tenant, aUser('other', { emailVerified: false }))).toBe('updated');
        expect(await store.updateUser(tenant, aUser('nobody'))).toBe('unknown');
      });

      test('whatever changes a user counts, so that who has read them before changes nothing', async () => {
        await store.createUser(tenant, aUser('user', { passwordHash: 'hash', emailVerified: false }));
        const changes: readonly (() => Promise<unknown>)[] = [
          () => store.verifyEmail(tenant, 'user', 'user@example.com', now),
          () => store.setPassword(tenant, 'user', { hash: 'new hash', byMail: true }, now),
          () => store.trustPassword(tenant, 'user', 'new hash'),
          () => store.rehashPassword(tenant, 'user', 'new hash', 'better hash'),
          () => store.changeEmail(tenant, 'user', { email: 'New@example.com', emailKey: 'new@example.com' }, now),
          () => store.acceptTerms(tenant, 'user', now),
          () => store.setUserEnabled(tenant, 'user', false, now),
        ];
        for (const change of changes) {
          const read = (await store.findUser(tenant, 'user')) ?? expect.fail('the user is gone');
          await change();
          expect(await store.updateUser(tenant, { ...read, claims: '{"name":"late"}' })).toBe('lost');
        }
        expect(await store.findUser(tenant, 'user')).toMatchObject({ passwordHash: 'better hash', emailKey: 'new@example.com', enabled: false, version: 8 });
      });

      test('a user who is changed keeps what they have, but what another address was sent, and all of it who is kept out', async () => {
        await store.createUser(tenant, aUser('user'));
        await store.startSession(tenant, aSession('session', 'user'));
        await store.createGrant(tenant, aGrant('grant'));
        const ticket = () => store.createTicket(tenant, aTicket('ticket', { userId: 'user' }));
        const left = async () => [(await store.listSessions(tenant, 'user', now)).length, (await store.findGrant(tenant, 'grant'))?.revokedAt, (await store.findTicket(tenant, 'ticket', now))?.id];
        await ticket();
        expect(await store.updateUser(tenant, aUser('user', { claims: '{}' }))).toBe('updated');
        expect(await left()).toEqual([1, null, 'ticket']);
        const moved = { email: 'New@example.com', emailKey: 'new@example.com' };
        expect(await store.updateUser(tenant, aUser('user', { ...moved, version: 2 }))).toBe('updated');
        expect(await left()).toEqual([1, null, undefined]);
        await ticket();
        expect(await store.updateUser(tenant, aUser('user', { ...moved, version: 3, enabled: false, updatedAt: now + 5 }))).toBe('updated');
        expect(await left()).toEqual([0, now + 5, undefined]);
      });

      test('a client takes its grants and consents along, a user theirs', async () => {
        await store.createClient(tenant, aClient('client'));
        await store.createUser(tenant, aUser('user'));
        await store.createGrant(tenant, aGrant('grant'));
        await store.createGrant(tenant, aGrant('of-other', { clientId: 'other' }));
        await store.addConsent(tenant, { userId: 'user', clientId: 'client', allowed: { '': ['openid'] }, grantedAt: now });
        expect(await store.deleteClient(tenant, 'client')).toBe(true);
        expect(await store.findGrant(tenant, 'grant')).toBeUndefined();
        expect(await store.findConsent(tenant, 'user', 'client')).toBeUndefined();
        expect(await store.findGrant(tenant, 'of-other')).toBeDefined();
        expect(await store.deleteUser(tenant, 'user')).toBe(true);
        expect(await store.findGrant(tenant, 'of-other')).toBeUndefined();
      });

      test('a new password ends the sessions and grants of that user alone', async () => {
        for (const id of ['user', 'other']) {
          await store.createUser(tenant, aUser(id));
          await store.startSession(tenant, aSession(`session of ${id}`, id));
          await store.createGrant(tenant, aGrant(`grant of ${id}`, { userId: id, offline: true }));
        }
        expect(await store.setPassword(tenant, 'user', { hash: 'new hash', byMail: false }, now + 5)).toBe(true);
        expect(await store.setPassword(tenant, 'nobody', { hash: 'new hash', byMail: false }, now)).toBe(false);
        expect(await store.findUser(tenant, 'user')).toMatchObject({ passwordHash: 'new hash', passwordByMail: false, updatedAt: now + 5 });
        expect(await store.listSessions(tenant, 'user', now)).toEqual([]);
        expect(await store.findGrant(tenant, 'grant of user')).toMatchObject({ revokedAt: now + 5, revocationReason: 'password_changed' });
        expect(await store.listSessions(tenant, 'other', now)).toHaveLength(1);
        expect(await store.findGrant(tenant, 'grant of other')).toMatchObject({ revokedAt: null });
      });
    });

    describe('sessions', () => {
      beforeEach(async () => {
        await store.createUser(tenant, aUser('user'));
        await store.createUser(tenant, aUser('other'));
      });

      test('count only while their users may sign in', async () => {
        expect(await store.updateUser(tenant, aUser('user', { enabled: false }))).toBe('updated');
        await store.startSession(tenant, aSession('one', 'user'));
        await store.startSession(tenant, aSession('two', 'other'));
        expect(await store.findSession(tenant, 'hash of one', now)).toBeUndefined();
        expect(await store.findSession(tenant, 'hash of two', now)).toEqual(aSession('two', 'other'));
      });

      test('are found by their cookie until they expire or end', async () => {
        await store.startSession(tenant, aSession('one', 'user'));
        expect(await store.findSession(tenant, 'hash of one', now)).toEqual(aSession('one', 'user'));
        expect(await store.findSession(tenant, 'hash of one', now + 1_000_000)).toBeUndefined();
        expect(await store.endSession(tenant, 'one')).toBe(true);
        expect(await store.endSession(tenant, 'one')).toBe(false);
        expect(await store.findSession(tenant, 'hash of one', now)).toBeUndefined();
      });

      test('of several people stand beside each other, and go on for the same one under a new cookie', async () => {
        await store.startSession(tenant, aSession('one', 'user'));
        await store.startSession(tenant, aSession('two', 'other'));
        expect(await store.findSession(tenant, 'hash of one', now)).toEqual(aSession('one', 'user'));
        expect(await store.continueSession(tenant, aSession('two', 'other', { cookieHash: 'renewed', authTime: now + 1 }))).toBe(true);
        expect(await store.continueSession(tenant, aSession('two', 'user', { cookieHash: 'stolen' }))).toBe(false);
        expect(await store.findSession(tenant, 'hash of two', now)).toBeUndefined();
        expect(await store.findSession(tenant, 'renewed', now)).toMatchObject({ id: 'two', authTime: now + 1 });
        expect(await store.endSessionsOfUser(tenant, 'other')).toBe(1);
        // What has ended does not go on.
        expect(await store.continueSession(tenant, aSession('two', 'other', { cookieHash: 'revived' }))).toBe(false);
        expect(await store.findSession(tenant, 'revived', now)).toBeUndefined();
        await store.startSession(tenant, aSession('three', 'user'));
        await store.startSession(tenant, aSession('four', 'user'));
        expect(await store.endSessionsOfUser(tenant, 'user', 'three')).toBe(2);
        expect((await store.listSessions(tenant, 'user', now)).map(({ id }) => id)).toEqual(['three']);
      });
    });

    test('consents add up, each resource for itself', async () => {
      await store.addConsent(tenant, { userId: 'user', clientId: 'client', allowed: { '': ['openid'] }, grantedAt: now });
      await store.addConsent(tenant, { userId: 'user', clientId: 'client', allowed: { '': ['email', 'openid'], 'https://api.example': ['openid'] }, grantedAt: now + 1 });
      expect(await store.findConsent(tenant, 'user', 'client')).toEqual({
        userId: 'user',
        clientId: 'client',
        allowed: { '': ['openid', 'email'], 'https://api.example': ['openid'] },
        grantedAt: now + 1,
      });
    });

    describe('redeemCode', () => {
      const grant = aGrant('grant');
      beforeEach(() => store.createGrant(tenant, grant));

      test('redeems once; a second time revokes the grant', async () => {
        expect(await store.redeemCode(tenant, 'client', grant, now + 1)).toEqual({
          kind: 'redeemed',
          grant: aGrant('grant', { redeemedAt: now + 1 }),
        });
        expect(await store.redeemCode(tenant, 'client', grant, now + 2)).toEqual({ kind: 'replayed', grantId: 'grant' });
        expect(await store.findGrant(tenant, 'grant')).toMatchObject({ revokedAt: now + 2, revocationReason: 'code_replayed' });
      });

      test('of many at once, redeems one', async () => {
        const outcomes = await Promise.all(Array.from({ length: 50 }, () => store.redeemCode(tenant, 'client', grant, now)));
        expect(outcomes.filter(({ kind }) => kind === 'redeemed')).toHaveLength(1);
        expect(outcomes.filter(({ kind }) => kind === 'replayed')).toHaveLength(49);
      });

      test('another client neither redeems nor revokes', async () => {
        expect(await store.redeemCode(tenant, 'other', grant, now)).toEqual({ kind: 'unknown' });
        expect((await store.redeemCode(tenant, 'client', grant, now)).kind).toBe('redeemed');
        expect(await store.redeemCode(tenant, 'other', grant, now)).toEqual({ kind: 'unknown' });
        expect(await store.findGrant(tenant, 'grant')).toMatchObject({ revokedAt: null });
      });

      test('an expired code and an unknown one give nothing', async () => {
        expect(await store.redeemCode(tenant, 'client', grant, now + 60_000)).toEqual({ kind: 'expired' });
        expect(await store.redeemCode(tenant, 'client', aGrant('none'), now)).toEqual({ kind: 'unknown' });
      });

      test('a revoked grant is not redeemed', async () => {
        await store.revokeGrant(tenant, 'grant', 'test', now);
        expect((await store.redeemCode(tenant, 'client', grant, now)).kind).not.toBe('redeemed');
      });
    });

    describe('rotateRefreshToken', () => {
      const present = (generation: number, at: number) =>
        store.rotateRefreshToken(tenant, 'client', aGrant('grant'), generation, at, window);

      beforeEach(async () => {
        await store.createGrant(tenant, aGrant('grant'));
        await store.redeemCode(tenant, 'client', aGrant('grant'), now);
      });

      test('goes on by one, and answers the previous one again within the window', async () => {
        expect(await present(0, now + 1)).toMatchObject({ kind: 'rotated', grant: { generation: 1, rotatedAt: now + 1 } });
        expect(await present(0, now + window)).toMatchObject({ kind: 'repeated', grant: { generation: 1, rotatedAt: now + 1 } });
        expect(await present(1, now + window)).toMatchObject({ kind: 'rotated', grant: { generation: 2 } });
      });

      test('after the window the previous one revokes the grant', async () => {
        await present(0, now);
        expect(await present(0, now + window)).toEqual({ kind: 'replayed' });
        expect(await store.findGrant(tenant, 'grant')).toMatchObject({ revocationReason: 'refresh_token_replayed' });
        expect(await present(1, now + window)).toEqual({ kind: 'unknown' });
      });

      test('a clock that runs a little behind keeps the window, one that was set back does not hold it open', async () => {
        await present(0, now + 3_600_000 / 4);
        expect(await present(0, now + 3_600_000 / 4 - window + 1)).toMatchObject({ kind: 'repeated' });
        expect(await present(0, now)).toEqual({ kind: 'replayed' });
      });

      test('an older one, and one that was never issued, revoke it within the window too', async () => {
        await present(0, now);
        await present(1, now);
        expect(await present(0, now + 1)).toEqual({ kind: 'replayed' });
        await store.createGrant(tenant, aGrant('second', { redeemedAt: now }));
        const future = await store.rotateRefreshToken(tenant, 'client', aGrant('second'), 7, now, window);
        expect(future).toEqual({ kind: 'replayed' });
      });

      test('of many at once, one rotates and all get the same successor', async () => {
        const outcomes = await Promise.all(Array.from({ length: 50 }, () => present(0, now + 1)));
        expect(outcomes.filter(({ kind }) => kind === 'rotated')).toHaveLength(1);
        expect(outcomes.filter(({ kind }) => kind === 'repeated')).toHaveLength(49);
        expect(new Set(outcomes.map((outcome) => ('grant' in outcome ? outcome.grant.generation : 0)))).toEqual(new Set([1]));
      });

      test('another client, an expired grant and one that was never redeemed get nothing and break nothing', async () => {
        expect(await store.rotateRefreshToken(tenant, 'other', aGrant('grant'), 0, now, window)).toEqual({ kind: 'unknown' });
        expect(await present(0, now + 1_000_000)).toEqual({ kind: 'unknown' });
        await store.createGrant(tenant, aGrant('fresh'));
        expect((await store.rotateRefreshToken(tenant, 'client', aGrant('fresh'), 0, now, window)).kind).not.toBe('rotated');
        expect(await present(0, now)).toMatchObject({ kind: 'rotated' });
      });
    });

    test('revokeGrant happens once and keeps its first reason', async () => {
      await store.createGrant(tenant, aGrant('grant'));
      expect(await store.revokeGrant(tenant, 'grant', 'first', now)).toBe(true);
      expect(await store.revokeGrant(tenant, 'grant', 'second', now + 1)).toBe(false);
      expect(await store.findGrant(tenant, 'grant')).toMatchObject({ revokedAt: now, revocationReason: 'first' });
    });

    test('readStanding reads everything that a token rests on', async () => {
      await store.createUser(tenant, aUser('user'));
      await store.startSession(tenant, aSession('session', 'user'));
      await store.createGrant(tenant, aGrant('grant'));
      const subject = { grantId: 'grant', accessTokenId: 'token' };
      const whole = { user: aUser('user'), sessionAlive: true, grant: aGrant('grant'), accessTokenRevoked: false };
      expect(await store.readStanding(tenant, subject, now)).toEqual(whole);
      expect(await store.readStanding(tenant, subject, now + 1_000_000)).toMatchObject({ sessionAlive: false });
      await store.revokeAccessToken(tenant, 'token', now + 10);
      await store.revokeAccessToken(tenant, 'token', now + 10);
      await store.endSession(tenant, 'session');
      expect(await store.readStanding(tenant, subject, now)).toMatchObject({ accessTokenRevoked: true, sessionAlive: false });
      await store.createGrant(tenant, aGrant('orphan', { userId: 'nobody' }));
      expect(await store.readStanding(tenant, { grantId: 'orphan' }, now)).toMatchObject({ user: undefined, sessionAlive: false });
      const nothing = { user: undefined, sessionAlive: false, grant: undefined, accessTokenRevoked: false };
      expect(await store.readStanding(tenant, {}, now)).toEqual(nothing);
      expect(await store.readStanding(tenant, { grantId: 'none', accessTokenId: 'none' }, now)).toEqual(nothing);
    });

    test('accounts that meet in one address are named', async () => {
      expect(await store.listAddressCollisions(10)).toEqual([]);
      await store.createUser(tenant, aUser('registered', { emailKey: 'ada@xn--bcher-kva.example' }));
      await store.createUser(tenant, aUser('read', { email: 'Ada@bücher.example', emailKey: 'ada@bücher.example' }));
      await store.createUser(tenant, aUser('alone', { emailKey: 'zoë@example.com' }));
      expect(await store.listAddressCollisions(10)).toEqual([{ tenantId: tenant, userId: 'read', email: 'Ada@bücher.example', holderId: 'registered' }]);
    });

    describe('attempts', () => {
      const bucket = { key: 'bucket', burst: 3, every: 1000 };
      const attempt = (at: number, ...buckets: (typeof bucket)[]) => store.takeAttempt(tenant, buckets.length === 0 ? [bucket] : buckets, at);

      test('are allowed as many at once, and one more whenever one has come back', async () => {
        for (let count = 0; count < 3; count += 1) {
          expect(await attempt(now)).toEqual({ allowed: true });
        }
        expect(await attempt(now + 999)).toEqual({ allowed: false, retryAt: now + 1000 });
        expect(await attempt(now + 1000)).toEqual({ allowed: true });
        expect(await attempt(now + 1000)).toEqual({ allowed: false, retryAt: now + 2000 });
        for (let count = 0; count < 3; count += 1) {
          expect(await attempt(now + 10_000)).toEqual({ allowed: true });
        }
        expect((await attempt(now + 10_000)).allowed).toBe(false);
      });

      test('of many at once, no more than the burst pass', async () => {
        const decisions = await Promise.all(Array.from({ length: 50 }, () => attempt(now)));
        expect(decisions.filter(({ allowed }) => allowed)).toHaveLength(3);
      });

      test('count in every budget or in none, and can be given back', async () => {
        const other = { key: 'other', burst: 1, every: 1000 };
        await attempt(now, bucket, other);
        expect(await attempt(now, bucket, other)).toEqual({ allowed: false, retryAt: now + 1000 });
        await store.returnAttempt(tenant, [bucket, other, { ...other, key: 'never used' }], now);
        for (let count = 0; count < 3; count += 1) {
          expect((await attempt(now)).allowed).toBe(true);
        }
        expect((await attempt(now, other)).allowed).toBe(true);
      });

      test('leave nothing behind that is whole, nor where they were refused', async () => {
        const full = { key: 'full', burst: 1, every: 1000 };
        await attempt(now, full);
        await attempt(now, bucket, full);
        await attempt(now, bucket);
        await store.returnAttempt(tenant, [bucket], now);
        expect((await store.sweep(now + 999, 100))['budgets']).toBe(0);
        expect((await store.sweep(now + 1000, 100))['budgets']).toBe(1);
      });
    });

    test('reseal changes what is as it was seen, and leaves the rest alone', async () => {
      const changes = [
        { tenantId: tenant, kid: undefined, from: 'sealed acme', to: 'again' },
        { tenantId: tenant, kid: 'key-1', from: 'something else', to: 'again' },
        { tenantId: tenant, kid: 'no-such-key', from: 'sealed key-1', to: 'again' },
      ];
      expect(await store.reseal(changes)).toBe(1);
      expect(await store.findTenant(tenant)).toMatchObject({ sealedSecret: 'again' });
      expect(await store.listSigningKeys(tenant, now)).toMatchObject([{ sealedPrivateJwk: 'sealed key-1' }]);
    });

    test('takeStock counts what is alive, and finds the most overdue of the newest keys', async () => {
      await store.rotateSigningKey(tenant, 'key-1', aKey('key-2', { createdAt: now + 50 }), now + 100);
      await store.createTenant(aTenant('globex'), [aKey('key-3', { createdAt: now + 20 })]);
      await store.startSession(tenant, aSession('live', 'user'));
      await store.startSession(tenant, aSession('over', 'user', { expiresAt: now }));
      expect(await store.takeStock(now)).toEqual({
        tenants: 2,
        liveSessions: 1,
        newestKeys: [{ algorithm: 'ES256', createdAt: now + 20 }],
      });
    });

    test('databaseTime is the time', async () => {
      const before = Date.now();
      expect(await store.databaseTime()).toBeGreaterThanOrEqual(before - 1);
      expect(await store.databaseTime()).toBeLessThanOrEqual(Date.now() + 1);
    });

    test('metrics say that it works', async () => {
      const values = () => store.metrics().flatMap(({ name, samples }) => samples.map(({ value }) => [name, value] as const));
      const sum = (name: RegExp) => values().filter(([metric]) => name.test(metric)).reduce((total, [, value]) => total + value, 0);
      const before = sum(/verbs_total$/);
      await store.createUser(tenant, aUser('counted'));
      expect(sum(/verbs_total$/)).toBe(before + 1);
      expect(values().every(([name, value]) => name.startsWith('microauth_store_') && Number.isFinite(value))).toBe(true);
    });

    test('a lease has one holder at a time, who can renew it, and passes on when it has run out', async () => {
      const takers = await Promise.all(Array.from({ length: 10 }, (_, index) => store.takeLease('work', `node-${index}`, now, now + 100)));
      expect(takers.filter(Boolean)).toHaveLength(1);
      const holder = `node-${takers.indexOf(true)}`;
      expect(await store.takeLease('work', holder, now + 50, now + 150)).toBe(true);
      expect(await store.takeLease('work', 'another', now + 149, now + 200)).toBe(false);
      expect(await store.takeLease('work', 'another', now + 150, now + 250)).toBe(true);
      expect(await store.takeLease('work', holder, now + 151, now + 251)).toBe(false);
      expect(await store.takeLease('other work', holder, now, now + 1)).toBe(true);
    });

    test('sweep deletes what has expired, no more than it may, and nothing else', async () => {
      await store.createGrant(tenant, aGrant('lasting'));
      for (let index = 0; index < 5; index += 1) {
        await store.createGrant(tenant, aGrant(`expired-${index}`, { expiresAt: now }));
        await store.revokeAccessToken(tenant, `token-${index}`, now);
      }
      await store.startSession(tenant, aSession('lasting', 'user'));
      expect(await store.sweep(now, 3)).toMatchObject({ grants: 3, revoked_access_tokens: 3, sessions: 0 });
      expect(await store.sweep(now, 3)).toMatchObject({ grants: 2, revoked_access_tokens: 2 });
      expect(await store.sweep(now, 3)).toMatchObject({ grants: 0, revoked_access_tokens: 0 });
      expect(await store.findGrant(tenant, 'lasting')).toBeDefined();
    });

    test('sweep deletes grants whose code ran out an hour ago unredeemed, no more than it may, and no others', async () => {
      const hour = 3_600_000;
      const [issued, until] = [now - hour, { expiresAt: now + 30 * 24 * hour }];
      for (let index = 0; index < 5; index += 1) {
        await store.createGrant(tenant, aGrant(`abandoned-${index}`, { codeExpiresAt: issued, ...until }));
      }
      await store.createGrant(tenant, aGrant('revoked', { codeExpiresAt: issued, revokedAt: now - 10, revocationReason: 'test', ...until }));
      await store.createGrant(tenant, aGrant('redeemed', { codeExpiresAt: issued, redeemedAt: issued - 1, ...until }));
      await store.createGrant(tenant, aGrant('just expired', { codeExpiresAt: issued + 1, ...until }));
      expect(await store.sweep(now, 4)).toMatchObject({ grants: 0, unredeemed_codes: 4 });
      expect(await store.sweep(now, 4)).toMatchObject({ grants: 0, unredeemed_codes: 2 });
      expect(await store.sweep(now, 4)).toMatchObject({ grants: 0, unredeemed_codes: 0 });
      expect(await store.findGrant(tenant, 'redeemed')).toBeDefined();
      expect(await store.redeemCode(tenant, 'client', aGrant('just expired'), now)).toEqual({ kind: 'expired' });
      expect(await store.redeemCode(tenant, 'client', aGrant('abandoned-0'), now)).toEqual({ kind: 'unknown' });
      // What was redeemed is a replay for as long as its grant lasts, and takes it along.
      expect(await store.redeemCode(tenant, 'client', aGrant('redeemed'), now)).toEqual({ kind: 'replayed', grantId: 'redeemed' });
      expect((await store.findGrant(tenant, 'redeemed'))?.revokedAt).toBe(now);
    });
  });
}
