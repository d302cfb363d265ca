import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { changeClient, rotateClientSecret, setClientEnabled } from '../../src/admin/clients.ts';
import type { AdminContext } from '../../src/admin/context.ts';
import { changeResource } from '../../src/admin/resources.ts';
import { changeSettings } from '../../src/admin/settings.ts';
import { addAlias } from '../../src/admin/tenant-names.ts';
import { changeUser, setUserEnabled } from '../../src/admin/users.ts';
import { sha256 } from '../../src/core/hash.ts';
import type { Result } from '../../src/core/result.ts';
import { sealingKey } from '../../src/core/seal.ts';
import { createPasswordHasher } from '../../src/identity/password.ts';
import type { TenantId } from '../../src/store/records.ts';
import { movableClock } from '../support/clock.ts';
import { unwrap } from '../support/server.ts';
import type { StoreUnderTest } from './conformance.ts';
import { aClient, aKey, aResource, aTenant, aUser, now } from './records.ts';

/** How many changes each editor makes, one after the other, while the other one does the same. */
const rounds = [0, 1, 2, 3, 4];

/** Two editors change one thing at the same moment: whatever the order, no change takes another back. */
export function describeEdits(engine: string, open: () => Promise<StoreUnderTest>): void {
  describe(`two editors of one row on ${engine}`, () => {
    let opened: StoreUnderTest;
    let context: AdminContext;
    let tenant: TenantId;

    beforeEach(async () => {
      opened = await open();
      const { store } = opened;
      await store.migrate(now);
      const record = aTenant('acme');
      tenant = record.id;
      await store.createTenant(record, [aKey('key')]);
      const key = sealingKey(randomBytes(32)) ?? expect.fail('unreachable');
      context = { store, sealingKey: key, clock: movableClock(), hasher: createPasswordHasher(), url: { scheme: 'https', port: undefined } };
    });
    afterEach(() => opened.dispose());

    /** Both at once; every change is taken. */
    async function both(one: (round: number) => Promise<Result<unknown, unknown>>, other: (round: number) => Promise<Result<unknown, unknown>>): Promise<void> {
      const editor = async (edit: typeof one) => {
        for (const round of rounds) {
          unwrap(await edit(round));
        }
      };
      await Promise.all([editor(one), editor(other)]);
    }

    test('a client keeps the redirect URIs and scopes of both, and what else was changed of it', async () => {
      const { store } = context;
      await store.createClient(tenant, aClient('client', { unprotectedCodes: false }));
      let secret: string | undefined;
      await both(
        (round) => changeClient(context, tenant, 'client', { redirectUris: { add: [`https://one.example/${round}`] } }),
        async (round) => {
          const rotated = await rotateClientSecret(context, tenant, 'client');
          secret = rotated.ok ? rotated.value.secret : undefined;
          unwrap(await setClientEnabled(context, tenant, 'client', round % 2 === 1));
          return changeClient(context, tenant, 'client', { scopes: { add: [`api:${round}`] } });
        },
      );
      expect(await store.findClient(tenant, 'client')).toMatchObject({
        redirectUris: [...aClient('client').redirectUris, ...rounds.map((round) => `https://one.example/${round}`)],
        scopes: [...aClient('client').scopes, ...rounds.map((round) => `api:${round}`)],
        secretHash: sha256(secret ?? ''),
        enabled: false,
        version: 1 + 4 * rounds.length,
      });
    });

    test('a resource keeps the scopes of both', async () => {
      const { identifier } = aResource('https://api.example');
      await context.store.createResource(tenant, aResource(identifier));
      await both(
        (round) => changeResource(context, tenant, identifier, { scopes: { add: [`one:${round}`] } }),
        (round) => changeResource(context, tenant, identifier, { scopes: { add: [`other:${round}`] } }),
      );
      const [resource] = await context.store.listResources(tenant);
      expect(new Set(resource?.scopes)).toEqual(new Set([...aResource(identifier).scopes, ...rounds.flatMap((round) => [`one:${round}`, `other:${round}`])]));
    });

    test('a user keeps the claims of both, and the address', async () => {
      await context.store.createUser(tenant, aUser('user', { claims: '{}' }));
      await both(
        (round) => changeUser(context, tenant, 'user', { claims: { nickname: `n${round}` }, email: `new${round}@example.com` }),
        async (round) => {
          unwrap(await setUserEnabled(context, tenant, 'user', round % 2 === 1));
          return changeUser(context, tenant, 'user', { claims: { given_name: `g${round}` } });
        },
      );
      const user = await context.store.findUser(tenant, 'user');
      expect(user).toMatchObject({ emailKey: 'new4@example.com', enabled: false });
      expect(JSON.parse(user?.claims ?? '')).toEqual({ nickname: 'n4', given_name: 'g4' });
    });

    test('a tenant keeps the settings, image and names of both', async () => {
      const logo = { name: 'logo', type: 'image/png', body: 'AAAA' } as const;
      await both(
        (round) => changeSettings(context, 'acme', { minimumPasswordLength: 10 + round }, { logo }),
        async (round) => {
          unwrap(await addAlias(context, 'acme', { name: `alias${round}.example`, backChannel: false }));
          return changeSettings(context, 'acme', { displayName: `Acme ${round}`, brand: { accent: '#336699' } });
        },
      );
      const after = await context.store.findTenant('acme');
      expect(after).toMatchObject({ displayName: 'Acme 4', settings: { minimumPasswordLength: 14, brand: { accent: '#336699', logo: expect.any(String) } } });
      expect(after?.aliases.map(({ domain }) => domain)).toEqual(rounds.map((round) => `alias${round}.example`));
      expect(await context.store.findBrandImage(tenant, 'logo')).toEqual(logo);
    });
  });
}
