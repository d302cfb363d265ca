/*
 * Whether time tells who has an account, and who brought it along from another system: asks every form about addresses without an account, with
 * one, and with one that was imported with its bcrypt hash, in turn, and compares the medians; one after the other, and several at once, so that
 * answers wait for each other. Figures for docs/threat-model.md; a quiet machine gives better ones.
 */
import { hashSync } from 'bcryptjs';
import { parseArgs } from 'node:util';
import { importUsers } from '../src/admin/import-users.ts';
import { Flow, redirectUri } from '../test/support/flow.ts';
import { startMailServer } from '../test/support/mail-server.ts';
import { settle, startServer } from '../test/support/server.ts';
import { readForm, send } from '../test/support/user-agent.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '150' } } });
const rounds = Number(values.rounds);
const mail = await startMailServer();
const server = await startServer({ smtpUrl: mail.url });
await settle(server.store, server.record.id, { signUp: 'open', emailSignIn: true });
const client = await server.client({ type: 'spa', redirectUris: [redirectUri] });
const flow = new Flow(server.issuer, client);

const forms = {
  'sign-in with a wrong password': { path: '/sign-in', more: { password: 'wrong password' } },
  'sign-in by mail': { path: '/sign-in/email', more: {} },
  'sign-up': { path: '/sign-up', more: {} },
  'forgotten password': { path: '/forgot-password', more: {} },
} as const;

async function time(path: string, body: Readonly<Record<string, string>>): Promise<number> {
  const { fields } = readForm(await flow.authorize());
  const cookie = [...flow.agent.cookies('localhost')].map(([name, value]) => `${name}=${value}`).join('; ');
  const started = performance.now();
  const { status } = await send(`${server.issuer}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: server.issuer, cookie },
    body: new URLSearchParams({ ...fields, ...body }).toString(),
  });
  const took = performance.now() - started;
  if (![200, 303, 401].includes(status)) {
    throw new Error(`${path} answered ${status}: nothing to compare`);
  }
  return took;
}

function quantile(numbers: readonly number[], share: number): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length * share)] ?? 0;
}

/** A hash of cost 12, as many systems make them. Nobody's password. */
const bcrypt = hashSync('a password of long ago', 12);
const kinds = ['unknown', 'own', 'imported'] as const;
type Kind = (typeof kinds)[number];

/** An address of this kind that nobody has asked about yet, so that no limit is reached. */
async function addressOf(kind: Kind, label: string): Promise<string> {
  const email = `${kind}-${label}@example.com`;
  if (kind === 'own') {
    await server.user({ email });
  }
  if (kind === 'imported') {
    await importUsers(server.admin, server.record.id, [JSON.stringify({ email, email_verified: true, password_hash: bcrypt })]);
  }
  return email;
}

async function compare(name: string, label: string, path: string, more: Readonly<Record<string, string>>, atOnce: number): Promise<void> {
  const times: Record<Kind, number[]> = { unknown: [], own: [], imported: [] };
  for (let round = -3; round < rounds; round += 1) {
    // Past the windows of all that is counted.
    server.clock.advance(3_600_000);
    // Each kind comes first as often as the others do.
    const order = kinds.map((_, index) => kinds[(index + round + kinds.length) % kinds.length] ?? 'own');
    const asked = await Promise.all(order.map(async (kind) => ({ kind, emails: await Promise.all(Array.from({ length: atOnce }, (_, index) => addressOf(kind, `${label}-${round + 3}-${index}`))) })));
    for (const { kind, emails } of asked) {
      const took = await Promise.all(emails.map((email) => time(path, { email, ...more })));
      if (round >= 0) {
        times[kind].push(...took);
      }
    }
  }
  const shown = kinds.map((kind) => `${kind} ${quantile(times[kind], 0.5).toFixed(1)}`).join(', ');
  const spread = quantile(times.own, 0.75) - quantile(times.own, 0.25);
  console.log(`${name.padEnd(44)} ${shown} ms; half of the own lie within ${spread.toFixed(1)} ms`);
}

for (const [name, { path, more }] of Object.entries(forms)) {
  await compare(name, path.slice(1).replaceAll('/', '-'), path, more, 1);
}
await compare('sign-in with a wrong password, four at once', 'many', '/sign-in', { password: 'wrong password' }, 4);
await server.stop();
await mail.stop();
