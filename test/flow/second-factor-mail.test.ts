import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { randomId } from '../../src/core/random.ts';
import type { FlowContext } from '../../src/flow/context.ts';
import type { Interaction } from '../../src/flow/interaction.ts';
import { firstProof } from '../../src/flow/proof.ts';
import { startAccountInteraction } from '../../src/flow/account-request.ts';
import { createPasswordJudge } from '../../src/identity/password-judge.ts';
import { type FactorWay, waysTo } from '../../src/flow/known.ts';
import { judgeFactorCode, sendFactorCode } from '../../src/flow/second-factor.ts';
import { knowProof } from '../../src/flow/second-factor-facts.ts';
import { tenantSecretsReader } from '../../src/keys/tenant-secrets.ts';
import type { Mail } from '../../src/mail/mailer.ts';
import type { Tenant } from '../../src/oauth/context.ts';
import type { AuthenticationMethod, Level } from '../../src/oauth/authentication-contexts.ts';
import type { UserRecord } from '../../src/store/records.ts';
import { defaultSettings } from '../../src/store/tenant-settings.ts';
import { giveTotp } from '../support/second-factors.ts';
import { startServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let context: FlowContext;
let sent: Mail[] = [];
const browser = { address: '192.0.2.1', userAgent: 'a browser', device: undefined };

beforeAll(async () => {
  server = await startServer();
  const { record, issuer, store, clock, config } = server;
  context = {
    // The brand says that a request's host led here; in this test nobody asks by host.
    tenant: { id: record.id, displayName: 'Acme', issuer, secrets: tenantSecretsReader(config.sealingKey).of(record), settings: defaultSettings } as Tenant,
    store,
    clock,
    hasher: server.admin.hasher,
    passwordJudge: createPasswordJudge(),
    signer: { sign: () => Promise.reject(new Error('not here')) } as unknown as FlowContext['signer'],
    record: () => {},
    mailer: {
      write: (_tenant, mail) => {
        sent.push(mail);
        const at = clock.now();
        return { id: randomId('mail'), sealedContent: '', createdAt: at, tries: 0, dueAt: at, sentAt: null, failure: null, expiresAt: at + 1000 };
      },
      send: async () => {},
      poke: () => {},
    },
  };
});
afterAll(() => server.stop());

/** The ways to a level for somebody who has proven this much. */
async function waysOf(user: UserRecord, method: AuthenticationMethod, level: Level = 2, change: Partial<FlowContext> = {}): Promise<readonly FactorWay[]> {
  const asked = { request: startAccountInteraction('/account', server.clock.now()).request, policy: 'required', rememberedDevices: [] } as const;
  return waysTo(level, await knowProof({ ...context, ...change }, firstProof(context, user, method), asked));
}

const begun = (user: UserRecord): Interaction => ({ ...startAccountInteraction('/account', server.clock.now()), proof: firstProof(context, user, 'password') });
const codeOf = (mail: Mail | undefined) => (mail?.content.kind === 'code' ? mail.content.code : '');

async function ask(user: UserRecord): Promise<{ interaction: Interaction; code: string }> {
  sent = [];
  const interaction = await sendFactorCode(context, begun(user), user, browser, { cookie: 'cookie', locale: 'en' });
  expect(sent.map(({ to, content }) => [to, content.kind])).toEqual([[user.email, 'code']]);
  return { interaction: interaction ?? begun(user), code: codeOf(sent[0]) };
}

const judge = (interaction: Interaction, user: UserRecord, code: string) => judgeFactorCode(context, interaction, user, { way: 'email', code }, browser);

describe('a code by mail as the second factor', () => {
  test('is offered to a proven address only, never after mail as the first, never for the highest level', async () => {
    const user = await server.user();
    expect(await waysOf(user, 'password')).toEqual(['email']);
    expect(await waysOf(user, 'password', 3)).toEqual([]);
    expect(await waysOf(user, 'email')).toEqual([]);
    expect(await waysOf(user, 'password', 2, { mailer: undefined })).toEqual([]);
    await server.store.updateUser(server.record.id, { ...user, emailVerified: false });
    expect(await waysOf(user, 'password')).toEqual([]);
  });

  test('is one proof with a password that came by mail, and none beside a factor unless the tenant says so', async () => {
    const user = await server.user();
    expect([await waysOf(user, 'mailed_password'), await waysOf(user, 'mailed_password', 1)]).toEqual([[], ['email']]);
    await giveTotp(server, server, user);
    expect([await waysOf(user, 'password'), await waysOf(user, 'mailed_password', 1)]).toEqual([['totp'], ['totp']]);
    const tenant = { ...context.tenant, settings: { ...defaultSettings, mailGetsPastFactors: true } };
    expect(await waysOf(user, 'password', 2, { tenant })).toEqual(['totp', 'email']);
    expect(await waysOf(user, 'mailed_password', 2, { tenant })).toEqual(['totp']);
  });

  test('is right once, spaces aside', async () => {
    const user = await server.user();
    const { interaction, code } = await ask(user);
    expect(code).toMatch(/^\d{8}$/);
    expect(await judge(interaction, user, `${code.slice(0, 4)} ${code.slice(4)}`)).toEqual({ kind: 'right', method: 'email' });
    expect(await judge(interaction, user, code)).toEqual({ kind: 'dead' });
  });

  test('A126 wrong ones count with all other codes of the account, whichever mail they are for', async () => {
    const user = await server.user();
    for (const guesses of [3, 2]) {
      const { interaction, code } = await ask(user);
      for (let guess = 0; guess < guesses; guess += 1) {
        expect(await judge(interaction, user, code === '00000000' ? '11111111' : '00000000')).toEqual({ kind: 'wrong' });
      }
    }
    const { interaction, code } = await ask(user);
    expect((await judge(interaction, user, code)).kind).toBe('too_many_attempts');
  });

  test('proves nothing of anybody else, nor of an address that is no longer theirs', async () => {
    const [ada, eve] = [await server.user(), await server.user()];
    const { interaction, code } = await ask(eve);
    expect(await judge(interaction, ada, code)).toEqual({ kind: 'dead' });
    expect(await judge({ ...begun(ada), ticket: { id: interaction.ticket?.id ?? '', purpose: 'second_factor', email: ada.email } }, ada, code)).toEqual({ kind: 'dead' });
    const mine = await ask(ada);
    expect(await judge(mine.interaction, { ...ada, email: 'new@example.com' }, mine.code)).toEqual({ kind: 'dead' });
    expect(await judge({ ...mine.interaction, ticket: { id: mine.interaction.ticket?.id ?? '', purpose: 'sign_in', email: ada.email } }, ada, mine.code)).toEqual({ kind: 'dead' });
    expect(await judge(begun(ada), ada, mine.code)).toEqual({ kind: 'dead' });
  });

  test('ends after ten minutes, and is not sent past the limit of its recipient', async () => {
    const user = await server.user();
    const { interaction, code } = await ask(user);
    server.clock.advance(10 * 60_000);
    expect(await judge(interaction, user, code)).toEqual({ kind: 'dead' });
    for (let mail = 0; mail < 4; mail += 1) {
      await ask(user);
    }
    expect(await sendFactorCode(context, begun(user), user, browser, { cookie: 'cookie', locale: 'en' })).toBeUndefined();
  });
});
