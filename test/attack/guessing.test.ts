import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { day, minute } from '../../src/core/clock.ts';
import { answerOf, encode, postToken, redirectUri } from '../support/flow.ts';
import { codeIn, linkIn, type MailServer, startMailServer } from '../support/mail-server.ts';
import { settle, startServer, type TestServer } from '../support/server.ts';
import { browserAt, flowIn, spellings } from '../support/strangers.ts';
import { type Page, readForm, send, type UserAgent } from '../support/user-agent.ts';

const formType = { 'content-type': 'application/x-www-form-urlencoded' };

describe('H. what can be guessed, sent or asked for', () => {
  let server: TestServer;
  let mail: MailServer;
  let spa: { readonly id: string; readonly secret: string };
  let web: { readonly id: string; readonly secret: string };
  let addresses = 0;

  beforeAll(async () => {
    mail = await startMailServer();
    server = await startServer({ smtpUrl: mail.url, trustedProxies: ['127.0.0.1'] });
    spa = await server.client({ type: 'spa', redirectUris: [redirectUri] });
    web = await server.client({ type: 'web', redirectUris: [redirectUri] });
    await settle(server.store, server.record.id, { emailSignIn: true, signUp: 'open' });
  });
  afterAll(async () => {
    await server.stop();
    await mail.stop();
  });

  /** A machine that nobody has heard of, in a wide network of its own. */
  function newAddress(): string {
    addresses += 1;
    return `${11 + Math.floor(addresses / 200)}.${addresses % 200}.0.1`;
  }
  const flowAt = (address: string) => flowIn(browserAt(address), server.issuer, spa);

  async function askForCode(agent: UserAgent, email: string): Promise<Page> {
    const flow = flowIn(agent, server.issuer, spa);
    return agent.submit(await flow.authorize(), { email }, undefined, '/sign-in/email');
  }

  /** One address after the other guesses the password once, as fast as it is let, for so many milliseconds. How many were judged. */
  async function guessPassword(email: string, duration: number): Promise<number> {
    let judged = 0;
    let elapsed = 0;
    for (;;) {
      const flow = flowAt(newAddress());
      const answer = await flow.signIn(await flow.authorize(), email, 'a wrong password');
      judged += answer.status === 401 ? 1 : 0;
      if (answer.status === 429) {
        const wait = Number(answer.headers['retry-after']) * 1000;
        elapsed += wait;
        if (elapsed > duration) {
          return judged;
        }
        server.clock.advance(wait);
      }
    }
  }

  test('A121 strangers together guess a hundred times in a day at one person, however many they are, and wait the longer the more they guess', async () => {
    await server.user({ email: 'guessed@example.com' });
    const judged = await guessPassword('guessed@example.com', day);
    expect(judged).toBeGreaterThan(90);
    expect(judged).toBeLessThanOrEqual(100);
    const flow = flowAt(newAddress());
    const next = await flow.signIn(await flow.authorize(), 'guessed@example.com', 'a wrong password');
    expect(next.status).toBe(429);
  }, 120_000);

  test('A121 they lock out nobody: a browser that the person knows, and one in which they have opened a mail of theirs, go on', async () => {
    await server.user({ email: 'attacked@example.com' });
    const known = flowAt(newAddress());
    await known.signIn(await known.authorize(), 'attacked@example.com');
    // Somebody else asks for the mail, while there still is one to be had, and guesses all that can be guessed.
    await askForCode(browserAt(newAddress()), 'attacked@example.com');
    const link = linkIn(await mail.waitFor('attacked@example.com'));
    await guessPassword('attacked@example.com', 5 * minute);
    const stranger = flowAt(newAddress());
    expect((await stranger.signIn(await stranger.authorize(), 'attacked@example.com')).status).toBe(429);
    expect(answerOf(await known.signIn(await known.authorize({ prompt: 'login' }), 'attacked@example.com')).has('code')).toBe(true);
    const reader = flowAt(newAddress());
    await reader.agent.open(link);
    expect(answerOf(await reader.signIn(await reader.authorize(), 'attacked@example.com')).has('code')).toBe(true);
  }, 60_000);

  test('A121 a browser that the person knows has ten wrong guesses of its own', async () => {
    await server.user({ email: 'own@example.com' });
    const known = flowAt(newAddress());
    await known.signIn(await known.authorize(), 'own@example.com');
    const statuses: number[] = [];
    for (let guess = 0; guess < 11; guess += 1) {
      statuses.push((await known.signIn(await known.authorize({ prompt: 'login' }), 'own@example.com', 'wrong')).status);
    }
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), 429]);
  });

  test('A121 what is longer than any password is no guess, and uses up nobody’s', async () => {
    await server.user({ email: 'long@example.com' });
    for (let time = 0; time < 25; time += 1) {
      const flow = flowAt(newAddress());
      expect((await flow.signIn(await flow.authorize(), 'long@example.com', 'x'.repeat(1025))).status).toBe(401);
    }
    const flow = flowAt(newAddress());
    expect(answerOf(await flow.signIn(await flow.authorize(), 'long@example.com')).has('code')).toBe(true);
  });

  test('A129 wrong codes of all mails count together, whoever asked for them', async () => {
    await server.user({ email: 'codes@example.com' });
    let judged = 0;
    for (let asked = 0; asked < 5; asked += 1) {
      const agent = browserAt(newAddress());
      const page = await askForCode(agent, 'codes@example.com');
      for (let guess = 0; guess < 6; guess += 1) {
        const answer = await agent.submit(page, { code: String(10_000_000 + guess) });
        judged += answer.status === 401 && !answer.text.includes('no longer valid') ? 1 : 0;
      }
    }
    expect(judged).toBe(20);
    const agent = browserAt(newAddress());
    const flow = flowIn(agent, server.issuer, spa);
    expect((await flow.signIn(await flow.authorize(), 'codes@example.com')).status).toBe(429);
  });

  test('A129 a mail that is one too many is not sent, and no code is right for it', async () => {
    await server.user({ email: 'flooded@example.com' });
    const names = spellings('flooded@example.com');
    const pages: { readonly agent: UserAgent; readonly page: Page }[] = [];
    for (let asked = 0; asked < 30; asked += 1) {
      const agent = browserAt(newAddress());
      pages.push({ agent, page: await askForCode(agent, names[asked % names.length] ?? '') });
    }
    // They have gone out in the order in which they were asked for.
    await server.user({ email: 'after@example.com' });
    await askForCode(browserAt(newAddress()), 'after@example.com');
    await mail.waitFor('after@example.com');
    const received = mail.mails.filter(({ to }) => to === 'flooded@example.com');
    expect(received).toHaveLength(5);
    const [last] = pages.slice(-1);
    for (const one of received) {
      expect((await last?.agent.submit(last.page, { code: codeIn(one) }, redirectUri))?.status).toBe(401);
    }
    expect(pages.map(({ page }) => page.status)).toEqual(pages.map(() => 200));
  });

  test('A122 wrong client secrets are limited by network, and the right one always passes', async () => {
    const from = { 'x-forwarded-for': newAddress() };
    const ask = (secret: string, headers: Readonly<Record<string, string>> = from) =>
      postToken(`${server.issuer}/token`, { grant_type: 'authorization_code', code: 'x', client_id: web.id, client_secret: secret }, headers);
    const answers = await Promise.all(Array.from({ length: 105 }, () => ask('wrong')));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(100);
    const refused = answers.find(({ status }) => status === 429);
    expect([refused?.json['error'], Number(refused?.headers['retry-after']) > 0]).toEqual(['invalid_client', true]);
    expect((await ask(web.secret)).json['error']).toBe('invalid_grant');
    expect((await ask('wrong', { 'x-forwarded-for': newAddress() })).status).toBe(401);
  });

  test.each([
    ['IPv4, 24 bits', (machine: number) => `203.0.113.${machine}`],
    ['IPv6, 48 bits', (machine: number) => `2001:db8:113:${machine}::1`],
  ])('A122 many machines of one network try as much as three: %s', async (_network, addressOf) => {
    const ask = (machine: number) =>
      postToken(`${server.issuer}/token`, { grant_type: 'authorization_code', code: 'x', client_id: web.id, client_secret: 'wrong' }, { 'x-forwarded-for': addressOf(machine) });
    const answers = await Promise.all(Array.from({ length: 310 }, (_, index) => ask(1 + (index % 10))));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(300);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(10);
  });

  test('A156 ten thousand addresses that guess and ask stop nobody else of the tenant', async () => {
    await server.user({ email: 'beside@example.com' });
    const crowd = (index: number) => `100.${64 + (index % 16)}.${Math.floor(index / 16) % 250}.${1 + Math.floor(index / 4000)}`;
    const attacker = flowIn(browserAt(crowd(0)), server.issuer, spa);
    const form = readForm(await attacker.authorize());
    const cookie = [...attacker.agent.cookies('localhost')].map(([name, value]) => `${name}=${value}`).join('; ');
    const post = (path: string, index: number, fields: Readonly<Record<string, string>>) =>
      send(new URL(path, server.issuer), { method: 'POST', headers: { ...formType, cookie, 'x-forwarded-for': crowd(index) }, body: encode({ ...form.fields, ...fields }) });
    for (let first = 0; first < 10_000; first += 500) {
      await Promise.all(
        Array.from({ length: 500 }, (_, offset) =>
          offset % 2 === 0
            ? post('/sign-in', first + offset, { email: `invented${first + offset}@example.com`, password: 'x'.repeat(1100) })
            : post('/forgot-password', first + offset, { email: `invented${first + offset}@example.com` }),
        ),
      );
    }
    // And now a crowd that really makes work, for as long as the person needs.
    const answers: Page[] = [];
    const until = new AbortController();
    const work = Array.from({ length: 150 }, async (_, index) => {
      for (let turn = 0; !until.signal.aborted; turn += 1) {
        answers.push(await post('/sign-in', index + 150 * turn, { email: `invented${index + 150 * turn}@example.com`, password: 'a wrong password' }));
      }
    });
    while (!answers.some(({ status }) => status === 503)) {
      await Promise.race([...work, send(server.issuer)]);
    }
    const person = flowAt(newAddress());
    const answer = await person.signIn(await person.authorize(), 'beside@example.com');
    until.abort();
    await Promise.all(work);
    expect(answerOf(answer).has('code')).toBe(true);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401, 503]));
    await send(new URL('/forgot-password', server.issuer), { method: 'POST', headers: { ...formType, 'x-forwarded-for': newAddress() }, body: encode({ email: 'beside@example.com' }) });
    expect((await mail.waitFor('beside@example.com')).subject).not.toBe('');
    server.clock.advance(minute);
  }, 120_000);
});
