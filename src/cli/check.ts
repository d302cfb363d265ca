import { accessSync, constants, existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import { listeningProblems } from '../app.ts';
import { describeCollision } from '../admin/address-collisions.ts';
import { type InspectedKey, inspectKeys } from '../admin/inspect-keys.ts';
import { inspectedKeyView } from '../admin/views.ts';
import { type Config, loadConfig } from '../config/load.ts';
import { second, systemClock } from '../core/clock.ts';
import type { Store, UnprotectedClient } from '../store/port.ts';
import { openStore } from '../store/sql/open-store.ts';
import { type CommonOptions, complain, list } from './answer.ts';
import { checkSealingKey } from './management.ts';
import { reasonOf } from './reason.ts';

/** What was found: what needs attention, and what there is to know besides. */
interface Findings {
  readonly problems: readonly string[];
  /** What somebody has decided and whoever answers for it should know. */
  readonly notes: readonly string[];
  readonly pendingMigrations: readonly string[];
  readonly keys: readonly InspectedKey[];
  /** Milliseconds that the database's clock is ahead of ours; undefined when it was not asked. */
  readonly clockDifference: number | undefined;
}

/** Authorization codes live for a minute; clocks that are further apart than this make sign-ins fail now and then. */
const tolerance = 5 * second;

/** How many accounts that share an address, and how many clients, are named. */
const maximumNamed = 20;

/** `microauth check` */
export function completeCheck(command: Command): void {
  command.action(async (options: CommonOptions) => {
    const config = loadConfig(process.env, 'serve', options.config);
    const findings = config.ok ? await inspectAll(config.value) : found(config.failure);
    const { problems, notes, pendingMigrations, keys } = findings;
    const now = Date.now();
    const views = keys.map((key) => inspectedKeyView(key, now));
    if (options.json === true) {
      const summary = { ok: problems.length === 0, problems, notes, pending_migrations: pendingMigrations };
      process.stdout.write(`${JSON.stringify({ ...summary, clock_difference_ms: findings.clockDifference ?? null, keys: views })}\n`);
    } else {
      const outlook = pendingMigrations.length === 0 ? '' : ` At its start serve applies: ${pendingMigrations.join(', ')}.`;
      const table = views.length === 0 ? [] : [list('keys', views, ['tenant', 'alg', 'state', 'age_days', 'kid']).text];
      const verdict = problems.length === 0 ? [`Everything is in order.${outlook}`] : [];
      process.stdout.write([...table, ...notes, ...verdict].map((line) => `${line}\n`).join(''));
    }
    if (problems.length > 0) {
      complain(problems);
    }
  });
}

async function inspectAll(config: Config): Promise<Findings> {
  const findings = await inspect(config);
  return { ...findings, problems: [...(await listeningProblems(config)), ...findings.problems] };
}

async function inspect(config: Config): Promise<Findings> {
  const file = /^sqlite:(.+)$/.exec(config.databaseUrl)?.[1];
  if (file !== undefined && !existsSync(file)) {
    // Opening it would make it, and a check changes nothing.
    return found(isWritable(dirname(file)) ? [] : [`The database ${file} cannot be made: its folder is missing or not writable. See MICROAUTH_DATABASE_URL.`]);
  }
  const store = openStore(config.databaseUrl);
  if (!store.ok) {
    return found([store.failure]);
  }
  try {
    return await inspectStore(store.value, config);
  } catch (error) {
    return found([`The database cannot be read: ${reasonOf(error)}.`]);
  } finally {
    await store.value.close();
  }
}

async function inspectStore(store: Store, { sealingKey, mailServer }: Config): Promise<Findings> {
  const clock = systemClock();
  const clockDifference = await compareClocks(store);
  const problems: string[] =
    Math.abs(clockDifference) > tolerance
      ? [`The database's clock is ${Math.round(Math.abs(clockDifference) / second)} seconds ${clockDifference > 0 ? 'ahead of' : 'behind'} this machine's; set both by NTP.`]
      : [];
  const newer = await store.newerMigrations();
  if (newer.length > 0) {
    problems.push(`The schema is of a newer version, with ${newer.join(', ')}; this one works on it if it is one version older, so update it next.`);
  }
  const pendingMigrations = await store.pendingMigrations();
  if (pendingMigrations.length > 0) {
    return { ...found(problems), pendingMigrations, clockDifference };
  }
  const key = await checkSealingKey({ store, sealingKey });
  if (!key.ok) {
    return { ...found([...problems, key.failure]), clockDifference };
  }
  if (mailServer === undefined) {
    const waiting = (await store.listTenants()).filter(({ settings }) => settings.signUp !== 'closed' || settings.emailSignIn).map(({ name }) => name);
    problems.push(...(waiting.length === 0 ? [] : [`Without MICROAUTH_SMTP_URL nobody can sign up or sign in by mail, which these tenants want: ${waiting.slice(0, 10).join(', ')}${waiting.length > 10 ? ` and ${waiting.length - 10} more` : ''}.`]));
  }
  problems.push(...(await store.listAddressCollisions(maximumNamed)).map(describeCollision));
  const notes = (await store.listUnprotectedClients(maximumNamed)).map(describeUnprotected);
  const { keys, problems: keyProblems } = await inspectKeys({ store, sealingKey, clock });
  return { problems: [...problems, ...keyProblems], notes, pendingMigrations, keys, clockDifference };
}

/** How far the database is ahead; the answer is taken to have been given half way. The first one opens the connection. */
async function compareClocks(store: Store): Promise<number> {
  await store.databaseTime();
  const asked = Date.now();
  const theirs = await store.databaseTime();
  return Math.round(theirs - (asked + Date.now()) / 2);
}

function found(problems: readonly string[]): Findings {
  return { problems, notes: [], pendingMigrations: [], keys: [], clockDifference: undefined };
}

function describeUnprotected({ tenant, clientId }: UnprotectedClient): string {
  return `Nothing protects the codes of client ${clientId} in tenant ${tenant}, as it was asked for. Once it can send PKCE or a nonce: microauth client set ${clientId} --tenant ${tenant} --no-unprotected-codes.`;
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
