/*
 * Whether time tells who has an account: asks every form about addresses with an account and without one, in turn, and
 * compares the medians. Figures for docs/threat-model.md; a quiet machine gives better ones.
 */
import { parseArgs } from 'node:util';
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

for (const [name, { path, more }] of Object.entries(forms)) {
  const known: number[] = [];
  const unknown: number[] = [];
  for (let round = -5; round < rounds; round += 1) {
    // Each address is asked about once, so that no limit is reached; the clock moves for those of this machine.
    const email = `known${path.replaceAll('/', '-')}${round + 5}@example.com`;
    await server.user({ email });
    server.clock.advance(60_000);
    const pair = [
      { times: known, email },
      { times: unknown, email: email.replace('known', 'other') },
    ];
    for (const { times, email: asked } of round % 2 === 0 ? pair : pair.toReversed()) {
      const took = await time(path, { email: asked, ...more });
      if (round >= 0) {
        times.push(took);
      }
    }
  }
  const [a, b] = [quantile(known, 0.5), quantile(unknown, 0.5)];
  const spread = quantile(known, 0.75) - quantile(known, 0.25);
  console.log(`${name.padEnd(32)} known ${a.toFixed(2)} ms, unknown ${b.toFixed(2)} ms, difference ${(a - b).toFixed(2)} ms; half of the known lie within ${spread.toFixed(2)} ms`);
}
await server.stop();
await mail.stop();
