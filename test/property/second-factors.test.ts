import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newChallenge, registrationOptions, userHandleOf, verifyRegistration } from '../../src/identity/passkeys.ts';
import { secondFactorPolicies } from '../../src/store/tenant-settings.ts';
import { Authenticator } from '../support/authenticator.ts';
import { redirectUri } from '../support/flow.ts';
import { startMailServer } from '../support/mail-server.ts';
import { acr, decide, essential, giveRecoveryCodes, giveTotp } from '../support/second-factors.ts';
import { password, startServer, unwrap } from '../support/server.ts';
import { accountPaths, Attacker, type Target, type World } from './attacker.ts';
import { type Holding, isEverything } from './attacker-model.ts';

let world: World;
let passwordHash: string;
let people = 0;
/** How many codes and pages of accounts came out of all runs. */
let judged = 0;

beforeAll(async () => {
  const mail = await startMailServer();
  const server = await startServer({ smtpUrl: mail.url });
  const client = async (secondFactor: (typeof secondFactorPolicies)[number]) => server.client({ type: 'spa', redirectUris: [redirectUri], secondFactor });
  world = { server, mail, clients: { off: await client('off'), optional: await client('optional'), required: await client('required') }, tenantPolicy: 'optional' };
  passwordHash = unwrap(await server.admin.hasher.hash(password));
});
afterAll(async () => {
  await world.server.stop();
  await world.mail.stop();
});

const holdings: readonly Holding[] = ['password', 'mailbox', 'authenticator', 'passkey', 'recovery_code'];
const everySubset = Array.from({ length: 2 ** holdings.length }, (_, bits) => holdings.filter((_holding, index) => bits & (1 << index)));
const own = ['no account of their own', 'an account of their own', 'a remembered browser of their own'] as const;

/** Somebody with this password; guarded, with an authenticator app, a passkey and recovery codes too. */
async function somebody(guarded: boolean, passwordByMail: boolean, holds: readonly Holding[]): Promise<Target> {
  const { server } = world;
  people += 1;
  const now = server.clock.now();
  const email = `person${people}@example.com`;
  const user = { id: `user_${people}`, email, emailKey: email, emailVerified: true, passwordHash, passwordByMail, claims: '{}', termsAcceptedAt: null, enabled: true, createdAt: now, updatedAt: now, version: 1 };
  await server.store.createUser(server.record.id, user);
  const authenticator = new Authenticator(server.issuer);
  const held = new Set(holds.filter((holding) => guarded || holding === 'password' || holding === 'mailbox'));
  const secrets = { seed: '', codes: [] as readonly string[] };
  if (guarded) {
    secrets.seed = await giveTotp(server, server, user);
    secrets.codes = await giveRecoveryCodes(server, server, user);
    const challenge = newChallenge(now);
    const relyingParty = { id: 'localhost', name: 'Tenant', origins: [server.issuer] };
    const options = registrationOptions(challenge, relyingParty, { handle: userHandleOf(server.record.id, user.id), name: email, displayName: email }, []);
    const made = await verifyRegistration(authenticator.create(await options), challenge, relyingParty);
    if (made === undefined) {
      throw new Error('the passkey of a victim is right');
    }
    await server.store.createPasskey(server.record.id, { ...made, userId: user.id, name: 'Theirs', createdAt: now, lastUsedAt: null });
  }
  const account = { id: user.id, email, guarded, passwordByMail };
  return {
    account,
    held,
    everything: isEverything(held, account),
    password: held.has('password') ? password : '',
    seed: held.has('authenticator') ? secrets.seed : '',
    codes: held.has('recovery_code') ? secrets.codes.slice(0, 3) : [],
    authenticator: held.has('passkey') ? authenticator : new Authenticator(server.issuer),
  };
}

const browser = fc.constantFrom(0, 0, 0, 1);
const policy = fc.constantFrom(...secondFactorPolicies);
const as = fc.nat(20);
const choice = fc.nat(20);
/** How often in a row something is done on the page that comes of it. */
const times = fc.integer({ min: 1, max: 4 });
const demand = fc.constantFrom<Readonly<Record<string, string>>>(
  {},
  {},
  { prompt: 'login' },
  { prompt: 'none' },
  { prompt: 'select_account' },
  { max_age: '60' },
  { acr_values: acr.multi },
  essential(acr.multi),
  essential(acr.resistant),
  { prompt: 'none', ...essential(acr.multi) },
);
const move = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('open' as const), browser, policy, demand }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('begin' as const), browser, policy, as, choice, remember: fc.boolean(), times }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('account' as const), browser, path: fc.constantFrom(...accountPaths) }) },
  { weight: 9, arbitrary: fc.record({ do: fc.constant('act' as const), index: fc.nat(30), as, choice, remember: fc.boolean(), times }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('reopen' as const), index: fc.nat(30) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reset' as const), as }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('sign up' as const), browser, policy }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), time: fc.constantFrom(31_000, 130_000, 700_000) }) },
);
type Move = typeof move extends fc.Arbitrary<infer Value> ? Value : never;

async function goOn(attacker: Attacker, index: number, step: Extract<Move, { do: 'begin' | 'act' }>): Promise<void> {
  await attacker.act(index, step);
  for (let again = 1; again < step.times; again += 1) {
    await attacker.act(1, step);
  }
}

async function perform(attacker: Attacker, step: Move): Promise<void> {
  switch (step.do) {
    case 'open':
      return attacker.open(step.browser, step.policy, step.demand);
    case 'begin':
      await attacker.open(step.browser, step.policy, { prompt: 'login' });
      return goOn(attacker, 1, step);
    case 'account':
      return attacker.openAccount(step.browser, step.path);
    case 'act':
      return goOn(attacker, step.index, step);
    case 'reopen':
      return attacker.reopen(step.index);
    case 'reset':
      return attacker.reset(step.as);
    case 'sign up':
      people += 1;
      return attacker.signUp(step.browser, step.policy, `newcomer${people}@example.com`);
    case 'wait':
      world.server.clock.advance(step.time);
  }
}

/** Gives a second factor of their own in the first browser, and has it remembered. */
async function rememberOwn(attacker: Attacker, number: number): Promise<void> {
  await attacker.open(0, 'required', {});
  await attacker.act(1, { as: number, choice: 0, remember: false });
  await attacker.act(1, { as: number, choice: 0, remember: true });
}

describe.each(everySubset)('an attacker who holds %s %s %s %s %s', (...holds) => {
  test.each(own)('and %s gets nothing that is kept for other proofs, and no token or session lies', async (ofTheirOwn) => {
    const { server } = world;
    await fc.assert(
      // Not biased: the first values of a run would be the small ones, and there is one run for each.
      fc.asyncProperty(fc.noBias(fc.array(move, { minLength: 5, maxLength: 9 })), fc.noBias(policy), fc.noBias(fc.boolean()), async (moves, tenantPolicy, passwordByMail) => {
        // Limits of the runs before are over.
        server.clock.advance(24 * 3_600_000);
        await decide(server, server, { secondFactor: tenantPolicy, emailSignIn: true, signUp: 'open' });
        const guarded = await somebody(true, passwordByMail, holds);
        const unguarded = await somebody(false, passwordByMail, holds);
        const before = await factorsOf([guarded, unguarded]);
        const mine = ofTheirOwn === own[0] ? [] : [await somebody(true, false, ['password', 'mailbox', 'authenticator', 'recovery_code'])];
        const attacker = new Attacker({ ...world, tenantPolicy }, [guarded, unguarded, ...mine]);
        if (ofTheirOwn === own[2]) {
          await rememberOwn(attacker, 2);
        }
        for (const step of moves) {
          await perform(attacker, step);
        }
        await attacker.judgeWhatIsKept();
        judged += attacker.judged;
        // Nor is anything in its place changed.
        const after = await factorsOf([guarded, unguarded]);
        [guarded, unguarded].forEach(({ everything }, index) => expect(everything || after[index]).toEqual(everything || before[index]));
      }),
      // A failure is told with what has been found of its shortest form by then.
      { numRuns: 1, interruptAfterTimeLimit: 25_000 },
    );
  }, 60_000);
});

test('attackers got so many codes and pages that the model had something to judge', () => {
  expect(judged).toBeGreaterThan(100);
});

function factorsOf(targets: readonly Target[]): Promise<readonly unknown[]> {
  const { store, record } = world.server;
  return Promise.all(
    targets.map(async ({ account }) => [await store.readFactors(record.id, account.id), await store.listPasskeys(record.id, account.id), (await store.findTotp(record.id, account.id))?.sealedSecret]),
  );
}
