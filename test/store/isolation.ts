import { describe, expect, test } from 'vitest';
import type { Store } from '../../src/store/port.ts';
import type { TenantId } from '../../src/store/records.ts';
import type { StoreUnderTest } from './conformance.ts';
import { aClient, aGrant, aKey, aResource, aSession, aTenant, aUser, now } from './records.ts';

/** How each verb is called for a tenant, with names that exist in the other one. */
type Calls = { readonly [Verb in keyof Store]: ((store: Store, tenant: TenantId) => Promise<unknown>) | 'not of one tenant' };

const bucket = { key: 'bucket', limit: 1, window: 1000 };

/** Every verb of the port stands here: the type does not let one be forgotten. */
const calls: Calls = {
  createTenant: 'not of one tenant',
  findTenantByDomain: 'not of one tenant',
  findTenant: 'not of one tenant',
  listTenants: 'not of one tenant',
  findAnyTenant: 'not of one tenant',
  sweep: 'not of one tenant',
  takeLease: 'not of one tenant',
  listTenantsDueForRotation: 'not of one tenant',
  migrate: 'not of one tenant',
  pendingMigrations: 'not of one tenant',
  newerMigrations: 'not of one tenant',
  reseal: (store, tenant) => store.reseal([{ tenantId: tenant, kid: 'key', from: 'sealed key', to: 'intruder' }]),
  takeStock: 'not of one tenant',
  databaseTime: 'not of one tenant',
  metrics: 'not of one tenant',
  close: 'not of one tenant',
  setTenantDomain: (store, tenant) => store.setTenantDomain(tenant, 'moved.example'),
  deleteTenant: (store, tenant) => store.deleteTenant(tenant),
  listSigningKeys: (store, tenant) => store.listSigningKeys(tenant, now),
  addSigningKey: (store, tenant) => store.addSigningKey(tenant, aKey('added', { algorithm: 'EdDSA' })),
  rotateSigningKey: (store, tenant) => store.rotateSigningKey(tenant, 'key', aKey('next'), now),
  createClient: (store, tenant) => store.createClient(tenant, aClient('client', { name: 'intruder' })),
  findClient: (store, tenant) => store.findClient(tenant, 'client'),
  listClients: (store, tenant) => store.listClients(tenant),
  updateClient: (store, tenant) => store.updateClient(tenant, aClient('client', { name: 'intruder' })),
  deleteClient: (store, tenant) => store.deleteClient(tenant, 'client'),
  createResource: (store, tenant) => store.createResource(tenant, { ...aResource('https://api.example'), name: 'intruder' }),
  listResources: (store, tenant) => store.listResources(tenant),
  deleteResource: (store, tenant) => store.deleteResource(tenant, 'https://api.example'),
  createUser: (store, tenant) => store.createUser(tenant, aUser('user', { claims: '{}' })),
  findUser: (store, tenant) => store.findUser(tenant, 'user'),
  findUserByEmail: (store, tenant) => store.findUserByEmail(tenant, 'user@example.com'),
  listUsers: (store, tenant) => store.listUsers(tenant),
  updateUser: (store, tenant) => store.updateUser(tenant, aUser('user', { claims: '{}' })),
  setPassword: (store, tenant) => store.setPassword(tenant, 'user', 'intruder', now),
  deleteUser: (store, tenant) => store.deleteUser(tenant, 'user'),
  startSession: (store, tenant) => store.startSession(tenant, aSession('session', 'intruder'), 'session'),
  findSession: (store, tenant) => store.findSession(tenant, 'hash of session', now),
  listSessions: (store, tenant) => store.listSessions(tenant, 'user', now),
  endSession: (store, tenant) => store.endSession(tenant, 'session'),
  endSessionsOfUser: (store, tenant) => store.endSessionsOfUser(tenant, 'user'),
  findConsent: (store, tenant) => store.findConsent(tenant, 'user', 'client'),
  addConsent: (store, tenant) => store.addConsent(tenant, { userId: 'user', clientId: 'client', items: ['all'], grantedAt: now }),
  createGrant: (store, tenant) => store.createGrant(tenant, aGrant('grant', { userId: 'intruder' })),
  findGrant: (store, tenant) => store.findGrant(tenant, 'grant'),
  redeemCode: (store, tenant) => store.redeemCode(tenant, 'client', 'hash of code of grant', now),
  rotateRefreshToken: (store, tenant) => store.rotateRefreshToken(tenant, 'client', { grantId: 'grant', generation: 0 }, now, 10),
  revokeGrant: (store, tenant) => store.revokeGrant(tenant, 'grant', 'intruder', now),
  revokeAccessToken: (store, tenant) => store.revokeAccessToken(tenant, 'other token', now + 10),
  readStanding: async (store, tenant) => [
    await store.readStanding(tenant, { grantId: 'grant', accessTokenId: 'token' }, now),
    await store.readStanding(tenant, { codeHash: 'hash of code of grant' }, now),
  ],
  takeAttempt: (store, tenant) => store.takeAttempt(tenant, [bucket], now),
  returnAttempt: (store, tenant) => store.returnAttempt(tenant, ['bucket']),
};

async function fill(store: Store, tenant: TenantId): Promise<void> {
  await store.createClient(tenant, aClient('client'));
  await store.createResource(tenant, aResource('https://api.example'));
  await store.createUser(tenant, aUser('user'));
  await store.startSession(tenant, aSession('session', 'user'), undefined);
  await store.addConsent(tenant, { userId: 'user', clientId: 'client', items: ['openid'], grantedAt: now });
  await store.createGrant(tenant, aGrant('grant'));
  await store.revokeAccessToken(tenant, 'token', now + 10);
  await store.takeAttempt(tenant, [bucket], now);
}

/** Everything that can be read of a tenant. */
async function snapshot(store: Store, tenant: TenantId): Promise<unknown> {
  return {
    tenant: await store.findTenant(tenant),
    keys: await store.listSigningKeys(tenant, now),
    clients: await store.listClients(tenant),
    resources: await store.listResources(tenant),
    users: await store.listUsers(tenant),
    sessions: await store.listSessions(tenant, 'user', now),
    consent: await store.findConsent(tenant, 'user', 'client'),
    standing: await store.readStanding(tenant, { grantId: 'grant', accessTokenId: 'token' }, now),
  };
}

/** With two tenants, each verb is called for one with the names of the other's rows. */
export function describeIsolation(engine: string, open: () => Promise<StoreUnderTest>): void {
  describe(`tenants apart on ${engine}`, () => {
    const verbs = Object.entries(calls).flatMap(([verb, call]) => (call === 'not of one tenant' ? [] : [[verb, call] as const]));

    test.each(verbs)('%s of one tenant changes nothing of another and tells nothing of it', async (_verb, call) => {
      const opened = await open();
      const { store } = opened;
      await store.migrate(now);
      const [victim, intruder] = [aTenant('victim'), aTenant('intruder')];
      await store.createTenant(victim, [aKey('key')]);
      await store.createTenant(intruder, []);
      await fill(store, victim.id);
      const before = await snapshot(store, victim.id);
      const answer = await call(store, intruder.id);
      expect(await snapshot(store, victim.id)).toEqual(before);
      // Whatever was told, nothing of the victim's rows is in it.
      expect(JSON.stringify(answer ?? null)).not.toContain('A client');
      expect(JSON.stringify(answer ?? null)).not.toContain('A user');
      expect(JSON.stringify(answer ?? null)).not.toContain('hash of code');
      expect(await store.takeAttempt(victim.id, [bucket], now)).toMatchObject({ allowed: false });
      await opened.dispose();
    });
  });
}
