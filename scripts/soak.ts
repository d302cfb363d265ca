/*
 * Mixed load for some minutes: codes, redemptions, refreshes, revocations, userinfo, sign-ins and wrong passwords. Every
 * minute the server's clock jumps fifteen days ahead, so that the sweep has everything to do that it will ever have.
 * Memory must stay flat and the tables bounded; what was measured is printed, and the script ends with 1 otherwise.
 *
 *   node scripts/soak.ts --engine sqlite|postgres --minutes 10
 */
import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createClient } from '../src/admin/clients.ts';
import { ensureDefaultTenant } from '../src/admin/default-tenant.ts';
import { createUser } from '../src/admin/users.ts';
import { day, minute, systemClock } from '../src/core/clock.ts';
import { sealingKey } from '../src/core/seal.ts';
import { createPasswordHasher } from '../src/identity/password.ts';
import { openStore } from '../src/store/sql/open-store.ts';
import { countRows } from '../test/fault/crash/database.ts';
import { openWire, signInOnce } from '../test/nodes/wire.ts';
import { Flow, redirectUri } from '../test/support/flow.ts';
import { startPostgres } from '../test/support/postgres.ts';
import { freePort, password, unwrap } from '../test/support/server.ts';

const { values } = parseArgs({ options: { engine: { type: 'string', default: 'sqlite' }, minutes: { type: 'string', default: '10' } } });
const minutes = Number(values.minutes);
const workers = 8;

const folder = mkdtempSync(join(tmpdir(), 'microauth-soak-'));
const file = join(folder, 'soak.db');
const postgres = values.engine === 'postgres' ? await startPostgres({ durable: true }) : undefined;
const databaseUrl = (await postgres?.database()) ?? `sqlite:${file}`;
const port = await freePort();
const key = randomBytes(32);
const issuer = `http://localhost:${port}`;

const store = unwrap(openStore(databaseUrl));
const clock = systemClock();
const sealing = sealingKey(key);
if (sealing === undefined) {
  throw new Error('unreachable: 32 bytes are a sealing key');
}
await store.migrate(clock.now());
const admin = { store, clock, sealingKey: sealing, hasher: createPasswordHasher(), url: { scheme: 'http', host: 'localhost', port } as const };
const tenant = unwrap(await ensureDefaultTenant(admin, 'localhost', 'keep'));
const { client } = unwrap(await createClient(admin, tenant.id, { type: 'spa', name: 'A client', redirectUris: [redirectUri] }));
unwrap(await createUser(admin, tenant.id, { email: 'user1@example.com', password, emailVerified: true, claims: {} }));
await store.close();

const server = fork(resolve(import.meta.dirname, '../test/fault/soak-entry.ts'), [], {
  execArgv: ['--expose-gc'],
  env: {
    PATH: process.env['PATH'],
    MICROAUTH_URL: issuer,
    MICROAUTH_LISTEN: `127.0.0.1:${port}`,
    MICROAUTH_DATABASE_URL: databaseUrl,
    MICROAUTH_SEALING_KEY: key.toString('base64'),
    MICROAUTH_LOG_LEVEL: 'error',
  },
});
await once(server, 'message');

const flow = () => new Flow(issuer, { id: client.id, secret: '' });
const wire = openWire({ issuer, clientId: client.id });
const answered: Record<string, number> = {};
const unexpected: string[] = [];
let cookie = await signInOnce({ flow });
const state = { goesOn: true, stale: false };

function note(what: string, status: number | undefined, expected: number): void {
  const name = `${what} ${status}`;
  answered[name] = (answered[name] ?? 0) + 1;
  // Between a jump of the clock and the next sign-in everything is rightly refused.
  if (status !== expected && !state.stale) {
    unexpected.push(name);
  }
}

async function load(): Promise<void> {
  while (state.goesOn) {
    const { code, status } = await wire.authorize(port, cookie);
    note('authorize', status, 303);
    if (code === undefined) {
      continue;
    }
    let tokens = await wire.redeem(port, code);
    note('redeem', tokens.status, 200);
    for (let left = Math.floor(Math.random() * 4); left > 0 && tokens.status === 200; left -= 1) {
      tokens = await wire.refresh(port, tokens.json.refresh_token ?? '');
      note('refresh', tokens.status, 200);
    }
    note('userinfo', (await wire.userinfo(port, tokens.json.access_token ?? '')).status, 200);
    if (Math.random() < 0.3) {
      note('revoke', (await wire.revoke(port, Math.random() < 0.5 ? (tokens.json.refresh_token ?? '') : (tokens.json.access_token ?? ''))).status, 200);
    }
  }
}

/** People sign in, and somebody guesses at other accounts. */
async function people(): Promise<void> {
  for (let turn = 0; state.goesOn; turn += 1) {
    const browser = flow();
    const page = await browser.authorize();
    await pause(100);
    if (state.stale) {
      // The page that was just shown is fifteen days old.
      continue;
    }
    const guessing = turn % 2 === 1;
    const answer = await browser.signIn(page, guessing ? `guess${turn}@example.com` : 'user1@example.com', guessing ? 'a wrong password' : password);
    answered[`sign in ${answer.status}`] = (answered[`sign in ${answer.status}`] ?? 0) + 1;
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((done) => {
    setTimeout(done, milliseconds);
  });
}

interface Measure {
  readonly minute: number;
  readonly rss_mb: number;
  readonly heap_mb: number;
  readonly rows: Readonly<Record<string, number>>;
  readonly file_mb?: number;
}

async function measure(at: number): Promise<Measure> {
  server.send({ measure: true });
  const [{ rss, heapUsed }] = (await once(server, 'message')) as [{ rss: number; heapUsed: number }];
  const megabytes = (bytes: number) => Math.round(bytes / 104_857.6) / 10;
  const taken = { minute: at, rss_mb: megabytes(rss), heap_mb: megabytes(heapUsed), rows: await countRows(databaseUrl) };
  return postgres === undefined ? { ...taken, file_mb: megabytes(statSync(file).size) } : taken;
}

const measures: Measure[] = [];
const running = Promise.all([...Array.from({ length: workers }, load), people()]);
running.catch(() => undefined);
try {
  for (let at = 1; at <= minutes; at += 1) {
    // A load that fails ends the soak at once.
    await Promise.race([pause(minute), running]);
    const taken = await measure(at);
    measures.push(taken);
    console.log(JSON.stringify(taken));
    state.stale = true;
    // Whoever is just signing in is let finish first.
    await pause(1000);
    server.send({ advance: 15 * day });
    cookie = await signInOnce({ flow });
    // What was under way at the jump is answered by now.
    await pause(1000);
    state.stale = false;
  }
  state.goesOn = false;
  await running;
  server.send({ stop: true });
  await once(server, 'exit');
} finally {
  server.kill('SIGKILL');
  wire.close();
  await postgres?.stop();
  rmSync(folder, { recursive: true, force: true });
}

// Everything is swept a jump after it was made, so no minute has more rows than two minutes make; the first minute warms up.
const [, second] = measures;
const last = measures.at(-1);
const flat = second === undefined || last === undefined || last.heap_mb < second.heap_mb * 1.25 + 10;
const most = Math.max(...measures.map(({ rows }) => rows['grants'] ?? 0));
const bounded = most < ((answered['authorize 303'] ?? 0) / minutes) * 3;
console.log(JSON.stringify({ engine: values.engine, minutes, workers, answered, unexpected: unexpected.slice(0, 10), memory_flat: flat, tables_bounded: bounded, node: process.version }));
process.exitCode = flat && bounded && unexpected.length === 0 ? 0 : 1;
