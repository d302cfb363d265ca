/*
 * Measures how MicroAuth bears many tenants, on SQLite:
 *   npm run bench:tenants [-- --count 100000] [--sample 200] [--no-write]
 * Fewer than the default print only; --write makes them write docs/performance.md.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createClient } from '../src/admin/clients.ts';
import type { AdminContext } from '../src/admin/context.ts';
import { createResource } from '../src/admin/resources.ts';
import { completeKeys, createTenant } from '../src/admin/tenants.ts';
import type { TenantRecord } from '../src/store/records.ts';
import { freePort } from '../test/support/server.ts';
import { median } from './cell.ts';
import { machine, writeSection } from './report.ts';
import { type Blueprint, compile, compiledMain, leaveServerCore, openAdmin, residentMemory, type Server, start, unwrap } from './servers.ts';
import { secret } from './setup.ts';
import { Connection } from './wire.ts';

const { values: flags } = parseArgs({
  options: { count: { type: 'string', default: '100000' }, sample: { type: 'string', default: '200' }, write: { type: 'boolean' } },
  allowNegative: true,
});
const count = Number(flags.count);
const sample = Math.min(Number(flags.sample), count - 1);
const inFlight = 64;
const starts = 9;
/** Its access tokens are signed with the tenant's RSA key. */
const rsaResource = 'https://rsa.example';

compile();
leaveServerCore();
mkdirSync(join(import.meta.dirname, '.data'), { recursive: true });
const folder = mkdtempSync(join(import.meta.dirname, '.data', 'tenants-'));
try {
  const few = await blueprintOf('one');
  const many = await blueprintOf('many');
  const admin = await openAdmin(few.environment as Parameters<typeof openAdmin>[0]);
  await withTenant(admin.context, 'default', 'localhost');
  await admin.close();
  const creation = await fill(many);
  const started = await compareStarts([few, many]);
  const cold = await coldTokens(many);
  const text = [
    `Measured on ${new Date().toISOString().slice(0, 10)} with ${count.toLocaleString('en')} tenants on SQLite.`,
    rows([
      ['tenants made per second by the admin operation', Math.round(creation.withoutRsa).toLocaleString('en')],
      ['the same with the RSA key, which is otherwise made when first needed', creation.whole.toFixed(1)],
      ['database, bytes per tenant', Math.round(statSync(join(many.folder, 'microauth.db')).size / count).toLocaleString('en')],
      ['start to first answer, 1 tenant', `${Math.round(started.few.time)} ms`],
      [`start to first answer, ${count.toLocaleString('en')} tenants`, `${Math.round(started.many.time)} ms (${percent(started.many.time, started.few.time)})`],
      ['resident after 1,000 answers, 1 tenant', `${Math.round(started.few.memory / 1e6)} MB`],
      [`resident after 1,000 answers, ${count.toLocaleString('en')} tenants`, `${Math.round(started.many.memory / 1e6)} MB (${percent(started.many.memory, started.few.memory)})`],
      [`first token of a tenant that nobody has asked for since the start, median of ${sample}`, `${cold.first.toFixed(1)} ms`],
      ['the slowest of these', `${cold.slowest.toFixed(1)} ms`],
      ['the first token where the RSA key of the tenant had yet to be made, median', `${cold.firstRsa.toFixed(1)} ms`],
      ['second token of the same tenants, median', `${cold.second.toFixed(1)} ms`],
      [`resident after a token for each of these ${sample}`, `${Math.round(cold.memory / 1e6)} MB`],
    ]),
    machine().map((fact) => `- ${fact}`).join('\n'),
  ].join('\n\n');
  console.log(text);
  if (flags.write ?? count >= 100_000) {
    writeSection('tenants', text);
    console.log('\ndocs/performance.md has the figures.');
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function rows(facts: readonly (readonly [string, string])[]): string {
  return ['| | |', '|---|--:|', ...facts.map(([fact, figure]) => `| ${fact} | ${figure} |`)].join('\n');
}

function percent(value: number, base: number): string {
  const change = (value / base - 1) * 100;
  return `${change < 0 ? '−' : '+'}${Math.abs(change).toFixed(0)} %`;
}

async function blueprintOf(name: string): Promise<Blueprint> {
  const home = join(folder, name);
  mkdirSync(home);
  const port = await freePort();
  return {
    name: 'microauth-sqlite',
    folder: home,
    port,
    command: [compiledMain, 'serve'],
    environment: {
      NODE_ENV: 'production',
      MICROAUTH_URL: `http://localhost:${port}`,
      MICROAUTH_LISTEN: `127.0.0.1:${port}`,
      MICROAUTH_DATABASE_URL: `sqlite:${join(home, 'microauth.db')}`,
      MICROAUTH_SEALING_KEY: randomBytes(32).toString('base64'),
    },
  };
}

async function withTenant(context: AdminContext, name: string, domain: string): Promise<TenantRecord> {
  const tenant = unwrap(await createTenant(context, { name, domain }));
  unwrap(await createClient(context, tenant.id, { type: 'service', id: 'service', name: 'Service', secret }));
  unwrap(await createResource(context, tenant.id, { identifier: rsaResource, name: 'API', scopes: [], accessTokenAlgorithm: 'RS256' }));
  return tenant;
}

/** Makes all tenants; gives how many a second, with their RSA keys and without. */
async function fill(blueprint: Blueprint): Promise<{ readonly whole: number; readonly withoutRsa: number }> {
  const { context, close } = await openAdmin(blueprint.environment as Parameters<typeof openAdmin>[0]);
  await withTenant(context, 'default', 'localhost');
  for (let index = 1; index <= sample; index += 1) {
    await withTenant(context, `cold-${index}`, `cold-${index}.localhost`);
  }
  const whole = await timed(Math.min(sample, 100), async (index) => {
    const tenant = unwrap(await createTenant(context, { name: `whole-${index}`, domain: `whole-${index}.localhost` }));
    await completeKeys(context, tenant);
  });
  const withoutRsa = await timed(count - sample - 1, async (index) => {
    unwrap(await createTenant(context, { name: `tenant-${index}`, domain: `tenant-${index}.localhost` }));
    if (index % 10_000 === 0) {
      console.error(`${index} of ${count} tenants`);
    }
  });
  await close();
  return { whole, withoutRsa };
}

/** Does so many, some at once; gives how many a second. */
async function timed(total: number, work: (index: number) => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  let next = 0;
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      while (next < total) {
        next += 1;
        await work(next);
      }
    }),
  );
  return total / ((performance.now() - startedAt) / 1000);
}

interface Started {
  readonly time: number;
  readonly memory: number;
}

/** Starts both in turns, so that a slow minute slows both. */
async function compareStarts([few, many]: readonly [Blueprint, Blueprint]): Promise<{ readonly few: Started; readonly many: Started }> {
  const all: Record<'few' | 'many', Started[]> = { few: [], many: [] };
  for (let round = 0; round < starts; round += 1) {
    for (const [which, blueprint] of [['few', few], ['many', many]] as const) {
      const server = await start(blueprint);
      await askOften(server);
      all[which].push({ time: server.startTime, memory: residentMemory(server.pid) });
      await server.stop();
    }
  }
  const middle = (list: readonly Started[]): Started => ({ time: median(list.map(({ time }) => time)), memory: median(list.map(({ memory }) => memory)) });
  return { few: middle(all.few), many: middle(all.many) };
}

async function askOften(server: Server): Promise<void> {
  const connection = new Connection(server.port);
  for (let turn = 0; turn < 500; turn += 1) {
    await connection.get('/.well-known/openid-configuration');
    await askForToken(connection);
  }
  connection.close();
}

async function askForToken(connection: Connection, resource = ''): Promise<number> {
  const headers = `Authorization: Basic ${Buffer.from(`service:${secret}`).toString('base64')}\r\n`;
  const startedAt = performance.now();
  const answer = await connection.post('/token', `grant_type=client_credentials${resource}`, headers);
  if (answer.status !== 200 || !answer.body.includes('"access_token"')) {
    throw new Error(`no token: ${answer.head} ${answer.body}`);
  }
  return performance.now() - startedAt;
}

interface Cold {
  readonly first: number;
  readonly slowest: number;
  readonly second: number;
  /** Where the tenant's RSA key had to be made for it. */
  readonly firstRsa: number;
  readonly memory: number;
}

/** One tenant after the other, with a pause, for strangers do not come all at once. */
async function coldTokens(blueprint: Blueprint): Promise<Cold> {
  const server = await start(blueprint);
  try {
    // The code is warm; only the tenants are cold.
    await askOften(server);
    const first: number[] = [];
    const second: number[] = [];
    const firstRsa: number[] = [];
    for (let index = 1; index <= sample; index += 1) {
      const connection = new Connection(server.port, `cold-${index}.localhost`);
      if (index % 4 === 0) {
        firstRsa.push(await askForToken(connection, `&resource=${encodeURIComponent(rsaResource)}`));
      } else {
        first.push(await askForToken(connection));
        second.push(await askForToken(connection));
      }
      connection.close();
      await new Promise((resolve) => {
        setTimeout(resolve, 200);
      });
    }
    return { first: median(first), second: median(second), slowest: Math.max(...first), firstRsa: median(firstRsa), memory: residentMemory(server.pid) };
  } finally {
    await server.stop();
  }
}
