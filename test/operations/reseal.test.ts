import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sealingKey, type SealingKey } from '../../src/core/seal.ts';
import { resealEverything } from '../../src/keys/reseal.ts';
import { rotateSigningKeys } from '../../src/keys/rotation.ts';
import { moveStore } from '../../src/store/sql/copy/move.ts';
import { openStore } from '../../src/store/sql/open-store.ts';
import { Flow, redirectUri } from '../support/flow.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { startServer, unwrap } from '../support/server.ts';
import { dump, servedFrom } from './whole-store.ts';

let postgres: PostgresServer;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

function newKey(): SealingKey {
  const key = sealingKey(randomBytes(32));
  if (key === undefined) {
    throw new Error('unreachable: 32 bytes are a sealing key');
  }
  return key;
}

describe('re-sealing', () => {
  test('leaves nothing under the old key, and everything that was issued works under the new one', async () => {
    const server = await startServer();
    await server.tenant('acme');
    await server.user();
    const flow = new Flow(server.issuer, await server.client({ type: 'spa', redirectUris: [redirectUri] }));
    const tokens = await flow.tokens();
    await rotateSigningKeys(server.admin, server.record.id);
    const databaseUrl = await postgres.database();
    unwrap(await moveStore(server.config.databaseUrl, databaseUrl));
    await server.stop();

    const [old, next] = [server.config.sealingKey, newKey()];
    const store = unwrap(openStore(databaseUrl));
    const before = await dump(databaseUrl);
    const boxes = (before['tenants']?.length ?? 0) + (before['signing_keys']?.length ?? 0);
    expect(boxes).toBeGreaterThan(6);
    expect(await resealEverything(store, old, next)).toEqual({ changed: boxes, unchanged: 0, lost: [] });
    const after = await dump(databaseUrl);
    expect(after['users']).toEqual(before['users']);
    // The old key finds nothing that it opens; a second time there is nothing to do.
    expect((await resealEverything(store, old, newKey())).lost).toHaveLength(boxes);
    expect(await dump(databaseUrl)).toEqual(after);
    expect(await resealEverything(store, old, next)).toEqual({ changed: 0, unchanged: boxes, lost: [] });
    await store.close();

    await servedFrom(server, { databaseUrl, sealingKey: next }, async () => {
      expect((await flow.refresh(tokens.json.refresh_token)).status).toBe(200);
      expect((await flow.answer({ prompt: 'none' })).get('code')).not.toBeNull();
    });
  });

  test('takes along what was made under the old key meanwhile, and changes nothing when something is lost', async () => {
    const server = await startServer();
    const [old, next] = [server.config.sealingKey, newKey()];
    await resealEverything(server.store, old, next);
    // A server that still has the old key makes a tenant.
    await server.tenant('late');
    expect((await resealEverything(server.store, old, next)).changed).toBeGreaterThan(1);
    const before = await dump(server.config.databaseUrl);
    const { lost } = await resealEverything(server.store, newKey(), newKey());
    expect(lost).toContain('the secret of tenant late');
    expect(await dump(server.config.databaseUrl)).toEqual(before);
    await server.stop();
  });
});
