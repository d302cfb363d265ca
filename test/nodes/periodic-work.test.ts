import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLog } from '../../src/core/log.ts';
import { minute } from '../../src/core/clock.ts';
import { sealingKey } from '../../src/core/seal.ts';
import { createPeriodicWork } from '../../src/periodic-work.ts';
import type { Store } from '../../src/store/port.ts';
import { openStore } from '../../src/store/sql/open-store.ts';
import { movableClock } from '../support/clock.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { unwrap } from '../support/server.ts';

let postgres: PostgresServer;
let stores: readonly Store[];
const clock = movableClock();

beforeAll(async () => {
  postgres = await startPostgres();
  const url = await postgres.database();
  stores = Array.from({ length: 5 }, () => unwrap(openStore(url)));
  await stores[0]?.migrate(clock.now());
});
afterAll(async () => {
  await Promise.all(stores.map((store) => store.close()));
  await postgres.stop();
});

/** A node's periodic work, and how often it has done any. */
function worker(store: Store) {
  const key = sealingKey(randomBytes(32));
  if (key === undefined) {
    throw new Error('unreachable: 32 bytes are a sealing key');
  }
  let done = 0;
  const log = createLog('debug', () => void (done += 1));
  return { ...createPeriodicWork({ store, sealingKey: key, clock, log }), done: () => done };
}

test('of several nodes one does the periodic work; when it is gone another takes over within three minutes, and one only', async () => {
  const workers = stores.map(worker);
  const performAll = (list: typeof workers) => Promise.all(list.map((one) => one.perform()));
  await performAll(workers);
  const [holder, ...others] = workers.filter((one) => one.done() > 0);
  expect(holder).toBeDefined();
  expect(others).toEqual([]);
  for (let look = 0; look < 5; look += 1) {
    clock.advance(minute);
    await performAll(workers);
  }
  expect(workers.map((one) => one.done()).filter((done) => done > 0)).toEqual([6]);
  const survivors = workers.filter((one) => one !== holder);
  clock.advance(2 * minute);
  await performAll(survivors);
  expect(survivors.every((one) => one.done() === 0)).toBe(true);
  clock.advance(minute);
  await performAll(survivors);
  expect(survivors.map((one) => one.done()).filter((done) => done > 0)).toEqual([1]);
});
