import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { revokeApplication } from '../../src/flow/account/applications.ts';
import { changePassword } from '../../src/flow/account/change-password.ts';
import { removeAuthenticator, removePasskey, renewRecoveryCodes } from '../../src/flow/account/factors.ts';
import { startAccountInteraction } from '../../src/flow/account-request.ts';
import { mayMail } from '../../src/flow/attempt.ts';
import type { FlowContext } from '../../src/flow/context.ts';
import { invite } from '../../src/flow/invitations.ts';
import { judgePasskey, newPasskeyChallenge } from '../../src/flow/passkeys.ts';
import { firstProof } from '../../src/flow/proof.ts';
import { resetPassword } from '../../src/flow/reset-password.ts';
import { knowProof } from '../../src/flow/second-factor-facts.ts';
import { beginPasskey, confirmPasskey } from '../../src/flow/set-up-factor.ts';
import { createAccount } from '../../src/flow/sign-up.ts';
import { addProof, rememberBrowser } from '../../src/flow/step-up.ts';
import { codeOfLink, issueTicket, judgeCode } from '../../src/flow/tickets.ts';
import { createPasswordHasher } from '../../src/identity/password.ts';
import { createPasswordJudge } from '../../src/identity/password-judge.ts';
import { tenantSecretsReader } from '../../src/keys/tenant-secrets.ts';
import { createMailer } from '../../src/mail/outbox.ts';
import { describeAuthentication } from '../../src/oauth/authentication-contexts.ts';
import { tenantOf } from '../../src/oauth/tenant.ts';
import { startSession } from '../../src/session/session.ts';
import { aPasskey } from '../store/account-records.ts';
import { Authenticator } from '../support/authenticator.ts';
import { startServer, type TestServer } from '../support/server.ts';

/* Refusals that a browser meets only by a coincidence: two things at once, or a setting in the middle of something. */

const browser = { address: '192.0.2.1', userAgent: 'a browser', device: undefined };
const good = 'a pelican under my umbrella';
let server: TestServer;
let context: FlowContext;

beforeAll(async () => {
  server = await startServer();
  const { store, clock, admin, record } = server;
  const tenant = tenantOf(record, tenantSecretsReader(admin.sealingKey), admin.url);
  context = {
    tenant,
    store,
    clock,
    hasher: admin.hasher,
    passwordJudge: createPasswordJudge(),
    signer: { sign: () => Promise.reject(new Error('not here')) } as unknown as FlowContext['signer'],
    record: () => undefined,
    mailer: createMailer({ store, clock, poke: () => undefined }),
  };
});
afterAll(() => server.stop());

/** A hasher with no place left, for as long as the work takes. */
async function whileBusy<Value>(work: (busy: FlowContext) => Promise<Value>): Promise<Value> {
  const hasher = createPasswordHasher({ concurrency: 1, queue: 0 });
  const done = { yes: false };
  const occupied = (async () => {
    while (!done.yes) {
      await hasher.hash(good);
    }
  })();
  try {
    return await work({ ...context, hasher });
  } finally {
    done.yes = true;
    await occupied;
  }
}

/** Sets a password in each of the ways that there are; expects `busy`, and that nothing has changed. */
async function expectNoneSet(attempt: (set: (unable: FlowContext) => Promise<readonly unknown[]>) => Promise<readonly unknown[]>): Promise<void> {
  const user = await server.user();
  await server.store.updateUser(server.record.id, { ...user, passwordHash: null });
  const bare = { ...user, passwordHash: null };
  const { session } = await startSession(context, { userId: user.id, ...describeAuthentication(['email']), userAgent: '', address: '' }, undefined);
  const ticket = await issueTicket(context, { purpose: 'reset_password', email: user.email, userId: user.id, locale: 'en', mail: ({ link, minutes }) => ({ kind: 'reset_password', link, minutes }), deliver: true });
  const outcomes = await attempt(async (unable) => [
    await changePassword(unable, { user: bare, session }, { current: '', next: good }, browser),
    await resetPassword(unable, ticket, good, browser),
    await createAccount(unable, { email: 'late@example.com', name: '', password: good, termsAccepted: true }, browser),
  ]);
  expect(outcomes).toEqual(outcomes.map(() => ({ kind: 'refused', problem: 'busy' })));
  expect((await server.store.findUser(server.record.id, user.id))?.passwordHash).toBeNull();
  expect(await server.store.findUserByEmail(server.record.id, 'late@example.com')).toBeUndefined();
  // The link has not been spent on nothing.
  expect(await resetPassword(context, ticket, good, browser)).toEqual({ kind: 'changed' });
}

describe('a password that cannot be hashed now', () => {
  test('is not set by its owner, by a mailed link or for a new account', () => expectNoneSet(whileBusy));
});

describe('a password of which nobody can say now how common it is', () => {
  test('is not set by its owner, by a mailed link or for a new account', async () => {
    // Nothing is judged as fast as that.
    const passwordJudge = createPasswordJudge({ patience: 1 });
    await expectNoneSet((set) => set({ ...context, passwordJudge }));
    await passwordJudge.stop();
  });
});

describe('factors', () => {
  test('the last way in stays where no mail could let anybody in again', async () => {
    const user = { ...(await server.user()), passwordHash: null };
    await server.store.createPasskey(server.record.id, aPasskey('only', user.id));
    expect(await removePasskey({ ...context, mailer: undefined }, user, 'only', browser)).toBe('last_way_in');
    expect(await removePasskey(context, user, 'only', browser)).toBe('removed');
  });

  test('what is not there is not removed, and nothing is to be stood in for', async () => {
    const user = await server.user();
    expect(await removeAuthenticator(context, user, browser)).toBe('unknown');
    expect(await renewRecoveryCodes(context, user, browser)).toBeUndefined();
    expect((await server.store.readFactors(server.record.id, user.id)).recoveryCodes).toBe(0);
  });

  test('a person has no more than twenty passkeys', async () => {
    const user = await server.user();
    for (let count = 0; count < 20; count += 1) {
      await server.store.createPasskey(server.record.id, aPasskey(`${user.id} ${count}`, user.id));
    }
    const given = { challenge: newPasskeyChallenge(context), json: '{}', name: 'One more' };
    expect(await confirmPasskey(context, user, given, browser)).toEqual({ kind: 'too_many' });
  });

  test('what is no answer of an authenticator is none', async () => {
    for (const json of ['', '{', '[]', 'null', '{"response":{}}']) {
      expect(await confirmPasskey(context, await server.user(), { challenge: newPasskeyChallenge(context), json, name: '' }, browser)).toEqual({ kind: 'refused' });
    }
  });

  test('an answer that is far longer than any is not read', async () => {
    const user = await server.user();
    const challenge = newPasskeyChallenge(context);
    const json = new Authenticator(server.issuer).create(await beginPasskey(context, user, challenge));
    expect(await confirmPasskey(context, user, { challenge, json: json.padEnd(20_001), name: '' }, browser)).toEqual({ kind: 'refused' });
    expect(await confirmPasskey(context, user, { challenge, json: json.padEnd(20_000), name: '' }, browser)).toMatchObject({ kind: 'added' });
  });

  test('passkeys from one address are judged so often and no more', async () => {
    const kinds = new Set<string>();
    for (let attempt = 0; attempt < 1000 && !kinds.has('too_many_attempts'); attempt += 1) {
      kinds.add((await judgePasskey(context, newPasskeyChallenge(context), '{}', { ...browser, address: '192.0.2.77' })).kind);
    }
    expect([...kinds]).toEqual(['refused', 'too_many_attempts']);
  });
});

describe('accounts and mail', () => {
  test('what can be no address and no name makes no account', async () => {
    const account = { email: 'new@example.com', name: 'A Name', password: good, termsAccepted: true };
    for (const [change, problem] of [[{ email: 'no address' }, 'email'], [{ name: 'x'.repeat(101) }, 'name'], [{ name: 'Ada\u202egnp' }, 'name']] as const) {
      expect(await createAccount(context, { ...account, ...change }, browser)).toEqual({ kind: 'refused', problem });
    }
  });

  test('nobody is invited whose address cannot be one, and nothing is mailed without a mail server', async () => {
    expect((await invite(context, { email: 'no address', locale: 'en' })).ok).toBe(false);
    expect(await mayMail({ ...context, mailer: undefined }, 'a@example.com', browser)).toBe(false);
  });

  test('a code is good for what it was mailed for, and for nothing else', async () => {
    const user = await server.user();
    const ticket = await issueTicket(context, { purpose: 'reset_password', email: user.email, userId: user.id, locale: 'en', mail: ({ link, minutes }) => ({ kind: 'reset_password', link, minutes }), deliver: false });
    const code = codeOfLink(new URL(ticket.link).searchParams.get('ticket') ?? '');
    expect(await judgeCode(context, ticket.id, 'sign_in', code, browser)).toEqual({ kind: 'dead' });
    expect((await judgeCode(context, ticket.id, 'reset_password', code, browser)).kind).toBe('right');
  });

  test('an application that has nothing of a person cannot be sent away', async () => {
    const user = await server.user();
    expect(await revokeApplication(context, user, 'client_none', browser)).toBe(false);
    expect(await server.store.listSecurityEvents(server.record.id, user.id, 10)).toEqual([]);
  });
});

describe('sessions', () => {
  test('one that has ended meanwhile gets no stronger', async () => {
    const user = await server.user();
    const { session } = await startSession(context, { userId: user.id, ...describeAuthentication(['password']), userAgent: '', address: '' }, undefined);
    await server.store.endSession(server.record.id, session.id);
    const step = { kind: 'second_factor', userId: user.id, level: 2, ways: ['totp'], session } as const;
    const visitor = { active: session, sessions: [session], rememberedDevices: [] };
    const interaction = startAccountInteraction('/account', server.clock.now());
    expect(await addProof(context, interaction, step, user, 'totp', visitor, browser)).toEqual({ kind: 'ended' });
    expect(await server.store.listSessions(server.record.id, user.id, server.clock.now())).toEqual([]);
  });

  test('no browser is remembered where the tenant remembers none', async () => {
    const never = { ...context, tenant: { ...context.tenant, settings: { ...context.tenant.settings, rememberDeviceDays: 0 } } };
    const user = await server.user();
    const proof = firstProof(context, user, 'password');
    const interaction = { ...startAccountInteraction('/account', server.clock.now()), proof };
    const step = { kind: 'second_factor', userId: user.id, level: 2, ways: ['totp'], session: undefined } as const;
    expect(await rememberBrowser(never, interaction, step, 'totp')).toBeUndefined();
    const secret = (await rememberBrowser(context, interaction, step, 'totp')) ?? '';
    expect(secret).toMatch(/^remembered_/);
    // One from before the tenant decided so is as good as none.
    const asked = { request: interaction.request, policy: 'optional', rememberedDevices: [secret] } as const;
    expect((await knowProof(context, proof, asked)).facts.remembered).toBe(true);
    expect((await knowProof(never, proof, asked)).facts.remembered).toBe(false);
  });
});
