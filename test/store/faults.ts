import { describe, expect, test } from 'vitest';
import type { Store } from '../../src/store/port.ts';
import { aClient, aGrant, aKey, aSession, aTenant, aUser, now } from './records.ts';

/** A store whose statements can be made to fail. */
export interface FaultyStore {
  readonly store: Store;
  /** Makes the n-th statement from now on fail, counting from 1; 0 for none. */
  failAt(statement: number): void;
  /** How many statements ran since the last call of `failAt`. */
  statements(): number;
  /** Every row of every table. */
  dump(): unknown;
  dispose(): Promise<void>;
}

const tenant = aTenant('acme');

const changes: Readonly<Record<string, (store: Store) => Promise<unknown>>> = {
  createTenant: (store) => store.createTenant(aTenant('other'), [aKey('a'), aKey('b')]),
  deleteTenant: (store) => store.deleteTenant(tenant.id),
  rotateSigningKey: (store) => store.rotateSigningKey(tenant.id, 'key', aKey('next'), now + 1),
  deleteClient: (store) => store.deleteClient(tenant.id, 'client'),
  setPassword: (store) => store.setPassword(tenant.id, 'user', 'new', now),
  deleteUser: (store) => store.deleteUser(tenant.id, 'user'),
  startSession: (store) => store.startSession(tenant.id, aSession('next', 'other')),
  addConsent: (store) => store.addConsent(tenant.id, { userId: 'user', clientId: 'client', items: ['email'], grantedAt: now }),
  'redeemCode, first time': (store) => store.redeemCode(tenant.id, 'client', 'hash of code of grant', now),
  'redeemCode, replayed': (store) => store.redeemCode(tenant.id, 'client', 'hash of code of redeemed', now),
  'rotateRefreshToken, current': (store) => store.rotateRefreshToken(tenant.id, 'client', { grantId: 'redeemed', generation: 1 }, now, 10),
  'rotateRefreshToken, replayed': (store) => store.rotateRefreshToken(tenant.id, 'client', { grantId: 'redeemed', generation: 0 }, now + 99, 10),
  takeAttempt: (store) => store.takeAttempt(tenant.id, [{ key: 'a', limit: 9, window: 9 }, { key: 'b', limit: 9, window: 9 }], now),
  reseal: (store) =>
    store.reseal([
      { tenantId: tenant.id, kid: undefined, from: 'sealed acme', to: 'other' },
      { tenantId: tenant.id, kid: 'key', from: 'sealed key', to: 'other' },
    ]),
  sweep: (store) => store.sweep(now + 2_000_000, 100),
};

/** A verb happens whole or not at all, whichever of its statements fails, and the next verb works. */
export function describeFaults(engine: string, open: () => Promise<FaultyStore>): void {
  describe(`failing statements on ${engine}`, () => {
    test.each(Object.entries(changes))('%s happens whole or not at all', async (_name, change) => {
      for (let statement = 1; ; statement += 1) {
        const faulty = await open();
        const { store } = faulty;
        await store.migrate(now);
        await store.createTenant(tenant, [aKey('key')]);
        await store.createClient(tenant.id, aClient('client'));
        await store.createUser(tenant.id, aUser('user'));
        await store.startSession(tenant.id, aSession('session', 'user'));
        await store.createGrant(tenant.id, aGrant('grant'));
        await store.createGrant(tenant.id, aGrant('redeemed', { redeemedAt: now, generation: 1, rotatedAt: now }));
        const before = faulty.dump();
        faulty.failAt(statement);
        // A bystander in the same commit must not be dragged along.
        const [outcome, bystander] = await Promise.allSettled([change(store), store.createUser(tenant.id, aUser('bystander'))]);
        const ran = faulty.statements();
        faulty.failAt(0);
        if (outcome.status === 'fulfilled') {
          await faulty.dispose();
          // More statements than the verb has: every one of them was made to fail once.
          expect(statement).toBeGreaterThan(1);
          break;
        }
        expect(ran).toBeGreaterThanOrEqual(statement);
        expect(bystander.status).toBe('fulfilled');
        expect(await store.deleteUser(tenant.id, 'bystander')).toBe(true);
        expect(faulty.dump()).toEqual(before);
        await faulty.dispose();
      }
    });
  });
}
