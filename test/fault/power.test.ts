import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, test } from 'vitest';
import { type Store, StoreUnavailable } from '../../src/store/port.ts';
import { type Disk, openDisk } from '../../src/store/sql/disk.ts';
import { openSqliteEngine } from '../../src/store/sql/sqlite-engine.ts';
import { createStore } from '../../src/store/sql/store.ts';
import { until } from '../nodes/until.ts';
import { aGrant, aTenant, now } from '../store/records.ts';
import { Flow, postToken, redirectUri } from '../support/flow.ts';
import { startServer } from '../support/server.ts';

/*
 * What of SQLite is on the disk when the power fails. `kill -9` cannot show it, since the system still holds what was written, so
 * the disk of these tests is one that does what it is told, when it is told.
 */

const folder = mkdtempSync(join(tmpdir(), 'microauth-power-'));
const tenant = aTenant('acme');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A disk that finishes a flush when it is told to, with an error where one is given. */
function obedientDisk(): Disk & { readonly waiting: () => number; readonly finish: (error?: Error) => void } {
  const flushes: ((error: Error | null) => void)[] = [];
  return {
    flush: (done) => void flushes.push(done),
    close: () => undefined,
    waiting: () => flushes.length,
    finish: (error) => flushes.shift()?.(error ?? null),
  };
}

/** A store in a file whose schema and tenant are on the disk, and whose disk then does as it is told. */
async function openObedient(name: string): Promise<{ store: Store; disk: ReturnType<typeof obedientDisk>; path: string }> {
  const path = join(folder, `${name}.db`);
  const first = createStore(openSqliteEngine(path));
  await first.migrate(now);
  await first.createTenant(tenant, []);
  await first.close();
  const disk = obedientDisk();
  return { store: createStore(openSqliteEngine(path, { disk })), disk, path };
}

/** What has become of a promise by now. */
function watch(promise: Promise<unknown>): { state: 'pending' | 'fulfilled' | 'rejected'; reason?: unknown } {
  const seen: ReturnType<typeof watch> = { state: 'pending' };
  promise.then(
    () => {
      seen.state = 'fulfilled';
    },
    (reason: unknown) => {
      seen.state = 'rejected';
      seen.reason = reason;
    },
  );
  return seen;
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

describe('an answer of the store', () => {
  test('waits for the disk, and what arrives meanwhile shares the next flush', async () => {
    const { store, disk } = await openObedient('waits');
    const first = watch(store.createGrant(tenant.id, aGrant('first')));
    await until('the first commit is on its way', () => disk.waiting() === 1, 2000);
    const others = ['second', 'third'].map((id) => watch(store.createGrant(tenant.id, aGrant(id))));
    await turn();
    await turn();
    expect([disk.waiting(), first.state, ...others.map(({ state }) => state)]).toEqual([1, 'pending', 'pending', 'pending']);
    disk.finish();
    await until('the second commit is on its way', () => disk.waiting() === 1, 2000);
    expect([first.state, ...others.map(({ state }) => state)]).toEqual(['fulfilled', 'pending', 'pending']);
    disk.finish();
    await turn();
    expect([disk.waiting(), ...others.map(({ state }) => state)]).toEqual([0, 'fulfilled', 'fulfilled']);
    await store.close();
  });

  test('is not put off by others that keep coming', async () => {
    const { store, disk } = await openObedient('stream');
    const written: Promise<void>[] = [];
    while (disk.waiting() === 0) {
      written.push(store.createGrant(tenant.id, aGrant(`grant-${written.length}`)));
      await turn();
    }
    expect(written.length).toBeGreaterThan(1);
    expect(written.length).toBeLessThan(12);
    disk.finish();
    await written[0];
    await store.close();
  });

  test('that rests on what is still on its way says so: settled', async () => {
    const { store, disk } = await openObedient('settled');
    await store.settled();
    const written = store.createGrant(tenant.id, aGrant('grant'));
    await until('the commit is on its way', () => disk.waiting() === 1, 2000);
    expect((await store.findGrant(tenant.id, 'grant'))?.id).toBe('grant');
    const settled = watch(store.settled());
    await turn();
    expect(settled.state).toBe('pending');
    disk.finish();
    await written;
    expect(settled.state).toBe('fulfilled');
    await store.close();
  });

  test('of a server leaves only when what it rests on is on the disk', async () => {
    let held: (() => void)[] | undefined;
    let asked = 0;
    const server = await startServer({
      openStore(own) {
        const path = join(own, 'microauth.db');
        const real = openDisk(path);
        const flush: Disk['flush'] = (done) => real.flush((error) => void (held === undefined ? done(error) : held.push(() => done(error))));
        const store = createStore(openSqliteEngine(path, { disk: { flush, close: () => real.close() } }));
        return {
          ...store,
          settled() {
            asked += 1;
            return store.settled();
          },
        };
      },
    });
    await server.user();
    const client = await server.client({ type: 'web', redirectUris: [redirectUri] });
    const flow = new Flow(server.issuer, client);
    const tokens = (await flow.tokens()).json;
    const post = (path: string, token: string) => postToken(`${server.issuer}${path}`, { token, client_id: client.id, client_secret: client.secret });
    held = [];
    const first = watch(post('/revoke', tokens.refresh_token));
    await until('the revocation is on its way to the disk', () => held?.length === 1, 2000);
    asked = 0;
    // Nor may anybody hear that the token is dead before it is for good, though asking writes nothing.
    const introspection = post('/introspect', tokens.access_token);
    const second = watch(introspection);
    await until('that answer has been drafted', () => asked === 1, 2000);
    expect([first.state, second.state]).toEqual(['pending', 'pending']);
    const releases = held;
    held = undefined;
    releases.forEach((release) => release());
    expect((await introspection).json).toEqual({ active: false });
    await until('the revocation is answered', () => first.state === 'fulfilled', 2000);
    await server.stop();
  });
});

describe('a flush that fails', () => {
  const failure = new Error('EIO: i/o error, fdatasync');

  test('is made good by copying everything into the file itself, and then what was written is answered', async () => {
    const { store, disk, path } = await openObedient('rescued');
    const written = store.createGrant(tenant.id, aGrant('grant'));
    await until('the commit is on its way', () => disk.waiting() === 1, 2000);
    disk.finish(failure);
    await written;
    // The file alone, without the log that the disk did not take.
    expect(grantsIn(takeCopy(path, 'rescued-alone', false))).toEqual(['grant']);
    await store.close();
  });

  test('refuses everything while that is impossible, reading too, and recovers by itself', async () => {
    const { store, disk, path } = await openObedient('doubt');
    // Somebody who reads keeps the log from being emptied.
    const reader = new DatabaseSync(path);
    reader.exec('BEGIN; SELECT count(*) FROM grants');
    const written = watch(store.createGrant(tenant.id, aGrant('grant')));
    await until('the commit is on its way', () => disk.waiting() === 1, 2000);
    disk.finish(failure);
    await until('it is refused', () => written.state === 'rejected', 2000);
    expect(written.reason).toEqual(new StoreUnavailable('The disk of the database file does not take what is written.'));
    await expect(store.settled()).rejects.toThrow(StoreUnavailable);
    await expect(store.createGrant(tenant.id, aGrant('another'))).rejects.toThrow(StoreUnavailable);
    reader.close();
    await store.settled();
    const later = store.createGrant(tenant.id, aGrant('later'));
    await until('the commit is on its way', () => disk.waiting() === 1, 2000);
    disk.finish();
    await later;
    await store.close();
  });
});

test('a disk that is silent is waited for, and then refused at once', async () => {
  const { store, disk } = await openObedient('silent');
  const written = watch(store.createGrant(tenant.id, aGrant('grant')));
  await until('the commit is on its way', () => disk.waiting() === 1, 2000);
  const silent = new StoreUnavailable('The disk of the database file does not answer.');
  let reason: unknown;
  await until(
    'it is refused',
    async () => {
      const asked = watch(store.settled());
      await turn();
      reason = asked.reason;
      return asked.state === 'rejected';
    },
    10_000,
  );
  expect(reason).toEqual(silent);
  await expect(store.createGrant(tenant.id, aGrant('another'))).rejects.toThrow(silent);
  disk.finish();
  await until('the first is answered after all', () => written.state === 'fulfilled', 2000);
  await store.close();
});

test('a loss of power at any moment takes back nothing that was answered', async () => {
  const path = join(folder, 'cut.db');
  let platter: string | undefined;
  let copies = 0;
  const store = createStore(
    openSqliteEngine(path, {
      disk: {
        // Nothing gets to the platter but by a flush, and then what was written until its beginning.
        flush(done) {
          const copy = takeCopy(path, `cut-${(copies += 1)}`, true);
          setTimeout(
            () => {
              if (platter !== undefined) {
                rmSync(dirname(platter), { recursive: true });
              }
              platter = copy;
              done(null);
            },
            Math.random() * 3,
          );
        },
        close: () => undefined,
      },
    }),
  );
  await store.migrate(now);
  await store.createTenant(tenant, []);
  const answered = new Map<string, 'issued' | 'redeemed'>();
  let count = 0;
  let cuts = 0;
  const endAt = performance.now() + 4000;
  const live = async (): Promise<void> => {
    while (performance.now() < endAt) {
      const id = `grant-${(count += 1)}`;
      const grant = aGrant(id, { codeExpiresAt: now + 1 });
      await store.createGrant(tenant.id, grant);
      answered.set(id, 'issued');
      await turn();
      await store.redeemCode(tenant.id, grant.clientId, grant, now);
      answered.set(id, 'redeemed');
      if (Math.random() < 0.05) {
        // The power fails now.
        cuts += 1;
        const found = new Map(grantsWithStateIn(platter ?? path));
        for (const [known, state] of answered) {
          expect([known, state === 'redeemed' ? found.get(known) : found.has(known)]).toEqual([known, true]);
        }
      }
    }
  };
  await Promise.all(Array.from({ length: 8 }, live));
  expect(cuts).toBeGreaterThan(10);
  await store.close();
});

/** The database as it stands, with its log or without; gives the path of the copy. */
function takeCopy(path: string, name: string, withLog: boolean): string {
  const place = join(folder, name);
  mkdirSync(place, { recursive: true });
  const copy = join(place, 'copy.db');
  copyFileSync(path, copy);
  if (withLog && existsSync(`${path}-wal`)) {
    copyFileSync(`${path}-wal`, `${copy}-wal`);
  }
  return copy;
}

function grantsIn(path: string): readonly string[] {
  return grantsWithStateIn(path).map(([id]) => id);
}

/** Each grant with whether its code has been redeemed. Leaves the copy as it was found. */
function grantsWithStateIn(path: string): readonly (readonly [string, boolean])[] {
  const again = takeCopy(path, `look-${Math.random()}`, true);
  const reader = new DatabaseSync(again);
  const rows = reader.prepare('SELECT id, redeemed_at FROM grants ORDER BY id').all() as { id: string; redeemed_at: number | null }[];
  reader.close();
  rmSync(dirname(again), { recursive: true });
  return rows.map(({ id, redeemed_at }) => [id, redeemed_at !== null]);
}
