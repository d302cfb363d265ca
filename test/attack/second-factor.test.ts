import { describe, expect, test } from 'vitest';
import type { UserRecord } from '../../src/store/records.ts';
import { Authenticator, type Lies, optionsOf, registrationOf } from '../support/authenticator.ts';
import { answerOf, encode, type Flow, payloadOf, redirectUri } from '../support/flow.ts';
import { openRegistration, registerPasskey, sendPasskey, usePasskey } from '../support/passkeys.ts';
import { acr, byWay, decide, essential, giveRecoveryCodes, giveTotp, sendCode, totpCode, wrongCode } from '../support/second-factors.ts';
import { type Page, readForm } from '../support/user-agent.ts';
import { expectPage, forEachVariant, target } from './target.ts';

describe('H. second factors', () => {
  const t = target();
  let people = 0;

  async function somebody(): Promise<{ user: UserRecord; seed: string; codes: readonly string[]; code: (steps?: number) => string }> {
    people += 1;
    const user = await t.server.user({ email: `guarded${people}@example.com` });
    const seed = await giveTotp(t.server, t.server, user);
    const codes = await giveRecoveryCodes(t.server, t.server, user);
    t.secret(seed);
    codes.forEach((code) => t.secret(code));
    return { user, seed, codes, code: (steps = 0) => totpCode(seed, t.server.clock.now() + steps * 30_000) };
  }

  /** Signs in as far as the second step, in a new browser. */
  async function atSecondStep(user: UserRecord, client: 'spa' | 'web' | 'thirdParty' = 'spa'): Promise<{ flow: Flow; page: Page }> {
    const flow = t.flow(client);
    const page = await flow.signIn(await flow.authorize(), user.email);
    expect([page.status, page.url.pathname]).toEqual([200, '/second-factor']);
    return { flow, page };
  }

  const isSignedIn = (flow: Flow) => flow.agent.cookies('localhost').has('microauth-session');

  test('A106 half a sign-in is none: no cookie, and no other door leads on', async () => {
    const { user } = await somebody();
    for (const change of [{}, essential(acr.multi), { acr_values: acr.multi }]) {
      const flow = t.flow('thirdParty');
      const page = await flow.signIn(await flow.authorize(change), user.email);
      const { interaction = '' } = readForm(page).fields;
      for (const door of ['/sign-in', '/consent', '/select-account', '/set-up-factor', '/second-factor']) {
        const there = await flow.agent.open(`${t.server.issuer}${door}?${encode({ interaction })}`, redirectUri);
        expect([door, there.status, there.url.pathname]).toEqual([door, 200, '/second-factor']);
        // A form without what the step asks for, and with what others ask for.
        const posted = await flow.agent.open(`${t.server.issuer}${door}`, redirectUri, {
          method: 'POST',
          headers: { 'content-type': 'application/x-www-form-urlencoded', origin: t.server.issuer },
          body: encode({ interaction, decision: 'allow', account: 'x', method: 'passkey', code: '', acr_values: acr.single, proof: 'x', userId: user.id, level: '1' }),
        });
        expect([door, posted.headers['location'], posted.url.pathname === '/sign-in' || posted.url.pathname === '/second-factor']).toEqual([door, undefined, true]);
      }
      expect(isSignedIn(flow)).toBe(false);
      expect((await flow.answer({ prompt: 'none' })).get('error')).toBe('login_required');
    }
  });

  test('A106 what was proven for one request proves nothing for another, nor in another browser', async () => {
    const { user, code } = await somebody();
    const { flow, page } = await atSecondStep(user);
    // Another request of the same browser begins at the beginning.
    expect((await flow.authorize()).url.pathname).toBe('/sign-in');
    const thief = t.flow();
    await thief.authorize();
    expectPage(await thief.agent.open(readForm(page).action, redirectUri, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: t.server.issuer },
      body: encode({ ...readForm(page).fields, code: code() }),
    }));
    // It ends after ten minutes, and with the password.
    t.server.clock.advance(11 * 60_000);
    expect((await sendCode(flow, page, code())).url.pathname).toBe('/sign-in');
    const later = await atSecondStep(user);
    await t.server.store.rehashPassword(t.server.record.id, user.id, user.passwordHash ?? '', `${user.passwordHash ?? ''} `);
    expect((await sendCode(later.flow, later.page, code())).url.pathname).toBe('/sign-in');
  });

  test('A106 the token never claims more than was proven', async () => {
    const user = await t.server.user({ email: 'single@example.com' });
    const flow = t.flow();
    await flow.code({}, user.email);
    for (const change of [{ acr_values: `${acr.single} ${acr.resistant}` }, essential(acr.single, acr.resistant), { acr_values: 'urn:example:x' }]) {
      const { json } = await flow.redeem((await flow.answer({ ...change, prompt: 'none' })).get('code') ?? '');
      expect([payloadOf(json.id_token)['acr'], payloadOf(json.id_token)['amr']]).toEqual([acr.single, ['pwd']]);
    }
    for (const change of [essential(acr.multi), essential(acr.resistant), essential('urn:example:x')]) {
      expect((await flow.answer({ ...change, prompt: 'none' })).has('code')).toBe(false);
    }
    // A code of an authenticator app does not reach what only a passkey reaches, whichever way is named in the form.
    const { user: guarded, code } = await somebody();
    const passkeys = await registerAfterTotp(guarded, code());
    const strong = t.flow();
    const page = await strong.signIn(await strong.authorize(essential(acr.resistant)), guarded.email);
    t.server.clock.advance(60_000);
    for (const method of ['totp', 'recovery_code', 'email', '']) {
      const tried = await sendCode(strong, page, code(), { method });
      expect([tried.url.pathname, tried.headers['location'], tried.text.includes('id="by-')]).toEqual(['/second-factor', undefined, false]);
    }
    expect(passkeys.credentials).toHaveLength(1);
  });

  async function registerAfterTotp(user: UserRecord, code: string): Promise<Authenticator> {
    const flow = t.flow();
    const page = await sendCode(flow, await flow.signIn(await flow.authorize(essential(acr.resistant)), user.email), code);
    const authenticator = new Authenticator(t.server.issuer);
    const done = await flow.agent.submit(page, { credential: authenticator.create(registrationOf(page)) }, redirectUri);
    expect(answerOf(await usePasskey(flow, done, authenticator)).has('code')).toBe(true);
    return authenticator;
  }

  test('A106 a password alone sets up nothing beside what is there', async () => {
    const { user } = await somebody();
    const flow = t.flow();
    const page = await flow.signIn(await flow.authorize(essential(acr.resistant)), user.email);
    expect(page.url.pathname).toBe('/second-factor');
    const forced = await flow.agent.open(`${t.server.issuer}/set-up-factor?${encode({ interaction: readForm(page).fields['interaction'] ?? '', method: 'passkey' })}`, redirectUri);
    expect(forced.url.pathname).toBe('/second-factor');
  });

  test('A106 the page of one person takes no proof of another, whoever has signed in since', async () => {
    await decide(t.server, t.server, { secondFactor: 'off' });
    const [ada, eve] = [await somebody(), await somebody()];
    const flow = t.flow();
    await flow.signIn(await flow.authorize(), ada.user.email);
    const page = await flow.authorize(essential(acr.multi));
    expect(page.text).toContain(ada.user.email);
    await flow.signIn(await flow.authorize({ prompt: 'login' }), eve.user.email);
    // Eve is the active one now. The page is still Ada's.
    const wrong = await sendCode(flow, page, eve.code());
    expect([wrong.status, wrong.url.pathname, wrong.text.includes(ada.user.email)]).toEqual([401, '/second-factor', true]);
    const { json } = await flow.redeem(answerOf(await sendCode(flow, wrong, ada.code())).get('code') ?? '');
    expect([payloadOf(json.id_token)['sub'], payloadOf(json.id_token)['acr']]).toEqual([ada.user.id, acr.multi]);
    // And Eve's own session is no stronger for it.
    const eves = await flow.signIn(await flow.authorize({ prompt: 'login' }), eve.user.email);
    expect(payloadOf((await flow.redeem(answerOf(eves).get('code') ?? '')).json.id_token)['acr']).toBe(acr.single);
    // Ada signs out in another tab: her page is nobody's.
    const left = await flow.authorize(essential(acr.multi));
    flow.agent.setCookie('localhost', 'microauth-session', '');
    expect((await sendCode(flow, left, eve.code(1))).headers['location']).toBeUndefined();
    await decide(t.server, t.server, {});
  });

  test('A119 the page asks every visitor for the same passkeys, whoever is hinted at', async () => {
    const user = await t.server.user({ email: 'hinted@example.com' });
    await registerPasskey(t.flow(), user);
    const asked = await Promise.all(
      [{}, { login_hint: user.email }, { login_hint: 'nobody@example.com' }].map(async (change) => {
        const { challenge, ...options } = optionsOf(await t.flow().authorize(change));
        expect(challenge).toHaveLength(43);
        return options;
      }),
    );
    expect(new Set(asked.map((options) => JSON.stringify(options))).size).toBe(1);
  });

  test('A124 a disabled person gets nowhere: passkey, second step, step-up, remembered browser', async () => {
    const { user, code, codes } = await somebody();
    const authenticator = await registerAfterTotp(user, code());
    t.server.clock.advance(60_000);
    const half = await atSecondStep(user);
    const halfByTotp = await byWay(half.flow, half.page, 'totp');
    const halfByCode = await byWay(half.flow, half.page, 'recovery_code');
    const session = await atSecondStep(user);
    await sendCode(session.flow, await byWay(session.flow, session.page, 'totp'), code(), { remember: 'yes' });
    await session.flow.answer({ prompt: 'none' });
    const stepUp = await session.flow.authorize(essential(acr.resistant));
    t.server.clock.advance(60_000);
    await t.server.store.updateUser(t.server.record.id, { ...user, enabled: false });
    const flow = t.flow();
    const page = await flow.authorize();
    const refused = await sendPasskey(flow, page, authenticator.get(optionsOf(page)));
    expect([refused.status, refused.url.pathname, isSignedIn(flow)]).toEqual([401, '/sign-in/passkey', false]);
    for (const answer of [
      await half.flow.agent.submit(half.page, { credential: authenticator.get(optionsOf(half.page)) }, redirectUri),
      await sendCode(half.flow, halfByTotp, code()),
      await sendCode(half.flow, halfByCode, codes[0] ?? ''),
      await session.flow.agent.submit(stepUp, { credential: authenticator.get(optionsOf(stepUp)) }, redirectUri),
      await session.flow.signIn(await session.flow.authorize({ prompt: 'login' }), user.email),
    ]) {
      expect([['/sign-in', '/select-account'].includes(answer.url.pathname), answer.headers['location']]).toEqual([true, undefined]);
    }
    expect(isSignedIn(half.flow)).toBe(false);
    expect((await session.flow.answer({ prompt: 'none' })).get('error')).toBe('login_required');
  });

  test('A125 a code is good once: again, elsewhere, at the same moment, and an older one after it', async () => {
    const { user, code } = await somebody();
    const [one, two, three] = [await atSecondStep(user), await atSecondStep(user), await atSecondStep(user)];
    const used = code();
    const older = code(-1);
    const results = await Promise.all([sendCode(one.flow, one.page, used), sendCode(two.flow, two.page, used)]);
    expect(results.map(({ status }) => status).sort()).toEqual([303, 401]);
    for (const again of [used, older]) {
      expect((await sendCode(three.flow, three.page, again)).status).toBe(401);
    }
    t.server.clock.advance(30_000);
    expect((await sendCode(three.flow, three.page, used)).status).toBe(401);
    expect(answerOf(await sendCode(three.flow, three.page, code())).has('code')).toBe(true);
  });

  test('A125 the code that set the app up does not sign in', async () => {
    await decide(t.server, t.server, { secondFactor: 'required' });
    const user = await t.server.user({ email: 'enrols@example.com' });
    const flow = t.flow();
    const choice = await flow.signIn(await flow.authorize(), user.email);
    const page = await flow.agent.open(`${choice.url.href}&method=totp`);
    const seed = t.secret((/<code id="seed">([^<]*)</.exec(page.text)?.[1] ?? '').replaceAll(' ', ''));
    const code = totpCode(seed, t.server.clock.now());
    expect((await sendCode(flow, page, code)).text).toContain('id="recovery-codes"');
    const { flow: other, page: asked } = await atSecondStep(user);
    expect((await sendCode(other, asked, code)).status).toBe(401);
    t.server.clock.advance(30_000);
    expect(answerOf(await sendCode(other, asked, totpCode(seed, t.server.clock.now()))).has('code')).toBe(true);
    await decide(t.server, t.server, {});
  });

  test('A126 five wrong codes in all, across sign-ins, clients, ways and at once; then nothing for a while', async () => {
    const { user, seed, code, codes } = await somebody();
    const wrong = () => wrongCode(seed, t.server.clock.now());
    const steps = [await atSecondStep(user), await atSecondStep(user, 'web'), await atSecondStep(user, 'thirdParty')];
    const guesses = await Promise.all(
      Array.from({ length: 12 }, async (_, index) => {
        const { flow, page } = steps[index % 3] ?? steps[0]!;
        return index % 2 === 0 ? sendCode(flow, page, wrong()) : sendCode(flow, page, 'aaaa-bbbb-cccc-dddd', { method: 'recovery_code' });
      }),
    );
    expect(guesses.map(({ status }) => status).sort()).toEqual([...Array.from({ length: 5 }, () => 401), ...Array.from({ length: 7 }, () => 429)]);
    expect(guesses.find(({ status }) => status === 429)?.headers['retry-after']).toMatch(/^\d+$/);
    // The right one is not judged either, in a sign-in of its own, by any way; and the recovery code is not spent by it.
    const fresh = await atSecondStep(user, 'web');
    expect((await sendCode(fresh.flow, fresh.page, code())).status).toBe(429);
    expect((await sendCode(fresh.flow, fresh.page, codes[0] ?? '', { method: 'recovery_code' })).status).toBe(429);
    // Somebody else is not held up, and does not help by being right.
    const other = await somebody();
    const at = await atSecondStep(other.user);
    expect(answerOf(await sendCode(at.flow, at.page, other.code())).has('code')).toBe(true);
    expect((await sendCode(fresh.flow, fresh.page, code())).status).toBe(429);
    t.server.clock.advance(15 * 60_000);
    const later = await atSecondStep(user);
    expect(answerOf(await sendCode(later.flow, later.page, code())).has('code')).toBe(true);
  });

  test('A126 being right between guesses does not make more of them', async () => {
    const { user, seed, code } = await somebody();
    for (let guess = 0; guess < 4; guess += 1) {
      const { flow, page } = await atSecondStep(user);
      expect((await sendCode(flow, page, wrongCode(seed, t.server.clock.now()))).status).toBe(401);
    }
    const { flow, page } = await atSecondStep(user);
    expect(answerOf(await sendCode(flow, page, code())).has('code')).toBe(true);
    const next = await atSecondStep(user);
    expect((await sendCode(next.flow, next.page, wrongCode(seed, t.server.clock.now()))).status).toBe(401);
    expect((await sendCode(next.flow, next.page, wrongCode(seed, t.server.clock.now()))).status).toBe(429);
  });

  test('A128 a recovery code works once, for its owner, and has 80 random bits', async () => {
    const [ada, eve] = [await somebody(), await somebody()];
    expect(new Set(ada.codes).size).toBe(10);
    expect(ada.codes.every((code) => /^[0-9a-hjkmnp-tv-z]{4}(-[0-9a-hjkmnp-tv-z]{4}){3}$/.test(code))).toBe(true);
    const code = ada.codes[0] ?? '';
    const byCode = async (user: UserRecord) => {
      const { flow, page } = await atSecondStep(user);
      return { flow, page: await byWay(flow, page, 'recovery_code') };
    };
    const eves = await byCode(eve.user);
    expect((await sendCode(eves.flow, eves.page, code)).status).toBe(401);
    const two = [await byCode(ada.user), await byCode(ada.user)];
    const race = await Promise.all(two.map(({ flow, page }) => sendCode(flow, page, code)));
    expect(race.map(({ status }) => status).sort()).toEqual([303, 401]);
    const again = await byCode(ada.user);
    await forEachVariant([code, code.toUpperCase(), code.replaceAll('-', ''), ''], async (typed) => {
      expect([401, 429]).toContain((await sendCode(again.flow, again.page, typed)).status);
    });
  });

  /** What every kind of forged, stolen or repeated assertion gets. */
  async function expectRefused(flow: Flow, page: Page, credential: string): Promise<void> {
    const refused = await sendPasskey(flow, page, credential);
    expect([refused.status, refused.headers['location'], refused.text.includes('This passkey did not work here')]).toEqual([401, undefined, true]);
    expect(isSignedIn(flow)).toBe(false);
  }

  test('A129 an assertion that is not quite right is refused', async () => {
    const user = await t.server.user({ email: 'passkeys@example.com' });
    const authenticator = await registerPasskey(t.flow(), user);
    const strangers = await registerPasskey(t.flow(), await t.server.user({ email: 'strangers@example.com' }));
    const elsewhere = await registerPasskey(t.flow('otherShared'), await t.other.user({ email: 'elsewhere@example.com' }));
    const strange = strangers.credentials[0];
    const other = elsewhere.credentials[0];
    const variants: readonly Lies[] = [
      { origin: 'https://evil.example' },
      { origin: t.other.issuer },
      { origin: `${t.server.issuer}.evil.example` },
      { origin: t.server.issuer.replace('http:', 'https:') },
      { rpId: 'other.localhost' },
      { rpId: 'evil.example' },
      { challenge: Buffer.alloc(32).toString('base64url') },
      { challenge: '' },
      { type: 'webauthn.create' },
      { crossOrigin: true },
      { topOrigin: 'https://evil.example' },
      { verified: false },
      { present: false },
      { foreignKey: true },
      { id: strange?.id ?? '' },
      { id: other?.id ?? '' },
      { id: 'AAAAAAAAAAAAAAAAAAAAAA' },
      { userHandle: strange?.userHandle },
      { userHandle: other?.userHandle },
      { userHandle: Buffer.from(user.id).toString('base64url') },
      { userHandle: undefined },
      { backupEligible: false },
    ];
    const flow = t.flow();
    await forEachVariant(variants, async (lies) => {
      const page = await flow.authorize();
      await expectRefused(flow, page, authenticator.get(optionsOf(page), lies));
    });
    // The other tenant's own passkey is nothing here, whole as it is.
    const page = await flow.authorize();
    await expectRefused(flow, page, elsewhere.get(optionsOf(page), { origin: t.server.issuer }));
    expect(answerOf(await sendPasskey(flow, page, authenticator.get(optionsOf(page)))).has('code')).toBe(true);
  });

  test('A129 what is no assertion at all is refused, and breaks nothing', async () => {
    const user = await t.server.user({ email: 'malformed@example.com' });
    const authenticator = await registerPasskey(t.flow(), user);
    const flow = t.flow();
    const page = await flow.authorize();
    const good = JSON.parse(authenticator.get(optionsOf(page))) as { id: string; rawId: string; response: Record<string, string> };
    const change = (response: Record<string, unknown>) => JSON.stringify({ ...good, response: { ...good.response, ...response } });
    await forEachVariant(
      [
        '', '{}', 'null', '[]', '1', '"x"', '{', 'x'.repeat(30_000), '['.repeat(9_000),
        JSON.stringify({ ...good, id: 1 }), JSON.stringify({ ...good, id: '../x' }), JSON.stringify({ ...good, rawId: 'AAAA' }), JSON.stringify({ ...good, type: 'password' }), JSON.stringify({ ...good, response: null }),
        change({ clientDataJSON: 'AAAA' }), change({ clientDataJSON: Buffer.from('null').toString('base64url') }), change({ clientDataJSON: 1 }),
        change({ authenticatorData: '' }), change({ authenticatorData: 'AAAA' }), change({ authenticatorData: Buffer.alloc(2_000, 255).toString('base64url') }),
        change({ signature: '' }), change({ signature: 'AAAA' }), change({ signature: good.response['signature']?.slice(0, -4) }), change({ userHandle: { toString: 1 } }), change({ userHandle: ['x'] }),
      ],
      async (credential) => expectRefused(flow, page, credential),
    );
  });

  test('A129 a challenge is good once, for one browser, one sign-in, one tenant and five minutes', async () => {
    const user = await t.server.user({ email: 'challenged@example.com' });
    const authenticator = await registerPasskey(t.flow(), user);
    const flow = t.flow();
    const page = await flow.authorize();
    const stolen = authenticator.get(optionsOf(page));
    const thief = t.flow();
    // Another browser's page has another challenge; this browser's page does not open there.
    await expectRefused(thief, await thief.authorize(), stolen);
    expectPage(await sendPasskey(thief, page, stolen));
    const both = await Promise.all([sendPasskey(flow, page, stolen), sendPasskey(flow, page, stolen)]);
    expect(both.filter(({ headers }) => String(headers['location']).startsWith(redirectUri))).toHaveLength(1);
    const after = t.flow();
    for (const [name, value] of flow.agent.cookies('localhost')) {
      if (name !== 'microauth-session') {
        after.agent.setCookie('localhost', name, value);
      }
    }
    await expectRefused(after, page, stolen);
    await expectRefused(after, await after.authorize(), stolen);
    const late = t.flow();
    const open = await late.authorize();
    t.server.clock.advance(5 * 60_000);
    const expired = await sendPasskey(late, open, authenticator.get(optionsOf(open)));
    expect([expired.status, expired.text.includes('open for too long')]).toEqual([401, true]);
    // The page that says so asks anew.
    expect(answerOf(await sendPasskey(late, expired, authenticator.get(optionsOf(expired)))).has('code')).toBe(true);
  });

  test('A129 refused assertions do not spend the challenge, nor fill a table', async () => {
    const user = await t.server.user({ email: 'unspent@example.com' });
    const authenticator = await registerPasskey(t.flow(), user);
    const flow = t.flow();
    const page = await flow.authorize();
    await expectRefused(flow, page, authenticator.get(optionsOf(page), { foreignKey: true }));
    expect(answerOf(await sendPasskey(flow, page, authenticator.get(optionsOf(page)))).has('code')).toBe(true);
  });

  test('A129 a counter that does not grow tells of a copy', async () => {
    const user = await t.server.user({ email: 'copied@example.com' });
    const authenticator = await registerPasskey(t.flow(), user);
    const signIn = async (counter: number) => {
      const flow = t.flow();
      const page = await flow.authorize();
      return sendPasskey(flow, page, authenticator.get(optionsOf(page), { counter }));
    };
    expect((await signIn(10)).status).toBe(303);
    await forEachVariant([10, 9, 1, 0], async (counter) => expect((await signIn(counter)).status).toBe(401));
    // Of two copies at once with the same counter, one.
    expect((await Promise.all([signIn(11), signIn(11)])).map(({ status }) => status).sort()).toEqual([303, 401]);
  });

  test('A129 as a second step nobody else’s passkey will do', async () => {
    const [ada, eve] = [await t.server.user({ email: 'adas@example.com' }), await t.server.user({ email: 'eves@example.com' })];
    await registerPasskey(t.flow(), ada);
    const eves = await registerPasskey(t.flow(), eve);
    const { flow, page } = await atSecondStep(ada);
    for (const lies of [{}, { userHandle: undefined }]) {
      const refused = await flow.agent.submit(page, { credential: eves.get(optionsOf(page), lies) }, redirectUri);
      expect([refused.status, isSignedIn(flow)]).toEqual([401, false]);
    }
  });

  test('A129 a registration that is not quite right is refused, and one for an existing id', async () => {
    const user = await t.server.user({ email: 'registers@example.com' });
    const victim = await t.server.user({ email: 'victim@example.com' });
    const taken = (await registerPasskey(t.flow(), victim)).credentials[0]?.id ?? '';
    const flow = t.flow();
    const variants: readonly Lies[] = [
      { id: taken },
      { origin: 'https://evil.example' },
      { origin: t.other.issuer },
      { rpId: 'other.localhost' },
      { challenge: Buffer.alloc(32).toString('base64url') },
      { type: 'webauthn.get' },
      { verified: false },
      { present: false },
      { algorithm: -65535 },
      { algorithm: -47 },
    ];
    await forEachVariant(variants, async (lies) => {
      const page = await openRegistration(flow, user);
      const credential = new Authenticator(t.server.issuer).create(registrationOf(page), lies);
      const refused = await flow.agent.submit(page, { credential }, redirectUri);
      expect([refused.status, refused.text.includes('could not be set up')]).toEqual([401, true]);
    });
    expect(await t.server.store.listPasskeys(t.server.record.id, user.id)).toEqual([]);
    expect((await t.server.store.findPasskey(t.server.record.id, taken))?.userId).toBe(victim.id);
    // A challenge makes one passkey.
    const page = await openRegistration(flow, user);
    const options = registrationOf(page);
    const made = await Promise.all([0, 1].map(() => flow.agent.submit(page, { credential: new Authenticator(t.server.issuer).create(options) }, redirectUri)));
    expect(made.filter(({ text }) => text.includes('id="recovery-codes"'))).toHaveLength(1);
    expect(await t.server.store.listPasskeys(t.server.record.id, user.id)).toHaveLength(1);
  });
});
