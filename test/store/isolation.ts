import { describe, expect, test } from 'vitest';
import type { Store } from '../../src/store/port.ts';
import type { TenantId } from '../../src/store/records.ts';
import { defaultSettings } from '../../src/store/tenant-settings.ts';
import { aDevice, aMessage, aPasskey, aSecurityEvent, aTicket, aTotp } from './account-records.ts';
import type { StoreUnderTest } from './conformance.ts';
import { aClient, aGrant, aKey, aResource, aSession, aTenant, aUser, now } from './records.ts';

/** How each verb is called for a tenant, with names that exist in the other one. */
type Calls = { readonly [Verb in keyof Store]: ((store: Store, tenant: TenantId) => Promise<unknown>) | 'not of one tenant' };

const logo = { name: 'logo', type: 'image/png', body: 'bytes of the logo' } as const;
const bucket = { key: 'bucket', burst: 1, every: 1000 };

/** Every verb of the port stands here: the type does not let one be forgotten. */
const calls: Calls = {
  createTenant: 'not of one tenant',
  findTenantByDomain: 'not of one tenant',
  findTenant: 'not of one tenant',
  listTenants: 'not of one tenant',
  findAnyTenant: 'not of one tenant',
  listAddressCollisions: 'not of one tenant',
  sweep: 'not of one tenant',
  takeLease: 'not of one tenant',
  listTenantsDueForRotation: 'not of one tenant',
  migrate: 'not of one tenant',
  pendingMigrations: 'not of one tenant',
  newerMigrations: 'not of one tenant',
  reseal: (store, tenant) => store.reseal([{ tenantId: tenant, kid: 'key', from: 'sealed key', to: 'intruder' }]),
  takeStock: 'not of one tenant',
  settled: 'not of one tenant',
  databaseTime: 'not of one tenant',
  metrics: 'not of one tenant',
  close: 'not of one tenant',
  updateTenant: async (store, tenant) => {
    const record = (await store.findTenant(tenant)) ?? expect.fail('the tenant is gone');
    await store.updateTenant(tenant, { ...record, domain: 'victim.example' }, { logo: null });
    await store.updateTenant(tenant, { ...record, aliases: [{ domain: 'victim.example', backChannel: null }] }, { logo: null });
    await store.updateTenant(tenant, { ...record, displayName: 'intruder', settings: defaultSettings }, { logo: { ...logo, body: 'intruder' } });
    return store.updateTenant(tenant, { ...record, version: 2 }, { logo: null });
  },
  findBrandImage: (store, tenant) => store.findBrandImage(tenant, 'logo'),
  deleteTenant: (store, tenant) => store.deleteTenant(tenant),
  listSigningKeys: (store, tenant) => store.listSigningKeys(tenant, now),
  addSigningKey: (store, tenant) => store.addSigningKey(tenant, aKey('added', { algorithm: 'EdDSA' })),
  retireSigningKey: (store, tenant) => store.retireSigningKey(tenant, 'key', now),
  rotateSigningKey: (store, tenant) => store.rotateSigningKey(tenant, 'key', aKey('next'), now),
  createClient: (store, tenant) => store.createClient(tenant, aClient('client', { name: 'intruder' })),
  findClient: (store, tenant) => store.findClient(tenant, 'client'),
  listClients: (store, tenant) => store.listClients(tenant),
  updateClient: (store, tenant) => store.updateClient(tenant, aClient('client', { name: 'intruder' })),
  deleteClient: (store, tenant) => store.deleteClient(tenant, 'client'),
  createResource: (store, tenant) => store.createResource(tenant, { ...aResource('https://api.example'), name: 'intruder' }),
  updateResource: (store, tenant) => store.updateResource(tenant, { ...aResource('https://api.example'), name: 'intruder' }),
  listResources: (store, tenant) => store.listResources(tenant),
  deleteResource: (store, tenant) => store.deleteResource(tenant, 'https://api.example'),
  createUser: (store, tenant) => store.createUser(tenant, aUser('user', { claims: '{}' })),
  findUser: (store, tenant) => store.findUser(tenant, 'user'),
  findUserByEmail: (store, tenant) => store.findUserByEmail(tenant, 'user@example.com'),
  listUsers: (store, tenant) => store.listUsers(tenant),
  updateUser: (store, tenant) => store.updateUser(tenant, aUser('user', { claims: '{}' })),
  setUserEnabled: (store, tenant) => store.setUserEnabled(tenant, 'user', false, now + 1),
  setPassword: (store, tenant) => store.setPassword(tenant, 'user', { hash: 'intruder', byMail: false }, now),
  trustPassword: (store, tenant) => store.trustPassword(tenant, 'user', 'hash of password'),
  rehashPassword: (store, tenant) => store.rehashPassword(tenant, 'user', 'hash of password', 'intruder'),
  verifyEmail: (store, tenant) => store.verifyEmail(tenant, 'user', 'user@example.com', now),
  changeEmail: (store, tenant) => store.changeEmail(tenant, 'user', { email: 'Intruder@example.com', emailKey: 'intruder@example.com' }, now),
  acceptTerms: (store, tenant) => store.acceptTerms(tenant, 'user', now + 1),
  deleteUser: (store, tenant) => store.deleteUser(tenant, 'user'),
  startSession: (store, tenant) => store.startSession(tenant, aSession('session', 'intruder')),
  continueSession: (store, tenant) => store.continueSession(tenant, aSession('session', 'user', { cookieHash: 'intruder' })),
  findSession: (store, tenant) => store.findSession(tenant, 'hash of session', now),
  listSessions: (store, tenant) => store.listSessions(tenant, 'user', now),
  endSession: (store, tenant) => store.endSession(tenant, 'session'),
  endSessionsOfUser: (store, tenant) => store.endSessionsOfUser(tenant, 'user'),
  endExcessSessions: (store, tenant) => store.endExcessSessions(tenant, 'user', 0),
  revokeSession: (store, tenant) => store.revokeSession(tenant, 'user', 'session', 'intruder', now),
  revokeSessionsOfUser: (store, tenant) => store.revokeSessionsOfUser(tenant, 'user', 'intruder', now),
  listConsentsOfUser: (store, tenant) => store.listConsentsOfUser(tenant, 'user'),
  findConsent: (store, tenant) => store.findConsent(tenant, 'user', 'client'),
  addConsent: (store, tenant) => store.addConsent(tenant, { userId: 'user', clientId: 'client', allowed: { '': ['all'] }, grantedAt: now }),
  createGrant: (store, tenant) => store.createGrant(tenant, aGrant('grant', { userId: 'intruder' })),
  findGrant: (store, tenant) => store.findGrant(tenant, 'grant'),
  listAccessOfUser: (store, tenant) => store.listAccessOfUser(tenant, 'user', now),
  deleteExcessGrants: (store, tenant) => store.deleteExcessGrants(tenant, 'user', 'client', { codes: 0, grants: 0 }),
  revokeClientOfUser: (store, tenant) => store.revokeClientOfUser(tenant, 'user', 'client', 'intruder', now),
  redeemCode: (store, tenant) => store.redeemCode(tenant, 'client', aGrant('grant'), now),
  rotateRefreshToken: (store, tenant) => store.rotateRefreshToken(tenant, 'client', aGrant('grant'), 0, now, 10),
  revokeGrant: (store, tenant) => store.revokeGrant(tenant, 'grant', 'intruder', now),
  revokeAccessToken: (store, tenant) => store.revokeAccessToken(tenant, 'other token', now + 10),
  readStanding: async (store, tenant) => [
    await store.readStanding(tenant, { grantId: 'grant', accessTokenId: 'token' }, now),
  ],
  takeAttempt: (store, tenant) => store.takeAttempt(tenant, [bucket], now),
  returnAttempt: (store, tenant) => store.returnAttempt(tenant, [bucket], now),
  createPasskey: (store, tenant) => store.createPasskey(tenant, aPasskey('passkey', 'intruder')),
  findPasskey: (store, tenant) => store.findPasskey(tenant, 'passkey'),
  listPasskeys: (store, tenant) => store.listPasskeys(tenant, 'user'),
  usePasskey: (store, tenant) => store.usePasskey(tenant, 'passkey', 99, now),
  renamePasskey: (store, tenant) => store.renamePasskey(tenant, 'user', 'passkey', 'intruder'),
  deletePasskey: (store, tenant) => store.deletePasskey(tenant, 'user', 'passkey'),
  setTotp: (store, tenant) => store.setTotp(tenant, aTotp('user', { sealedSecret: 'intruder' })),
  findTotp: (store, tenant) => store.findTotp(tenant, 'user'),
  useTotpStep: (store, tenant) => store.useTotpStep(tenant, 'user', 999),
  deleteTotp: (store, tenant) => store.deleteTotp(tenant, 'user'),
  replaceRecoveryCodes: async (store, tenant) => {
    await store.createUser(tenant, aUser('user', { claims: '{}' }));
    await store.replaceRecoveryCodes(tenant, 'user', ['intruder']);
  },
  useRecoveryCode: (store, tenant) => store.useRecoveryCode(tenant, 'user', 'hash of code 1'),
  readFactors: (store, tenant) => store.readFactors(tenant, 'user'),
  rememberDevice: (store, tenant) => store.rememberDevice(tenant, aDevice('token', 'intruder')),
  isDeviceRemembered: (store, tenant) => store.isDeviceRemembered(tenant, 'hash of token', 'user', now),
  resetFactors: (store, tenant) => store.resetFactors(tenant, 'user', 'all', now),
  forgetDevices: (store, tenant) => store.forgetDevices(tenant, 'user'),
  forgetExcessDevices: (store, tenant) => store.forgetExcessDevices(tenant, 'user', 0),
  createTicket: (store, tenant) => store.createTicket(tenant, aTicket('ticket', { email: 'intruder' }), aMessage('message', { failure: 'intruder' })),
  findTicket: (store, tenant) => store.findTicket(tenant, 'ticket', now),
  findTicketByLink: (store, tenant) => store.findTicketByLink(tenant, 'hash of link of ticket', now),
  listTickets: (store, tenant) => store.listTickets(tenant, 'reset', now),
  spendTicket: (store, tenant) => store.spendTicket(tenant, 'ticket', now),
  judgeTicketCode: async (store, tenant) => [
    await store.judgeTicketCode(tenant, 'ticket', 'a guess', now, 5),
    await store.judgeTicketCode(tenant, 'ticket', 'hash of number of ticket', now, 5),
  ],
  deleteTicket: (store, tenant) => store.deleteTicket(tenant, 'ticket'),
  deleteTicketsOfUser: (store, tenant) => store.deleteTicketsOfUser(tenant, 'user'),
  spendProof: (store, tenant) => store.spendProof(tenant, 'another proof', now + 10),
  addMessage: (store, tenant) => store.addMessage(tenant, aMessage('message', { failure: 'intruder' })),
  claimMessages: 'not of one tenant',
  giveBack: 'not of one tenant',
  settleMessage: (store, tenant) => store.settleMessage(tenant, 'message', { sentAt: now }),
  listMessages: (store, tenant) => store.listMessages(tenant, 10),
  addSecurityEvent: (store, tenant) => store.addSecurityEvent(tenant, aSecurityEvent('event', 'user', { detail: 'intruder' })),
  listSecurityEvents: (store, tenant) => store.listSecurityEvents(tenant, 'user', 10),
  deleteExcessSecurityEvents: (store, tenant) => store.deleteExcessSecurityEvents(tenant, 'user', 0),
};

/** What a tenant can do without having any of the rows; everything else finds nothing to say yes to. */
const succeeding: readonly string[] = ['deleteTenant', 'spendProof'] satisfies (keyof Store)[];

async function fill(store: Store, tenant: TenantId): Promise<void> {
  await store.createClient(tenant, aClient('client'));
  await store.createResource(tenant, aResource('https://api.example'));
  await store.createUser(tenant, aUser('user', { passwordHash: 'hash of password' }));
  await store.startSession(tenant, aSession('session', 'user'));
  await store.addConsent(tenant, { userId: 'user', clientId: 'client', allowed: { '': ['openid'] }, grantedAt: now });
  await store.createGrant(tenant, aGrant('grant'));
  await store.createGrant(tenant, aGrant('redeemed', { redeemedAt: now }));
  await store.revokeAccessToken(tenant, 'token', now + 10);
  await store.takeAttempt(tenant, [bucket], now);
  await store.updateTenant(tenant, (await store.findTenant(tenant)) ?? expect.fail('the tenant is gone'), { logo });
  await store.createPasskey(tenant, aPasskey('passkey', 'user'));
  await store.setTotp(tenant, aTotp('user'));
  await store.replaceRecoveryCodes(tenant, 'user', ['hash of code 1', 'hash of code 2']);
  await store.rememberDevice(tenant, aDevice('token', 'user'));
  await store.createTicket(tenant, aTicket('ticket'), aMessage('message'));
  await store.spendProof(tenant, 'proof', now + 10);
  await store.addSecurityEvent(tenant, aSecurityEvent('event', 'user'));
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
    access: await store.listAccessOfUser(tenant, 'user', now),
    grants: [await store.findGrant(tenant, 'grant'), await store.findGrant(tenant, 'redeemed')],
    logo: await store.findBrandImage(tenant, 'logo'),
    passkeys: await store.listPasskeys(tenant, 'user'),
    totp: await store.findTotp(tenant, 'user'),
    factors: await store.readFactors(tenant, 'user'),
    remembered: await store.isDeviceRemembered(tenant, 'hash of token', 'user', now),
    tickets: await store.listTickets(tenant, 'reset', now),
    messages: await store.listMessages(tenant, 10),
    events: await store.listSecurityEvents(tenant, 'user', 10),
    standing: await store.readStanding(tenant, { grantId: 'grant', accessTokenId: 'token' }, now),
  };
}

/** With two tenants, each verb is called for one with the names of the other's rows. */
export function describeIsolation(engine: string, open: () => Promise<StoreUnderTest>): void {
  describe(`tenants apart on ${engine}`, () => {
    const verbs = Object.entries(calls).flatMap(([verb, call]) => (call === 'not of one tenant' ? [] : [[verb, call] as const]));

    test.each(verbs)('%s of one tenant changes nothing of another and tells nothing of it', async (verb, call) => {
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
      for (const secret of ['A client', 'A user', 'hash of code', 'bytes of', 'A passkey', 'sealed seed', 'hash of link', 'sealed text', 'a detail']) {
        expect(JSON.stringify(answer ?? null)).not.toContain(secret);
      }
      expect(answer === true && !succeeding.includes(verb)).toBe(false);
      expect(await store.takeAttempt(victim.id, [bucket], now)).toMatchObject({ allowed: false });
      await opened.dispose();
    });
  });
}
