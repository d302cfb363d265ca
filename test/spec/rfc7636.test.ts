import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answerOf, Flow, pkce, redirectUri } from '../support/flow.ts';
import { startServer, type TestServer } from '../support/server.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~';
const unreserved = (length: number) => alphabet.repeat(2).slice(0, length);

describe('RFC 7636 Proof Key for Code Exchange', () => {
  let server: TestServer;
  const clients: Record<string, { id: string; secret: string }> = {};

  beforeAll(async () => {
    server = await startServer();
    const redirectUris = [redirectUri];
    clients['public'] = await server.client({ type: 'spa', redirectUris });
    clients['strict'] = await server.client({ type: 'spa', redirectUris, strictPkce: true });
    clients['web'] = await server.client({ type: 'web', redirectUris });
    clients['exempt'] = await server.client({ type: 'web', redirectUris, requirePkce: false });
    await server.user();
  });
  afterAll(() => server.stop());

  const flow = (name = 'public') => new Flow(server.issuer, clients[name] ?? { id: '', secret: '' });
  const none = { code_challenge: undefined, code_challenge_method: undefined };

  /** Redeems a code that was bound to this verifier. */
  async function redeemWith(verifier: string, name = 'public') {
    const at = flow(name);
    return at.redeem(await at.code({ code_challenge: pkce(verifier).challenge }), { code_verifier: verifier });
  }

  test('appendix B: the published pair of verifier and challenge', async () => {
    const at = flow();
    const code = await at.code({ code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM' });
    expect((await at.redeem(code, { code_verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk' })).status).toBe(200);
  });

  describe('§4.2 and §4.3: the request', () => {
    test.each([
      ['no challenge', none],
      ['plain', { code_challenge_method: 'plain' }],
      ['no method, which means plain', { code_challenge_method: undefined }],
      ['a method without a challenge', { code_challenge: undefined }],
      ['an empty challenge', { code_challenge: '' }],
      ['s256', { code_challenge_method: 's256' }],
      ['S256 and a space', { code_challenge_method: 'S256 ' }],
      ['S512', { code_challenge_method: 'S512' }],
      ['42 characters', { code_challenge: 'a'.repeat(42) }],
      ['44 characters', { code_challenge: 'a'.repeat(44) }],
      ['padding', { code_challenge: `${'a'.repeat(43)}=` }],
      ['plain base64', { code_challenge: `${'a'.repeat(42)}+` }],
      ['a line end', { code_challenge: `${'a'.repeat(43)}\n` }],
    ])('%s: invalid_request', async (_what, change) => {
      for (const name of ['public', 'strict', 'web']) {
        expect(answerOf(await flow(name).authorize(change)).get('error')).toBe('invalid_request');
      }
    });
  });

  test('what is wrong stands in the log, by the names of the parameters', async () => {
    await flow().authorize(none);
    const line = server.log().trimEnd().split('\n').map((text) => JSON.parse(text) as Record<string, unknown>).findLast(({ reason }) => reason === 'pkce_missing');
    expect(line).toMatchObject({ parameter: 'code_challenge', expected: 'code_challenge and code_challenge_method=S256' });
  });

  describe('§4.1 and §4.6: the verifier', () => {
    test.each([32, 42, 43, 44, 64, 127, 128])('%i unreserved characters are accepted', async (length) => {
      expect((await redeemWith(unreserved(length))).status).toBe(200);
    });

    test('plain base64 is accepted', async () => {
      expect((await redeemWith(`${'a+/'.repeat(14)}==`)).status).toBe(200);
    });

    test.each([
      ['31 characters', unreserved(31)],
      ['129 characters', unreserved(129)],
      ['a space', `${unreserved(43)} `],
      ['a percent sign', `${unreserved(43)}%41`],
      ['a control character', `${unreserved(43)}\x01`],
      ['beyond ASCII', `${unreserved(43)}é`],
      ['a line end', `${unreserved(43)}\n`],
    ])('%s: refused even though its hash is right', async (_what, verifier) => {
      const answer = await redeemWith(verifier);
      expect([answer.status, answer.json['error']]).toEqual([400, 'invalid_grant']);
    });

    test('a strict client is held to the letter', async () => {
      expect((await redeemWith(unreserved(43), 'strict')).status).toBe(200);
      expect((await redeemWith(unreserved(128), 'strict')).status).toBe(200);
      for (const verifier of [unreserved(42), `${unreserved(43)}+`, `${unreserved(43)}/`, `${unreserved(43)}=`]) {
        expect((await redeemWith(verifier, 'strict')).json).toMatchObject({ error: 'invalid_grant' });
      }
    });

    test('case, a missing last character and the challenge itself do not match', async () => {
      const verifier = unreserved(64);
      const { challenge } = pkce(verifier);
      for (const wrong of [verifier.toLowerCase(), verifier.slice(0, -1), `${verifier}a`, challenge, createHash('sha256').update(verifier).digest('hex')]) {
        const at = flow();
        const code = await at.code({ code_challenge: challenge });
        expect((await at.redeem(code, { code_verifier: wrong })).json).toMatchObject({ error: 'invalid_grant' });
      }
    });

    test('missing or empty: refused', async () => {
      for (const verifier of [undefined, '']) {
        const at = flow();
        expect((await at.redeem(await at.code(), { code_verifier: verifier })).json).toMatchObject({ error: 'invalid_grant' });
      }
    });
  });

  describe('RFC 9700 §2.1.1: a confidential client that is exempt', () => {
    test('needs a nonce instead', async () => {
      expect(answerOf(await flow('exempt').authorize(none)).get('error')).toBe('invalid_request');
      const at = flow('exempt');
      expect((await at.redeem(await at.code({ ...none, nonce: 'n' }), { code_verifier: undefined })).status).toBe(200);
    });

    test('is held to a challenge that it sent', async () => {
      const at = flow('exempt');
      expect((await at.redeem(await at.code(), { code_verifier: undefined })).json).toMatchObject({ error: 'invalid_grant' });
      expect((await at.tokens()).status).toBe(200);
    });

    test('may not send a verifier that was never announced', async () => {
      const at = flow('exempt');
      expect((await at.redeem(await at.code({ ...none, nonce: 'n' }))).json).toMatchObject({ error: 'invalid_grant' });
    });

    test('may not announce a method without a challenge, S256 or any other', async () => {
      for (const method of ['S256', 'plain']) {
        const answer = answerOf(await flow('exempt').authorize({ code_challenge: undefined, code_challenge_method: method, nonce: 'n' }));
        expect(answer.get('error')).toBe('invalid_request');
      }
    });

    test('still cannot use plain', async () => {
      expect(answerOf(await flow('exempt').authorize({ code_challenge_method: 'plain', nonce: 'n' })).get('error')).toBe('invalid_request');
    });
  });
});
