import { describe, expect, test } from 'vitest';
import type { Store } from '../../src/store/port.ts';
import { defaultSettings } from '../../src/store/tenant-settings.ts';
import { aDevice, aMessage, aPasskey, aSecurityEvent, aTicket, aTotp } from './account-records.ts';
import { aClient, aGrant, aKey, aResource, aSession, aTenant, aUser, now } from './records.ts';

/** A store whose statements can be made to fail. */
export interface FaultyStore {
  readonly store: Store;
  /** Runs verbs at the same time: on the same engine where that shares commits, and on one that never fails elsewhere. */
  readonly bystander: Store;
  /** Makes the n-th statement from now on fail, counting from 1; 0 for none. */
  failAt(statement: number): void;
  /** How many statements ran since the last call of `failAt`. */
  statements(): number;
  /** Every row of every table. */
  dump(): Promise<unknown>;
  dispose(): Promise<void>;
}

const tenant = aTenant('acme');

const changes: Readonly<Record<string, (store: Store) => Promise<unknown>>> = {
  createTenant: (store) => store.createTenant(aTenant('other'), [aKey('a'), aKey('b')]),
  deleteTenant: (store) => store.deleteTenant(tenant.id),
  rotateSigningKey: (store) => store.rotateSigningKey(tenant.id, 'key', aKey('next'), now + 1),
  deleteClient: (store) => store.deleteClient(tenant.id, 'client'),
  setPassword: (store) => store.setPassword(tenant.id, 'user', { hash: 'new', byMail: true }, now),
  revokeSession: (store) => store.revokeSession(tenant.id, 'user', 'session', 'signed_out', now),
  revokeSessionsOfUser: (store) => store.revokeSessionsOfUser(tenant.id, 'user', 'signed_out', now),
  deleteUser: (store) => store.deleteUser(tenant.id, 'user'),
  trustPassword: (store) => store.trustPassword(tenant.id, 'user', 'hash of password'),
  rehashPassword: (store) => store.rehashPassword(tenant.id, 'user', 'hash of password', 'new'),
  changeEmail: (store) => store.changeEmail(tenant.id, 'user', { email: 'New@example.com', emailKey: 'new@example.com' }, now),
  updateUser: (store) => store.updateUser(tenant.id, aUser('user', { emailKey: 'new@example.com', enabled: false })),
  updateClient: (store) => store.updateClient(tenant.id, aClient('client', { name: 'New' })),
  updateResource: (store) => store.updateResource(tenant.id, { ...aResource('https://api.example'), name: 'New' }),
  acceptTerms: (store) => store.acceptTerms(tenant.id, 'user', now + 1),
  updateTenant: (store) =>
    store.updateTenant(
      tenant.id,
      { ...tenant, version: 2, domain: 'new.example', aliases: [{ domain: tenant.domain, backChannel: null }], settings: defaultSettings },
      { logo: { name: 'logo', type: 'image/svg+xml', body: 'other bytes' }, icon: null },
    ),
  continueSession: (store) => store.continueSession(tenant.id, aSession('session', 'user', { cookieHash: 'renewed' })),
  startSession: (store) => store.startSession(tenant.id, aSession('next', 'other')),
  revokeClientOfUser: (store) => store.revokeClientOfUser(tenant.id, 'user', 'client', 'user_revoked', now),
  createPasskey: (store) => store.createPasskey(tenant.id, aPasskey('next', 'user')),
  usePasskey: (store) => store.usePasskey(tenant.id, 'passkey', 8, now),
  renamePasskey: (store) => store.renamePasskey(tenant.id, 'user', 'passkey', 'New'),
  deletePasskey: (store) => store.deletePasskey(tenant.id, 'user', 'passkey'),
  setTotp: (store) => store.setTotp(tenant.id, aTotp('user', { sealedSecret: 'other' })),
  useTotpStep: (store) => store.useTotpStep(tenant.id, 'user', 101),
  deleteTotp: (store) => store.deleteTotp(tenant.id, 'user'),
  replaceRecoveryCodes: (store) => store.replaceRecoveryCodes(tenant.id, 'user', ['three', 'four', 'five']),
  useRecoveryCode: (store) => store.useRecoveryCode(tenant.id, 'user', 'one'),
  rememberDevice: (store) => store.rememberDevice(tenant.id, aDevice('next', 'user')),
  resetFactors: (store) => store.resetFactors(tenant.id, 'user', 'all', now),
  forgetDevices: (store) => store.forgetDevices(tenant.id, 'user'),
  createTicket: (store) => store.createTicket(tenant.id, aTicket('next'), aMessage('next')),
  spendTicket: (store) => store.spendTicket(tenant.id, 'ticket', now),
  'judgeTicketCode, right': (store) => store.judgeTicketCode(tenant.id, 'ticket', 'hash of number of ticket', now, 5),
  'judgeTicketCode, wrong': (store) => store.judgeTicketCode(tenant.id, 'ticket', 'wrong', now, 5),
  deleteTicket: (store) => store.deleteTicket(tenant.id, 'ticket'),
  deleteTicketsOfUser: (store) => store.deleteTicketsOfUser(tenant.id, 'user'),
  spendProof: (store) => store.spendProof(tenant.id, 'next', now + 10),
  addMessage: (store) => store.addMessage(tenant.id, aMessage('next')),
  claimMessages: (store) => store.claimMessages(now, now + 100, 10),
  settleMessage: (store) => store.settleMessage(tenant.id, 'message', { sentAt: now }),
  addSecurityEvent: (store) => store.addSecurityEvent(tenant.id, aSecurityEvent('next', 'user')),
  addConsent: (store) => store.addConsent(tenant.id, { userId: 'user', clientId: 'client', allowed: { '': ['email'] }, grantedAt: now }),
  'redeemCode, first time': (store) => store.redeemCode(tenant.id, 'client', aGrant('grant'), now),
  'redeemCode, replayed': (store) => store.redeemCode(tenant.id, 'client', aGrant('redeemed'), now),
  'rotateRefreshToken, current': (store) => store.rotateRefreshToken(tenant.id, 'client', aGrant('redeemed'), 1, now, 10),
  'rotateRefreshToken, replayed': (store) => store.rotateRefreshToken(tenant.id, 'client', aGrant('redeemed'), 0, now + 99, 10),
  takeAttempt: (store) => store.takeAttempt(tenant.id, [{ key: 'a', burst: 9, every: 9 }, { key: 'b', burst: 9, every: 9 }], now),
  reseal: (store) =>
    store.reseal([
      { tenantId: tenant.id, kid: undefined, from: 'sealed acme', to: 'other' },
      { tenantId: tenant.id, kid: 'key', from: 'sealed key', to: 'other' },
    ]),
  sweep: (store) => store.sweep(now + 2_000_000, 100),
};

async function fill(store: Store): Promise<void> {
  await store.migrate(now);
  await store.createTenant(tenant, [aKey('key')]);
  await store.createClient(tenant.id, aClient('client'));
  await store.createUser(tenant.id, aUser('user', { passwordHash: 'hash of password' }));
  await store.startSession(tenant.id, aSession('session', 'user'));
  await store.createGrant(tenant.id, aGrant('grant'));
  await store.createGrant(tenant.id, aGrant('redeemed', { redeemedAt: now, generation: 1, rotatedAt: now }));
  await store.addConsent(tenant.id, { userId: 'user', clientId: 'client', allowed: { '': ['openid'] }, grantedAt: now });
  const image = { type: 'image/png', body: 'bytes' };
  await store.updateTenant(tenant.id, tenant, { logo: { ...image, name: 'logo' }, icon: { ...image, name: 'icon' } });
  await store.createResource(tenant.id, aResource('https://api.example'));
  await store.createPasskey(tenant.id, aPasskey('passkey', 'user'));
  await store.setTotp(tenant.id, aTotp('user'));
  await store.replaceRecoveryCodes(tenant.id, 'user', ['one', 'two']);
  await store.rememberDevice(tenant.id, aDevice('token', 'user'));
  await store.createTicket(tenant.id, aTicket('ticket'), aMessage('message'));
  await store.addMessage(tenant.id, aMessage('another'));
  await store.spendProof(tenant.id, 'proof', now + 10);
  await store.addSecurityEvent(tenant.id, aSecurityEvent('event', 'user'));
}

/** A verb happens whole or not at all, whichever of its statements fails, and the next verb works. */
export function describeFaults(engine: string, open: () => Promise<FaultyStore>): void {
  describe(`failing statements on ${engine}`, () => {
    test.each(Object.entries(changes))('%s happens whole or not at all', async (_name, change) => {
      const faulty = await open();
      const { store } = faulty;
      await fill(store);
      const before = await faulty.dump();
      for (let statement = 1; ; statement += 1) {
        faulty.failAt(statement);
        // A bystander in the same commit must not be dragged along.
        const [outcome, bystander] = await Promise.allSettled([change(store), faulty.bystander.createUser(tenant.id, aUser('bystander'))]);
        const ran = faulty.statements();
        faulty.failAt(0);
        if (outcome.status === 'fulfilled') {
          // More statements than the verb has: every one of them was made to fail once.
          expect(statement).toBeGreaterThan(1);
          break;
        }
        expect(outcome.reason).toMatchObject({ message: 'made to fail' });
        expect(ran).toBeGreaterThanOrEqual(statement);
        expect(bystander.status).toBe('fulfilled');
        expect(await store.deleteUser(tenant.id, 'bystander')).toBe(true);
        expect(await faulty.dump()).toEqual(before);
      }
      expect(await faulty.dump()).not.toEqual(before);
      await faulty.dispose();
    });
  });
}
