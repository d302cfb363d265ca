import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BrandImages, Store } from '../../src/store/port.ts';
import type { TenantId } from '../../src/store/records.ts';
import { defaultSettings } from '../../src/store/tenant-settings.ts';
import { aDevice, aMessage, aPasskey, aSecurityEvent, aTicket, aTotp } from './account-records.ts';
import type { StoreUnderTest } from './conformance.ts';
import { aClient, aGrant, aSession, aTenant, aUser, now } from './records.ts';

/** What many callers at once are told. */
function atOnce<Answer>(count: number, ask: (index: number) => Promise<Answer>): Promise<readonly Answer[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => ask(index)));
}

/** What every engine must do for accounts: the specification of this part of the store's port. */
export function describeAccounts(engine: string, open: () => Promise<StoreUnderTest>): void {
  describe(`accounts on ${engine}`, () => {
    let opened: StoreUnderTest;
    let store: Store;
    let tenant: TenantId;

    beforeEach(async () => {
      opened = await open();
      store = opened.store;
      await store.migrate(now);
      const record = aTenant('acme');
      tenant = record.id;
      await store.createTenant(record, []);
      await store.createUser(tenant, aUser('user', { passwordHash: 'old hash' }));
      await store.createUser(tenant, aUser('other', { passwordHash: 'old hash' }));
    });
    afterEach(() => opened.dispose());

    /** Gives a user one row of everything that can belong to a user. */
    async function furnish(userId: string): Promise<void> {
      await store.startSession(tenant, aSession(`session of ${userId}`, userId));
      await store.createGrant(tenant, aGrant(`grant of ${userId}`, { userId, sessionId: `session of ${userId}`, redeemedAt: now, offline: true }));
      await store.addConsent(tenant, { userId, clientId: 'client', allowed: { '': ['openid'] }, grantedAt: now });
      await store.createPasskey(tenant, aPasskey(`passkey of ${userId}`, userId));
      await store.setTotp(tenant, aTotp(userId));
      await store.replaceRecoveryCodes(tenant, userId, ['code 1', 'code 2']);
      await store.rememberDevice(tenant, aDevice(`token of ${userId}`, userId));
      await store.createTicket(tenant, aTicket(`ticket of ${userId}`, { userId }));
      await store.addSecurityEvent(tenant, aSecurityEvent(`event of ${userId}`, userId));
    }

    /** How much of that there is. */
    async function possessions(userId: string): Promise<unknown> {
      return {
        sessions: (await store.listSessions(tenant, userId, now)).length,
        grants: (await store.listAccessOfUser(tenant, userId, now)).length,
        consents: (await store.findConsent(tenant, userId, 'client')) === undefined ? 0 : 1,
        factors: await store.readFactors(tenant, userId),
        devices: (await store.isDeviceRemembered(tenant, `hash of token of ${userId}`, userId, now)) ? 1 : 0,
        tickets: (await store.listTickets(tenant, 'reset', now)).filter((ticket) => ticket.userId === userId).length,
        events: (await store.listSecurityEvents(tenant, userId, 10)).length,
      };
    }
    const factors = { passkeys: 1, totp: true, recoveryCodes: 2 };
    const everything = { sessions: 1, grants: 1, consents: 1, factors, devices: 1, tickets: 1, events: 1 };
    const nothing = { sessions: 0, grants: 0, consents: 0, factors: { passkeys: 0, totp: false, recoveryCodes: 0 }, devices: 0, tickets: 0, events: 0 };

    const isRevoked = async (grantId: string) => (await store.findGrant(tenant, grantId))?.revokedAt !== null;

    describe('what a tenant decides', () => {
      test('is changed as it was read, and read back as it was given', async () => {
        const settings = { ...defaultSettings, signUp: 'email_domain', signUpDomains: ['acme.example'], texts: { en: { title: 'Hello' } } } as const;
        const before = (await store.findTenant(tenant)) ?? expect.fail('the tenant is gone');
        expect(await store.updateTenant(tenant, { ...before, settings, updatedAt: now + 5 })).toBe('updated');
        expect(await store.findTenant(tenant)).toEqual({ ...before, settings, version: 2, updatedAt: now + 5 });
        expect(await store.updateTenant(tenant, { ...before, displayName: 'Acme' })).toBe('lost');
        expect(await store.updateTenant(tenant, { ...before, version: 2, settings, displayName: 'Acme', name: 'other', sealedSecret: 'other' })).toBe('updated');
        expect(await store.findTenant(tenant)).toEqual({ ...before, settings, version: 3, displayName: 'Acme' });
        expect(await store.updateTenant('tenant_none' as TenantId, aTenant('nobody'))).toBe('unknown');
      });

      test('an image takes the place of the one of its name', async () => {
        const logo = { name: 'logo', type: 'image/png', body: 'aGVsbG8=' } as const;
        expect(await store.findBrandImage(tenant, 'logo')).toBeUndefined();
        const put = async (images: BrandImages) => store.updateTenant(tenant, (await store.findTenant(tenant)) ?? expect.fail('the tenant is gone'), images);
        expect(await put({ logo, icon: { ...logo, name: 'icon' } })).toBe('updated');
        expect(await put({ logo: { ...logo, type: 'image/svg+xml' } })).toBe('updated');
        expect(await store.findBrandImage(tenant, 'logo')).toEqual({ ...logo, type: 'image/svg+xml' });
        expect(await put({ logo: null })).toBe('updated');
        expect(await store.findBrandImage(tenant, 'logo')).toBeUndefined();
        expect(await store.findBrandImage(tenant, 'icon')).toEqual({ ...logo, name: 'icon' });
        // A change that does not count changes no image.
        expect(await store.updateTenant(tenant, { ...aTenant('acme'), id: tenant, version: 1 }, { icon: null })).toBe('lost');
        expect(await store.findBrandImage(tenant, 'icon')).toBeDefined();
      });

      test('a client has a policy of its own, or none', async () => {
        await store.createClient(tenant, aClient('client'));
        expect(await store.updateClient(tenant, aClient('client', { secondFactor: null }))).toBe('updated');
        expect(await store.findClient(tenant, 'client')).toMatchObject({ secondFactor: null });
      });
    });

    describe('users', () => {
      test('a new password takes everything away that rested on the old one, and what proves who they are stays', async () => {
        await furnish('user');
        await furnish('other');
        expect(await store.setPassword(tenant, 'user', { hash: 'new hash', byMail: true }, now)).toBe(true);
        expect(await possessions('user')).toEqual({ ...everything, sessions: 0, grants: 0, devices: 0, tickets: 0 });
        expect(await possessions('other')).toEqual(everything);
      });

      test('a new password keeps the session in which it was set, and the grants that rest on it', async () => {
        for (const id of ['here', 'elsewhere']) {
          await store.startSession(tenant, aSession(id, 'user'));
          await store.createGrant(tenant, aGrant(`grant of ${id}`, { sessionId: id, redeemedAt: now, offline: true }));
        }
        expect(await store.setPassword(tenant, 'user', { hash: 'new hash', byMail: false }, now, 'here')).toBe(true);
        expect((await store.listSessions(tenant, 'user', now)).map(({ id }) => id)).toEqual(['here']);
        expect([await isRevoked('grant of here'), await isRevoked('grant of elsewhere')]).toEqual([false, true]);
      });

      test('a password that came by mail is trusted only while it is still the same', async () => {
        await store.setPassword(tenant, 'user', { hash: 'mailed hash', byMail: true }, now);
        expect(await store.findUser(tenant, 'user')).toMatchObject({ passwordByMail: true });
        expect(await store.trustPassword(tenant, 'user', 'old hash')).toBe(false);
        expect(await store.rehashPassword(tenant, 'user', 'mailed hash', 'better hash')).toBe(true);
        expect(await store.findUser(tenant, 'user')).toMatchObject({ passwordByMail: true });
        expect(await store.trustPassword(tenant, 'user', 'better hash')).toBe(true);
        expect(await store.findUser(tenant, 'user')).toMatchObject({ passwordHash: 'better hash', passwordByMail: false });
        expect(await store.findUser(tenant, 'other')).toMatchObject({ passwordByMail: true });
      });

      test('a password is hashed anew only where it is still the same, and nothing ends', async () => {
        await furnish('user');
        expect(await store.rehashPassword(tenant, 'user', 'another hash', 'better hash')).toBe(false);
        const hashed = await atOnce(10, (index) => store.rehashPassword(tenant, 'user', 'old hash', `better hash ${index}`));
        expect(hashed.filter(Boolean)).toHaveLength(1);
        expect(await store.findUser(tenant, 'user')).toMatchObject({ passwordHash: `better hash ${hashed.indexOf(true)}`, updatedAt: now });
        expect(await possessions('user')).toEqual(everything);
        expect(await store.findUser(tenant, 'other')).toMatchObject({ passwordHash: 'old hash' });
      });

      test('an address is verified once, and only while it is the one that was proven', async () => {
        await store.createUser(tenant, aUser('unproven', { emailVerified: false }));
        expect(await store.verifyEmail(tenant, 'unproven', 'another@example.com', now + 1)).toBe(false);
        expect(await store.verifyEmail(tenant, 'unproven', 'unproven@example.com', now + 2)).toBe(true);
        expect(await store.verifyEmail(tenant, 'unproven', 'unproven@example.com', now + 3)).toBe(false);
        expect(await store.findUser(tenant, 'unproven')).toMatchObject({ emailVerified: true, updatedAt: now + 2 });
      });

      test('a new address is verified, voids tickets, and belongs to one user', async () => {
        await furnish('user');
        await furnish('other');
        const address = { email: 'New@Example.com', emailKey: 'new@example.com' };
        await store.updateUser(tenant, aUser('user', { emailVerified: false }));
        expect(await store.changeEmail(tenant, 'user', address, now + 5)).toBe('changed');
        expect(await store.findUserByEmail(tenant, 'new@example.com')).toMatchObject({ id: 'user', ...address, emailVerified: true, updatedAt: now + 5 });
        expect(await possessions('user')).toEqual({ ...everything, tickets: 0 });
        expect(await store.changeEmail(tenant, 'other', address, now + 6)).toBe('email_taken');
        expect(await possessions('other')).toEqual(everything);
        expect(await store.changeEmail(tenant, 'user', { ...address, email: 'new@example.com' }, now + 7)).toBe('changed');
        expect(await store.changeEmail(tenant, 'nobody', { email: 'a@b.example', emailKey: 'a@b.example' }, now)).toBe('unknown');
      });

      test('of many who want one address at once, one gets it', async () => {
        await atOnce(8, (index) => store.createUser(tenant, aUser(`user-${index}`)));
        const address = { email: 'wanted@example.com', emailKey: 'wanted@example.com' };
        const outcomes = await atOnce(8, (index) => store.changeEmail(tenant, `user-${index}`, address, now));
        expect(outcomes.toSorted()).toEqual(['changed', ...Array.from({ length: 7 }, () => 'email_taken')]);
      });

      test('claims and terms change by themselves', async () => {
        const user = aUser('user', { passwordHash: 'old hash', claims: '{"name":"Ann"}', updatedAt: now + 5 });
        expect(await store.updateUser(tenant, user)).toBe('updated');
        expect(await store.acceptTerms(tenant, 'user', now + 9)).toBe(true);
        expect(await store.findUser(tenant, 'user')).toEqual({ ...user, termsAcceptedAt: now + 9, version: 3 });
        expect(await store.updateUser(tenant, aUser('nobody'))).toBe('unknown');
        expect(await store.acceptTerms(tenant, 'nobody', now)).toBe(false);
        expect(await store.findUser(tenant, 'other')).toEqual(aUser('other', { passwordHash: 'old hash' }));
      });

      test('take along everything that is theirs when they go', async () => {
        await furnish('user');
        await furnish('other');
        expect(await store.deleteUser(tenant, 'user')).toBe(true);
        expect(await possessions('user')).toEqual(nothing);
        expect(await possessions('other')).toEqual(everything);
        expect(await store.deleteTenant(tenant)).toBe(true);
        expect(await possessions('other')).toEqual(nothing);
      });
    });

    describe('sessions that their user ends', () => {
      beforeEach(async () => {
        await furnish('user');
        await furnish('other');
        await store.startSession(tenant, aSession('here', 'user'));
        await store.createGrant(tenant, aGrant('grant of here', { sessionId: 'here', redeemedAt: now }));
        await store.createGrant(tenant, aGrant('of a session long gone', { sessionId: 'gone', redeemedAt: now, offline: true }));
      });

      test('one ends with every grant of it, offline ones too, and only for its user', async () => {
        expect(await store.revokeSession(tenant, 'other', 'session of user', 'test', now + 1)).toBe(false);
        expect((await store.findGrant(tenant, 'grant of user'))?.revokedAt).toBeNull();
        expect(await store.revokeSession(tenant, 'user', 'session of user', 'signed_out', now + 1)).toBe(true);
        expect(await store.revokeSession(tenant, 'user', 'session of user', 'again', now + 2)).toBe(false);
        expect(await store.findGrant(tenant, 'grant of user')).toMatchObject({ revokedAt: now + 1, revocationReason: 'signed_out' });
        expect((await store.listSessions(tenant, 'user', now)).map(({ id }) => id)).toEqual(['here']);
        expect((await store.findGrant(tenant, 'grant of here'))?.revokedAt).toBeNull();
        expect(await possessions('other')).toEqual(everything);
      });

      test('all end but the one that is kept, and remembered devices are forgotten', async () => {
        expect(await store.revokeSessionsOfUser(tenant, 'user', 'signed_out', now, 'here')).toBe(1);
        expect([await isRevoked('grant of here'), await isRevoked('of a session long gone'), await isRevoked('grant of user')]).toEqual([false, true, true]);
        expect(await possessions('user')).toMatchObject({ sessions: 1, devices: 0, tickets: 1 });
        expect(await store.revokeSessionsOfUser(tenant, 'user', 'signed_out', now)).toBe(1);
        expect(await possessions('user')).toMatchObject({ sessions: 0, grants: 0 });
        expect(await possessions('other')).toEqual(everything);
      });
    });

    describe('what a user has granted', () => {
      test('lists what was allowed, by client', async () => {
        for (const [userId, clientId] of [['user', 'second'], ['user', 'first'], ['other', 'third']] as const) {
          await store.addConsent(tenant, { userId, clientId, allowed: { '': ['openid', 'claim:name'] }, grantedAt: now });
        }
        expect(await store.listConsentsOfUser(tenant, 'user')).toEqual(
          ['first', 'second'].map((clientId) => ({ userId: 'user', clientId, allowed: { '': ['openid', 'claim:name'] }, grantedAt: now })),
        );
      });

      test('lists what was redeemed and still stands, by client and scopes', async () => {
        await store.startSession(tenant, aSession('session', 'user'));
        await store.createGrant(tenant, aGrant('older', { redeemedAt: now - 4, createdAt: now - 5, rotatedAt: now - 3 }));
        await store.createGrant(tenant, aGrant('newer', { redeemedAt: now - 1, createdAt: now - 2 }));
        await store.createGrant(tenant, aGrant('of other scopes', { redeemedAt: now, scopes: ['openid', 'zip'] }));
        await store.createGrant(tenant, aGrant('offline', { clientId: 'other', sessionId: 'gone', redeemedAt: now, offline: true }));
        await store.createGrant(tenant, aGrant('of a session that is gone', { clientId: 'third', sessionId: 'gone', redeemedAt: now }));
        await store.createGrant(tenant, aGrant('never redeemed', { clientId: 'third' }));
        await store.createGrant(tenant, aGrant('revoked', { clientId: 'third', redeemedAt: now, revokedAt: now, revocationReason: 'test' }));
        await store.createGrant(tenant, aGrant('expired', { clientId: 'third', redeemedAt: now, expiresAt: now }));
        await store.createGrant(tenant, aGrant('of other', { clientId: 'third', userId: 'other', redeemedAt: now }));
        const { scopes, resources, createdAt } = aGrant('any');
        expect(await store.listAccessOfUser(tenant, 'user', now)).toEqual([
          { clientId: 'client', scopes, resources, since: now - 5, lastUsed: now - 1 },
          { clientId: 'client', scopes: ['openid', 'zip'], resources, since: createdAt, lastUsed: now },
          { clientId: 'other', scopes, resources, since: createdAt, lastUsed: now },
        ]);
      });

      test('beyond so many of a user and a client the oldest codes and the longest unused grants go', async () => {
        const redeemed = { redeemedAt: now, createdAt: now };
        await store.createGrant(tenant, aGrant('used just now', { ...redeemed, createdAt: now - 9, rotatedAt: now + 5 }));
        await store.createGrant(tenant, aGrant('new', { ...redeemed, redeemedAt: now + 4 }));
        await store.createGrant(tenant, aGrant('unused', redeemed));
        await store.createGrant(tenant, aGrant('revoked', { ...redeemed, redeemedAt: now + 9, revokedAt: now + 9, revocationReason: 'test' }));
        await store.createGrant(tenant, aGrant('code', { createdAt: now + 1 }));
        await store.createGrant(tenant, aGrant('older code', { createdAt: now }));
        await store.createGrant(tenant, aGrant('of other client', { ...redeemed, clientId: 'other' }));
        await store.createGrant(tenant, aGrant('of other user', { ...redeemed, userId: 'other' }));
        const all = ['used just now', 'new', 'unused', 'revoked', 'code', 'older code', 'of other client', 'of other user'];
        const left = async () => (await Promise.all(all.map((id) => store.findGrant(tenant, id)))).flatMap((grant) => (grant === undefined ? [] : [grant.id]));
        expect(await store.deleteExcessGrants(tenant, 'user', 'client', { codes: 2, grants: 4 })).toBe(false);
        expect(await left()).toEqual(all);
        expect(await store.deleteExcessGrants(tenant, 'user', 'client', { codes: 1, grants: 3 })).toBe(true);
        expect(await left()).toEqual(['used just now', 'new', 'unused', 'code', 'of other client', 'of other user']);
        expect(await store.deleteExcessGrants(tenant, 'user', 'client', { codes: 1, grants: 2 })).toBe(true);
        expect(await left()).toEqual(['used just now', 'new', 'code', 'of other client', 'of other user']);
      });

      test('being kept out ends all that can be used, for good; whose factors these are stays as it was', async () => {
        await furnish('user');
        await furnish('other');
        await store.createGrant(tenant, aGrant('code of user', { userId: 'user' }));
        const ended = { ...everything, sessions: 0, grants: 0, devices: 0, tickets: 0 };
        expect(await store.setUserEnabled(tenant, 'user', true, now + 1)).toMatchObject({ enabled: true, updatedAt: now });
        expect(await possessions('user')).toEqual(everything);
        expect(await store.setUserEnabled(tenant, 'user', false, now + 1)).toMatchObject({ enabled: false, updatedAt: now + 1 });
        expect(await possessions('user')).toEqual(ended);
        expect(await store.findGrant(tenant, 'code of user')).toMatchObject({ revokedAt: now + 1, revocationReason: 'user_disabled' });
        // A sign-in that was judged a moment before and stored a moment after.
        await store.startSession(tenant, aSession('late', 'user'));
        await store.createGrant(tenant, aGrant('late', { userId: 'user', offline: true, redeemedAt: now }));
        expect(await store.setUserEnabled(tenant, 'user', true, now + 2)).toMatchObject({ enabled: true, updatedAt: now + 2 });
        expect(await possessions('user')).toEqual(ended);
        expect(await store.findSession(tenant, 'hash of late', now + 2)).toBeUndefined();
        expect(await possessions('other')).toEqual(everything);
        expect(await store.setUserEnabled(tenant, 'nobody', false, now)).toBeUndefined();
      });

      test('a client is sent away with all its grants and the consent, once', async () => {
        await furnish('user');
        await furnish('other');
        await store.createGrant(tenant, aGrant('not redeemed'));
        await store.createGrant(tenant, aGrant('of other client', { clientId: 'other client', redeemedAt: now, offline: true }));
        expect(await store.revokeClientOfUser(tenant, 'user', 'client', 'user_revoked', now + 1)).toBe(2);
        expect(await store.revokeClientOfUser(tenant, 'user', 'client', 'again', now + 2)).toBe(0);
        expect(await store.findGrant(tenant, 'not redeemed')).toMatchObject({ revokedAt: now + 1, revocationReason: 'user_revoked' });
        expect(await possessions('user')).toEqual({ ...everything, consents: 0 });
        expect((await store.listAccessOfUser(tenant, 'user', now)).map(({ clientId }) => clientId)).toContain('other client');
        expect(await possessions('other')).toEqual(everything);
      });
    });

    describe('passkeys', () => {
      test('come back with every field as it was given, the oldest first', async () => {
        expect(await store.createPasskey(tenant, aPasskey('b', 'user', { createdAt: now + 1 }))).toBe('created');
        expect(await store.createPasskey(tenant, aPasskey('c', 'user', { transports: [], backedUp: false, lastUsedAt: now }))).toBe('created');
        expect(await store.createPasskey(tenant, aPasskey('b', 'other'))).toBe('exists');
        expect(await store.findPasskey(tenant, 'b')).toEqual(aPasskey('b', 'user', { createdAt: now + 1 }));
        expect(await store.findPasskey(tenant, 'c')).toEqual(aPasskey('c', 'user', { transports: [], backedUp: false, lastUsedAt: now }));
        expect(await store.findPasskey(tenant, 'none')).toBeUndefined();
        expect((await store.listPasskeys(tenant, 'user')).map(({ id }) => id)).toEqual(['c', 'b']);
        expect(await store.listPasskeys(tenant, 'other')).toEqual([]);
      });

      // WebAuthn Level 3 §6.1.1.
      test('are used while their counter grows, or stays 0', async () => {
        await store.createPasskey(tenant, aPasskey('counting', 'user', { counter: 7 }));
        expect(await store.usePasskey(tenant, 'counting', 7, now + 1)).toBe(false);
        expect(await store.usePasskey(tenant, 'counting', 0, now + 1)).toBe(false);
        expect(await store.usePasskey(tenant, 'counting', 8, now + 1)).toBe(true);
        expect(await store.findPasskey(tenant, 'counting')).toMatchObject({ counter: 8, lastUsedAt: now + 1 });
        await store.createPasskey(tenant, aPasskey('synchronised', 'user', { counter: 0 }));
        expect(await store.usePasskey(tenant, 'synchronised', 0, now + 2)).toBe(true);
        expect(await store.usePasskey(tenant, 'synchronised', 0, now + 3)).toBe(true);
        expect(await store.findPasskey(tenant, 'synchronised')).toMatchObject({ counter: 0, lastUsedAt: now + 3 });
        expect(await store.usePasskey(tenant, 'synchronised', 1, now + 4)).toBe(true);
        expect(await store.usePasskey(tenant, 'none', 1, now)).toBe(false);
      });

      test('of many uses with one counter at once, one passes', async () => {
        await store.createPasskey(tenant, aPasskey('passkey', 'user', { counter: 7 }));
        const used = await atOnce(20, () => store.usePasskey(tenant, 'passkey', 8, now));
        expect(used.filter(Boolean)).toHaveLength(1);
      });

      test('are named and deleted by their owner alone', async () => {
        await store.createPasskey(tenant, aPasskey('passkey', 'user'));
        expect(await store.renamePasskey(tenant, 'other', 'passkey', 'Stolen')).toBe(false);
        expect(await store.deletePasskey(tenant, 'other', 'passkey')).toBe(false);
        expect(await store.renamePasskey(tenant, 'user', 'passkey', 'Phone')).toBe(true);
        expect(await store.findPasskey(tenant, 'passkey')).toEqual(aPasskey('passkey', 'user', { name: 'Phone' }));
        expect(await store.deletePasskey(tenant, 'user', 'passkey')).toBe(true);
        expect(await store.deletePasskey(tenant, 'user', 'passkey')).toBe(false);
      });
    });

    describe('authenticator apps', () => {
      test('a user has one, the last that was set', async () => {
        expect(await store.findTotp(tenant, 'user')).toBeUndefined();
        await store.setTotp(tenant, aTotp('user'));
        await store.setTotp(tenant, aTotp('user', { sealedSecret: 'another', lastStep: 0, createdAt: now + 1 }));
        expect(await store.findTotp(tenant, 'user')).toEqual(aTotp('user', { sealedSecret: 'another', lastStep: 0, createdAt: now + 1 }));
        expect(await store.deleteTotp(tenant, 'user')).toBe(true);
        expect(await store.deleteTotp(tenant, 'user')).toBe(false);
      });

      // RFC 6238 §5.2.
      test('a time step is good once, and none before it afterwards', async () => {
        await store.setTotp(tenant, aTotp('user', { lastStep: 100 }));
        expect(await store.useTotpStep(tenant, 'user', 100)).toBe(false);
        const used = await atOnce(20, () => store.useTotpStep(tenant, 'user', 102));
        expect(used.filter(Boolean)).toHaveLength(1);
        expect(await store.useTotpStep(tenant, 'user', 101)).toBe(false);
        expect(await store.useTotpStep(tenant, 'user', 103)).toBe(true);
        expect(await store.useTotpStep(tenant, 'other', 103)).toBe(false);
      });
    });

    describe('recovery codes', () => {
      test('are each good once, for their owner', async () => {
        await store.replaceRecoveryCodes(tenant, 'user', ['one', 'two', 'two', 'three']);
        expect(await store.readFactors(tenant, 'user')).toEqual({ passkeys: 0, totp: false, recoveryCodes: 3 });
        expect(await store.useRecoveryCode(tenant, 'other', 'one')).toBe(false);
        const used = await atOnce(20, () => store.useRecoveryCode(tenant, 'user', 'one'));
        expect(used.filter(Boolean)).toHaveLength(1);
        expect(await store.readFactors(tenant, 'user')).toMatchObject({ recoveryCodes: 2 });
      });

      test('take the place of all there were, of many sets at once one remains', async () => {
        await store.replaceRecoveryCodes(tenant, 'user', ['old']);
        await atOnce(10, (index) => store.replaceRecoveryCodes(tenant, 'user', [`${index} a`, `${index} b`]));
        expect(await store.readFactors(tenant, 'user')).toMatchObject({ recoveryCodes: 2 });
        expect(await store.useRecoveryCode(tenant, 'user', 'old')).toBe(false);
        await store.replaceRecoveryCodes(tenant, 'user', []);
        await store.replaceRecoveryCodes(tenant, 'nobody', ['one']);
        expect(await store.readFactors(tenant, 'user')).toMatchObject({ recoveryCodes: 0 });
        expect(await store.useRecoveryCode(tenant, 'nobody', 'one')).toBe(false);
      });

      test('readFactors counts what one user has', async () => {
        await furnish('user');
        await store.createPasskey(tenant, aPasskey('another', 'user'));
        expect(await store.readFactors(tenant, 'user')).toEqual({ passkeys: 2, totp: true, recoveryCodes: 2 });
        expect(await store.readFactors(tenant, 'other')).toEqual({ passkeys: 0, totp: false, recoveryCodes: 0 });
      });
    });

    describe('factors that were lost', () => {
      const left = async () => {
        const { factors: of, sessions, grants, devices } = (await possessions('user')) as typeof everything;
        return [of.passkeys, of.totp, of.recoveryCodes, sessions, grants, devices];
      };

      test('are taken away one by one, with what somebody may hold who found them', async () => {
        await furnish('user');
        await furnish('other');
        const passkey = (await store.listPasskeys(tenant, 'user'))[0]?.id ?? '';
        const foreign = (await store.listPasskeys(tenant, 'other'))[0]?.id ?? '';
        for (const factor of [{ passkey: foreign }, { passkey: 'none' }]) {
          expect(await store.resetFactors(tenant, 'user', factor, now)).toBe(false);
        }
        expect(await possessions('user')).toEqual(everything);
        expect(await store.resetFactors(tenant, 'user', { passkey }, now)).toBe(true);
        expect(await left()).toEqual([0, true, 2, 0, 0, 0]);
        expect(await store.resetFactors(tenant, 'user', { passkey }, now)).toBe(false);
        // Codes stand in for a factor: they go with the last one.
        expect(await store.resetFactors(tenant, 'user', 'authenticator', now)).toBe(true);
        expect(await left()).toEqual([0, false, 0, 0, 0, 0]);
        expect(await store.resetFactors(tenant, 'user', 'all', now)).toBe(false);
        expect(await possessions('other')).toEqual(everything);
      });

      test('are taken away all at once, or the codes alone; of many resets at once one finds something', async () => {
        await furnish('user');
        expect(await store.resetFactors(tenant, 'user', 'recovery_codes', now)).toBe(true);
        expect(await left()).toEqual([1, true, 0, 0, 0, 0]);
        const reset = await atOnce(10, () => store.resetFactors(tenant, 'user', 'all', now));
        expect(reset.filter(Boolean)).toHaveLength(1);
        expect(await left()).toEqual([0, false, 0, 0, 0, 0]);
        expect(await store.resetFactors(tenant, 'nobody', 'all', now)).toBe(false);
      });
    });

    test('a device is remembered for its user until it expires or is forgotten', async () => {
      await store.rememberDevice(tenant, aDevice('token', 'user', { expiresAt: now + 10 }));
      await store.rememberDevice(tenant, aDevice('another', 'user'));
      await store.rememberDevice(tenant, aDevice('of other', 'other'));
      expect(await store.isDeviceRemembered(tenant, 'hash of token', 'user', now + 9)).toBe(true);
      expect(await store.isDeviceRemembered(tenant, 'hash of token', 'user', now + 10)).toBe(false);
      expect(await store.isDeviceRemembered(tenant, 'hash of token', 'other', now)).toBe(false);
      expect(await store.forgetDevices(tenant, 'user')).toBe(2);
      expect(await store.isDeviceRemembered(tenant, 'hash of another', 'user', now)).toBe(false);
      expect(await store.isDeviceRemembered(tenant, 'hash of of other', 'other', now)).toBe(true);
    });

    test('beyond so many the sessions signed in to longest ago end, the oldest devices and events go, of this user alone', async () => {
      for (const [index, userId] of ['user', 'user', 'user', 'other'].entries()) {
        // Made in one order, used in another.
        await store.startSession(tenant, aSession(`session-${index}`, userId, { authTime: now - index, createdAt: now + index }));
        await store.rememberDevice(tenant, aDevice(`token-${index}`, userId, { createdAt: now - index }));
        await store.addSecurityEvent(tenant, aSecurityEvent(`event-${index}`, userId, { at: now - index }));
      }
      const sessions = async () => (await store.listSessions(tenant, 'user', now)).map(({ id }) => id).toSorted();
      expect([await store.endExcessSessions(tenant, 'user', 3), await store.endExcessSessions(tenant, 'user', 2)]).toEqual([false, true]);
      expect(await sessions()).toEqual(['session-0', 'session-1']);
      expect([await store.forgetExcessDevices(tenant, 'user', 3), await store.forgetExcessDevices(tenant, 'user', 2)]).toEqual([false, true]);
      const remembered = [0, 1, 2].map((index) => store.isDeviceRemembered(tenant, `hash of token-${index}`, 'user', now));
      expect(await Promise.all(remembered)).toEqual([true, true, false]);
      expect([await store.deleteExcessSecurityEvents(tenant, 'user', 3), await store.deleteExcessSecurityEvents(tenant, 'user', 2)]).toEqual([false, true]);
      expect((await store.listSecurityEvents(tenant, 'user', 9)).map(({ id }) => id)).toEqual(['event-0', 'event-1']);
      expect((await store.listSecurityEvents(tenant, 'user', 9, 1)).map(({ id }) => id)).toEqual(['event-1']);
      expect((await store.listSessions(tenant, 'other', now)).length + (await store.listSecurityEvents(tenant, 'other', 9)).length).toBe(2);
    });

    describe('tickets', () => {
      const rightCode = 'hash of number of ticket';
      const judge = (code: string, at = now) => store.judgeTicketCode(tenant, 'ticket', code, at, 5);

      test('are found with every field until they expire', async () => {
        const invitation = aTicket('invitation', { userId: null, purpose: 'invitation', createdAt: now + 1 });
        await store.createTicket(tenant, aTicket('ticket'));
        await store.createTicket(tenant, invitation);
        await store.createTicket(tenant, { ...invitation, id: 'older', linkHash: 'another', createdAt: now });
        expect(await store.findTicket(tenant, 'ticket', now)).toEqual(aTicket('ticket'));
        expect(await store.findTicketByLink(tenant, 'hash of link of invitation', now)).toEqual(invitation);
        expect((await store.listTickets(tenant, 'invitation', now)).map(({ id }) => id)).toEqual(['invitation', 'older']);
        const late = now + 1_000_000;
        expect(await store.findTicket(tenant, 'ticket', late)).toBeUndefined();
        expect(await store.findTicketByLink(tenant, 'hash of link of ticket', late)).toBeUndefined();
        expect(await store.listTickets(tenant, 'invitation', late)).toEqual([]);
        expect(await store.spendTicket(tenant, 'ticket', late)).toBeUndefined();
        expect(await judge(rightCode, late)).toEqual({ kind: 'dead' });
      });

      test('come with their message or not at all', async () => {
        await store.createTicket(tenant, aTicket('ticket'), aMessage('message'));
        expect(await store.listMessages(tenant, 10)).toEqual([aMessage('message')]);
        await expect(store.createTicket(tenant, aTicket('second'), aMessage('message'))).rejects.toThrow();
        expect(await store.findTicket(tenant, 'second', now)).toBeUndefined();
      });

      test('are spent by one of many', async () => {
        await store.createTicket(tenant, aTicket('ticket'));
        const spent = await atOnce(20, () => store.spendTicket(tenant, 'ticket', now));
        expect(spent.filter((ticket) => ticket !== undefined)).toEqual([aTicket('ticket')]);
        expect(await store.findTicket(tenant, 'ticket', now)).toBeUndefined();
      });

      test('are spent by the right code, after wrong ones too', async () => {
        await store.createTicket(tenant, aTicket('ticket'));
        expect(await judge('wrong')).toEqual({ kind: 'wrong' });
        expect(await store.findTicket(tenant, 'ticket', now)).toMatchObject({ wrongCodes: 1 });
        expect(await judge(rightCode)).toEqual({ kind: 'right', ticket: aTicket('ticket', { wrongCodes: 1 }) });
        expect(await judge(rightCode)).toEqual({ kind: 'dead' });
      });

      test('the right code at once from many is right once', async () => {
        await store.createTicket(tenant, aTicket('ticket'));
        const kinds = (await atOnce(20, () => judge(rightCode))).map(({ kind }) => kind);
        expect(kinds.toSorted()).toEqual([...Array.from({ length: 19 }, () => 'dead'), 'right']);
      });

      test('of many wrong codes at once no more are judged than may be, and then the right one is too late', async () => {
        await store.createTicket(tenant, aTicket('ticket'));
        const kinds = (await atOnce(50, (index) => judge(`guess ${index}`))).map(({ kind }) => kind);
        expect(kinds.filter((kind) => kind === 'wrong')).toHaveLength(5);
        expect(kinds.filter((kind) => kind === 'dead')).toHaveLength(45);
        expect(await judge(rightCode)).toEqual({ kind: 'dead' });
        // Whoever has the link has read the mail, and need not guess.
        expect(await store.spendTicket(tenant, 'ticket', now)).toMatchObject({ wrongCodes: 5 });
      });

      test('are taken back one by one or all of a user', async () => {
        await atOnce(3, (index) => store.createTicket(tenant, aTicket(`ticket-${index}`)));
        await store.createTicket(tenant, aTicket('of other', { userId: 'other' }));
        expect(await store.deleteTicket(tenant, 'ticket-0')).toBe(true);
        expect(await store.deleteTicket(tenant, 'ticket-0')).toBe(false);
        expect(await store.deleteTicketsOfUser(tenant, 'user')).toBe(2);
        expect((await store.listTickets(tenant, 'reset', now)).map(({ id }) => id)).toEqual(['of other']);
      });

      test('a proof is good once', async () => {
        const spent = await atOnce(20, () => store.spendProof(tenant, 'proof', now + 10));
        expect(spent.filter(Boolean)).toHaveLength(1);
        expect(await store.spendProof(tenant, 'another', now + 10)).toBe(true);
      });
    });

    describe('messages', () => {
      const claim = async (at: number, until = at + 100, limit = 10) => (await store.claimMessages(at, until, limit)).map(({ message }) => message.id);

      test('are handed out with their tenant when they are due, and again when nobody settled them', async () => {
        const globex = aTenant('globex');
        await store.createTenant(globex, []);
        await store.addMessage(tenant, aMessage('message'));
        await store.addMessage(globex.id, aMessage('message', { createdAt: now + 1 }));
        await store.addMessage(tenant, aMessage('later', { dueAt: now + 50 }));
        await store.addMessage(tenant, aMessage('too late', { expiresAt: now }));
        expect(await store.claimMessages(now, now + 100, 10)).toEqual([
          { tenantId: tenant, message: aMessage('message', { tries: 1, dueAt: now + 100 }) },
          { tenantId: globex.id, message: aMessage('message', { createdAt: now + 1, tries: 1, dueAt: now + 100 }) },
        ]);
        expect(await claim(now + 50)).toEqual(['later']);
        expect(await claim(now + 99)).toEqual([]);
        expect(await store.claimMessages(now + 100, now + 200, 10)).toMatchObject([{ message: { tries: 2 } }, { message: { tries: 2 } }]);
      });

      test('no two senders get one at a time', async () => {
        await atOnce(20, (index) => store.addMessage(tenant, aMessage(`message-${index}`)));
        const claimed = (await atOnce(10, () => claim(now, now + 100, 7))).flat();
        expect(new Set(claimed).size).toBe(claimed.length);
        for (let left = 20 - claimed.length; left > 0; left -= 7) {
          claimed.push(...(await claim(now, now + 100, 7)));
        }
        expect(new Set(claimed).size).toBe(20);
        expect(await claim(now)).toEqual([]);
      });

      test('are tried again after a failure, and never once they are sent', async () => {
        await store.addMessage(tenant, aMessage('message'));
        await claim(now);
        await store.settleMessage(tenant, 'message', { failure: 'The server is busy.', dueAt: now + 50 });
        expect(await store.listMessages(tenant, 10)).toEqual([aMessage('message', { tries: 1, dueAt: now + 50, failure: 'The server is busy.' })]);
        expect(await claim(now + 49)).toEqual([]);
        expect(await claim(now + 50, now + 150)).toEqual(['message']);
        await store.settleMessage(tenant, 'message', { sentAt: now + 60 });
        await store.settleMessage(tenant, 'message', { failure: 'said too late', dueAt: now + 70 });
        expect(await store.listMessages(tenant, 10)).toEqual([aMessage('message', { tries: 2, dueAt: now + 150, sentAt: now + 60 })]);
        expect(await claim(now + 500)).toEqual([]);
      });

      test('are listed newest first, as many as are asked for', async () => {
        await atOnce(5, (index) => store.addMessage(tenant, aMessage(`message-${index}`, { createdAt: now + index })));
        expect((await store.listMessages(tenant, 2)).map(({ id }) => id)).toEqual(['message-4', 'message-3']);
      });
    });

    test('security events are listed newest first, as many as are asked for, for their user', async () => {
      await atOnce(5, (index) => store.addSecurityEvent(tenant, aSecurityEvent(`event-${index}`, 'user', { at: now + index })));
      await store.addSecurityEvent(tenant, aSecurityEvent('of other', 'other'));
      expect((await store.listSecurityEvents(tenant, 'user', 2)).map(({ id }) => id)).toEqual(['event-4', 'event-3']);
      expect(await store.listSecurityEvents(tenant, 'other', 10)).toEqual([aSecurityEvent('of other', 'other')]);
    });

    test('sweep deletes what has expired of all this, no more than it may, and nothing else', async () => {
      const expiresAt = now;
      for (let index = 0; index < 5; index += 1) {
        await store.rememberDevice(tenant, aDevice(`token-${index}`, 'user', { expiresAt }));
        await store.createTicket(tenant, aTicket(`ticket-${index}`, { expiresAt }), aMessage(`message-${index}`, { expiresAt }));
        await store.spendProof(tenant, `proof-${index}`, expiresAt);
        await store.addSecurityEvent(tenant, aSecurityEvent(`event-${index}`, 'user', { expiresAt }));
      }
      await furnish('user');
      await store.addMessage(tenant, aMessage('lasting'));
      await store.spendProof(tenant, 'lasting', now + 10);
      const tables = ['remembered_devices', 'tickets', 'spent_proofs', 'messages', 'security_events'];
      const each = (count: number) => Object.fromEntries(tables.map((table) => [table, count]));
      expect(await store.sweep(now, 3)).toMatchObject(each(3));
      expect(await store.sweep(now, 3)).toMatchObject(each(2));
      expect(await store.sweep(now, 3)).toMatchObject(each(0));
      expect(await possessions('user')).toEqual(everything);
      expect((await store.listMessages(tenant, 10)).map(({ id }) => id)).toEqual(['lasting']);
      expect(await store.spendProof(tenant, 'lasting', now + 10)).toBe(false);
      expect(await store.spendProof(tenant, 'proof-0', now + 10)).toBe(true);
    });
  });
}
