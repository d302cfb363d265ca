import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { randomId } from '../../src/core/random.ts';
import type { Store } from '../../src/store/port.ts';
import type { TenantId } from '../../src/store/records.ts';
import { openStore } from '../../src/store/sql/open-store.ts';
import { aTicket } from '../store/account-records.ts';
import { now } from '../store/records.ts';
import { unwrap } from '../support/server.ts';

const tenant = 'tenant' as TenantId;
const folder = mkdtempSync(join(tmpdir(), 'microauth-size-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Puts 12 MB of tickets into a store, which the next sweep takes. */
async function fill(store: Store): Promise<void> {
  const data = JSON.stringify({ interaction: 'x'.repeat(4000) });
  for (let round = 0; round < 30; round += 1) {
    await Promise.all(Array.from({ length: 100 }, () => store.createTicket(tenant, aTicket(randomId('ticket'), { data, expiresAt: now }))));
  }
}

async function empty(store: Store): Promise<void> {
  while (Math.max(...Object.values(await store.sweep(now, 200))) === 200) {
    // Once more.
  }
  while (await store.giveBack()) {
    // Once more.
  }
}

describe('the file of an SQLite database', () => {
  const path = join(folder, 'new.db');
  let store: Store;
  beforeAll(async () => {
    store = unwrap(openStore(`sqlite:${path}`));
    await store.migrate(now);
  });

  test('gives back what swept rows have left, but for a reserve', async () => {
    await fill(store);
    await empty(store);
    await store.close();
    expect(statSync(path).size).toBeLessThan(5 * 1024 * 1024);
  });

  test('that is older than that stays as large, and is used again', async () => {
    const old = join(folder, 'old.db');
    const database = new DatabaseSync(old);
    database.exec('CREATE TABLE something (id TEXT)');
    database.close();
    const first = unwrap(openStore(`sqlite:${old}`));
    await first.migrate(now);
    await fill(first);
    await empty(first);
    await first.close();
    const { size } = statSync(old);
    const second = unwrap(openStore(`sqlite:${old}`));
    await fill(second);
    await second.close();
    expect(statSync(old).size).toBeLessThan(size * 1.05);
  });
});
