import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApp } from '../../src/app.ts';
import { day, hour, minute } from '../../src/core/clock.ts';
import { createLog } from '../../src/core/log.ts';
import { openStore } from '../../src/store/sql/open-store.ts';
import type { Store } from '../../src/store/port.ts';
import type { UserRecord } from '../../src/store/records.ts';
import { redirectUri } from '../support/flow.ts';
import { type MailServer, startMailServer } from '../support/mail-server.ts';
import { giveRecoveryCodes, giveTotp, wrongCode } from '../support/second-factors.ts';
import { freePort, settle, startServer, type TestServer, unwrap } from '../support/server.ts';
import { browserAt, flowIn, spellings } from '../support/strangers.ts';
import { type Page, send } from '../support/user-agent.ts';

/*
 * Strangers guess at one person in every way there is, from many addresses, over two nodes, with every ticket they can get,
 * naming the person in every spelling, and whenever they like. However they do it, no more guesses are judged than the budget has.
 */

const ways = ['password', 'code to sign in', 'code to sign up', 'authenticator', 'recovery code'] as const;
type Way = (typeof ways)[number];

interface Move {
  readonly way: Way;
  readonly address: number;
  readonly spelling: number;
  readonly node: number;
  /** How many at once. */
  readonly count: number;
  /** Milliseconds that pass afterwards. */
  readonly pause: number;
}

const move: fc.Arbitrary<Move> = fc.record({
  way: fc.constantFrom(...ways),
  address: fc.nat(60),
  spelling: fc.nat(9),
  node: fc.nat(1),
  count: fc.integer({ min: 1, max: 6 }),
  pause: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: fc.nat(3 * minute) }, { weight: 1, arbitrary: fc.nat(hour) }),
});

describe('strangers who guess at one person', () => {
  let server: TestServer;
  let mail: MailServer;
  let second: { readonly port: number; readonly store: Store; readonly stop: () => Promise<void> };
  let client: { readonly id: string; readonly secret: string };

  beforeAll(async () => {
    mail = await startMailServer();
    server = await startServer({ smtpUrl: mail.url, trustedProxies: ['127.0.0.1'] });
    client = await server.client({ type: 'spa', redirectUris: [redirectUri] });
    await settle(server.store, server.record.id, { emailSignIn: true, signUp: 'open', secondFactor: 'optional' });
    const port = await freePort();
    const store = unwrap(openStore(server.config.databaseUrl));
    const app = createApp({ config: { ...server.config, listen: { host: '127.0.0.1', port } }, store, clock: server.clock, log: createLog('error', () => {}) });
    unwrap(await app.start());
    second = {
      port,
      store,
      stop: async () => {
        await app.stop();
        await store.close();
      },
    };
  });
  afterAll(async () => {
    await second.stop();
    await server.stop();
    await mail.stop();
  });

  /** Sends to this node what is meant for the issuer. */
  function through(node: number): typeof send {
    const host = new URL(server.issuer).host;
    return (url, options) => {
      const target = new URL(url);
      target.port = String(node === 0 ? server.port : second.port);
      // The page keeps the address that it was asked for under.
      return send(target, { ...options, headers: { host, ...options?.headers } }).then((page) => ({ ...page, url: new URL(url) }));
    };
  }

  const flowOf = ({ address, node }: Move) => flowIn(browserAt(`${20 + (address % 30)}.${address}.0.1`, through(node)), server.issuer, client);
  const judged = (answer: Page): boolean => answer.status === 401 && !answer.text.includes('no longer valid');

  /** Makes the guesses of a move, all at once, and tells how many were judged. */
  async function guess(step: Move, user: UserRecord, seed: string): Promise<number> {
    const flow = flowOf(step);
    const names = spellings(user.email);
    const name = names[step.spelling % names.length] ?? user.email;
    const form = await formOf(step.way, flow, name, user);
    if (form === undefined) {
      return 0;
    }
    const wrong: Readonly<Record<string, string>> =
      step.way === 'password' ? { email: name, password: 'a wrong password' } : { code: step.way === 'authenticator' ? wrongCode(seed, server.clock.now()) : '00000000', method: step.way === 'recovery code' ? 'recovery_code' : 'totp' };
    const answers = await Promise.all(Array.from({ length: step.count }, () => flow.agent.submit(form, wrong, redirectUri)));
    return answers.filter(judged).length;
  }

  /** The page on which the guesses are made; undefined where there is none to be had now. */
  async function formOf(way: Way, flow: ReturnType<typeof flowOf>, name: string, user: UserRecord): Promise<Page | undefined> {
    const start = await flow.authorize();
    switch (way) {
      case 'password':
        return start;
      case 'code to sign in':
        return flow.agent.submit(start, { email: name }, undefined, '/sign-in/email');
      case 'code to sign up': {
        const page = await flow.authorize({ prompt: 'create' });
        const next = await flow.agent.submit(page, { email: name }, undefined, '/sign-up');
        return next.url.pathname === '/email-code' ? next : undefined;
      }
      default: {
        // Whoever guesses at a second factor knows the password.
        const page = await flow.signIn(start, user.email);
        return page.url.pathname === '/second-factor' ? page : undefined;
      }
    }
  }

  test('never get more of them judged than a hundred in a day', async () => {
    let person = 0;
    let most = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(move, { minLength: 70, maxLength: 70, size: 'max' }), async (moves) => {
        person += 1;
        const user = await server.user({ email: `person${person}@example.com` });
        const seed = await giveTotp(server, server, user);
        await giveRecoveryCodes(server, server, user);
        const times: number[] = [];
        for (const step of moves) {
          const at = server.clock.now();
          const count = await guess(step, user, seed);
          times.push(...Array.from({ length: count }, () => at));
          const inOneDay = times.filter((time) => time > at - day).length;
          most = Math.max(most, inOneDay);
          expect(inOneDay).toBeLessThanOrEqual(100);
          // Before anything has come back there are twenty.
          expect(times.filter((time) => time > at - minute).length).toBeLessThanOrEqual(21);
          server.clock.advance(step.pause);
        }
        server.clock.advance(2 * day);
      }),
      { numRuns: 3 },
    );
    // The sequences are long enough to reach what stops them.
    expect(most).toBeGreaterThan(40);
  }, 120_000);
});
