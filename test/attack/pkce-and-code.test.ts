import { describe, expect, test } from 'vitest';
import { answerOf, Flow, pkce, postToken, redirectUri } from '../support/flow.ts';
import { sendRaw } from '../support/raw.ts';
import { readForm, send } from '../support/user-agent.ts';
import { expectError, forEachVariant, target } from './target.ts';

describe('B. PKCE and the authorization code', () => {
  const t = target();
  const minute = 60_000;

  test('A021 no PKCE', async () => {
    for (const client of ['spa', 'web', 'native'] as const) {
      const answer = answerOf(await t.flow(client).authorize({ code_challenge: undefined, code_challenge_method: undefined }));
      expect(answer.get('error')).toBe('invalid_request');
    }
    expect((await t.flow('thirdParty').authorize({ code_challenge: undefined, code_challenge_method: undefined })).text).toContain('pkce_missing');
  });

  test('A022 plain in any disguise', () =>
    forEachVariant(['plain', 'PLAIN', '', undefined, 's256', 'S256 ', ' S256', 'S256\0', 'S384', 'S256,plain', 'none'], async (method) => {
      const page = await t.flow().authorize({ code_challenge_method: method });
      expect(page.status === 400 ? 'a page' : answerOf(page).get('error')).toBe(method === 'S256\0' ? 'a page' : 'invalid_request');
    }));

  test('A024 token-side downgrade: the verifier left out, empty, as a list, in the URL', () =>
    forEachVariant([{ code_verifier: undefined }, { code_verifier: '' }, { code_verifier: undefined, 'code_verifier[]': 'x' }, { code_verifier: undefined, code_challenge: 'x' }, { code_verifier: undefined, CODE_VERIFIER: 'x' }], async (change) => {
      const flow = t.flow();
      const code = await flow.code();
      expectError(await flow.redeem(code, change), 'invalid_grant');
      // It is burnt: who has the right verifier cannot use it either.
      expectError(await flow.redeem(code), 'invalid_grant');
    }));

  test('A024 a repeated verifier is malformed and spends nothing', async () => {
    const flow = t.flow();
    const code = await flow.code();
    expectError(await flow.redeem(code, { code_verifier: [flow.pkce.verifier, flow.pkce.verifier] }), 'invalid_request');
    const { verifier } = flow.pkce;
    const form = { grant_type: 'authorization_code', client_id: t.clients.spa.id, code, redirect_uri: redirectUri };
    expectError(await postToken(`${t.server.issuer}/token?code_verifier=${verifier}`, form), 'invalid_request');
    expect((await flow.redeem(code)).status).toBe(200);
  });

  test('A025 a verifier when none was bound', async () => {
    const exempt = await t.server.client({ type: 'web', redirectUris: [redirectUri], requirePkce: false });
    const flow = new Flow(t.server.issuer, exempt);
    const code = await flow.code({ code_challenge: undefined, code_challenge_method: undefined, nonce: 'nonce-of-test' });
    expectError(await flow.redeem(code), 'invalid_grant');
    expectError(await flow.redeem(code, { code_verifier: undefined }), 'invalid_grant');
  });

  test('A026 verifiers outside the grammar', () =>
    forEachVariant(['a'.repeat(31), 'a'.repeat(129), `${'a'.repeat(43)} `, `${'a'.repeat(42)}%`, `${'a'.repeat(42)}\u0130`, `${'a'.repeat(42)}\t`, `${'a'.repeat(42)}é`], async (verifier) => {
      const flow = t.flow();
      expectError(await flow.redeem(await flow.code({ code_challenge: pkce(verifier).challenge }), { code_verifier: verifier }), 'invalid_grant');
    }));

  test('A026 a verifier with a NUL, broken UTF-8, or endless: a wrong one like any other, and the code is burnt', () =>
    forEachVariant([`${'a'.repeat(42)}\0`, `\0`, `${'a'.repeat(42)}\uFFFD`, 'a'.repeat(513), 'a'.repeat(60_000)], async (verifier) => {
      const flow = t.flow();
      const code = await flow.code();
      expectError(await flow.redeem(code, { code_verifier: verifier }), 'invalid_grant');
      expectError(await flow.redeem(code), 'invalid_grant');
    }));

  test('A026 challenges outside the grammar', () =>
    forEachVariant(['a'.repeat(42), 'a'.repeat(44), `${'a'.repeat(43)}=`, `${'a'.repeat(42)}+`, `${'a'.repeat(42)}/`, `${'a'.repeat(42)} `, `${'a'.repeat(42)}é`, '='.repeat(43)], async (challenge) => {
      expect(answerOf(await t.flow().authorize({ code_challenge: challenge })).get('error')).toBe('invalid_request');
    }));

  test('A028 code replay, one after the other: everything of that code dies', async () => {
    const flow = t.flow('web');
    const code = await flow.code({ scope: 'openid offline_access' });
    const first = await flow.redeem(code);
    const later = await flow.refresh(first.json.refresh_token);
    expectError(await flow.redeem(code), 'invalid_grant');
    for (const { json } of [first, later]) {
      expect((await flow.userinfo(json.access_token)).status).toBe(401);
      expect((await postToken(`${t.server.issuer}/introspect`, { client_id: t.clients.web.id, client_secret: t.clients.web.secret, token: json.access_token })).text).toBe('{"active":false}');
      expectError(await flow.refresh(json.refresh_token), 'invalid_grant');
    }
  });

  test('A028 code replay, all at once: one wins at most, and then nothing is left', async () => {
    const flow = t.flow();
    const code = await flow.code();
    const answers = await Promise.all(Array.from({ length: 20 }, () => flow.redeem(code)));
    const won = answers.filter((answer) => answer.status === 200);
    expect(won.length).toBe(1);
    expect((await flow.userinfo(won[0]?.json.access_token ?? '')).status).toBe(401);
  });

  test('A028 a replay with a wrong verifier or another redirect URI counts as one', () =>
    forEachVariant([{ code_verifier: pkce().verifier }, { redirect_uri: 'https://rp.example/other' }, { code_verifier: undefined }], async (change) => {
      const flow = t.flow();
      const code = await flow.code();
      const { json } = await flow.redeem(code);
      expectError(await flow.redeem(code, change), 'invalid_grant');
      expect((await flow.userinfo(json.access_token)).status).toBe(401);
    }));

  test('A030 the code of another client: refused, and not spent', () =>
    forEachVariant(['spa2', 'web', 'web2', 'native'] as const, async (thief) => {
      const flow = t.flow('spa');
      const code = await flow.code();
      const { verifier } = flow.pkce;
      expectError(await t.flow(thief).redeem(code, { code_verifier: verifier, redirect_uri: redirectUri }), 'invalid_grant');
      expect((await flow.redeem(code)).status).toBe(200);
    }));

  test('A030 the code of a confidential client, without its secret: refused, and not spent', async () => {
    const flow = t.flow('web');
    const code = await flow.code();
    for (const change of [{ client_secret: undefined }, { client_secret: undefined, client_id: undefined }, { client_secret: t.clients.web2.secret }]) {
      expectError(await flow.redeem(code, change), 'invalid_client', 401);
    }
    expect((await flow.redeem(code)).status).toBe(200);
  });

  test('A031 a code cannot be retargeted: every changed character leads nowhere', async () => {
    const flow = t.flow();
    const code = await flow.code();
    // The name of the grant, and 43 base64url characters, which carry 256 random bits.
    expect(code).toMatch(/^code_[a-z0-9]{9}[\w-]{22}[\w-]{43}$/);
    const other = await t.flow().code();
    const secretOf = (text: string) => text.slice(-43);
    // The one's name with the other's secret, and the name alone.
    const mixed = [code.slice(0, -43) + secretOf(other), other.slice(0, -43) + secretOf(code), code.slice(0, -43)];
    const variants = [...mixed, code.toUpperCase(), code.slice(0, -1), `${code}A`, `${code}=`, ` ${code}`, code.slice(5), `CODE_${code.slice(5)}`, code.slice(0, 20) + other.slice(20)];
    for (let index = 5; index < code.length; index += 7) {
      variants.push(`${code.slice(0, index)}${code[index] === 'A' ? 'B' : 'A'}${code.slice(index + 1)}`);
    }
    await forEachVariant(variants, async (variant) => {
      expectError(await flow.redeem(variant), 'invalid_grant');
    });
    expect((await flow.redeem(code)).status).toBe(200);
  });

  test('A031 nothing else is taken for a code', async () => {
    const flow = t.flow();
    const page = await flow.authorize();
    const { json } = await flow.tokens();
    const session = flow.agent.cookies('localhost').get('microauth-session') ?? '';
    for (const value of [json.access_token, json.refresh_token, json.id_token, session]) {
      const answer = await flow.redeem(value);
      expect(['invalid_grant', 'invalid_request']).toContain(answer.json['error']);
    }
    expect((await flow.redeem((readForm(page).fields['interaction'] ?? '').slice(0, 500))).status).toBe(400);
  });

  test('A034 an expired code', async () => {
    const flow = t.flow();
    const [code, second] = [await flow.code(), await flow.code()];
    t.server.clock.advance(61_000);
    expectError(await flow.redeem(code), 'invalid_grant');
    t.server.clock.advance(60 * minute);
    expectError(await flow.redeem(second), 'invalid_grant');
  });

  test('A036 the log of a whole flow holds the facts and none of the secrets', async () => {
    const before = t.server.log().length;
    const flow = t.flow('web');
    const { json } = await flow.tokens({ nonce: 'a nonce that nobody else may see', state: 'a state that nobody else may see' });
    await flow.redeem('code_that_was_never_issued_but_is_a_secret_all_the_same', { client_secret: 'a secret that is wrong but might be nearly right' });
    await flow.userinfo(json.access_token);
    await send(`${t.server.issuer}/userinfo?access_token=${json.access_token}`);
    await send(`${t.server.issuer}/token?code=${json.access_token}&client_secret=${t.clients.web.secret}`);
    await send(`${t.server.issuer}/${json.access_token}`);
    await send(`${t.server.issuer}/authorize?client_id=${t.clients.web.secret}`);
    await send(`${t.server.issuer}/authorize?client_id=${t.clients.web.id}&redirect_uri=${encodeURIComponent(`https://evil.example/?code=${json.access_token}`)}`);
    await sendRaw(t.server.port, `GET /userinfo HTTP/1.1\r\nHost: ${json.access_token}\r\nConnection: close\r\n\r\n`);
    // Id and secret the wrong way round: a mistake that must not end up in the log.
    const swapped = Buffer.from(`${t.clients.web.secret}:x`).toString('base64');
    await postToken(`${t.server.issuer}/token`, { grant_type: 'authorization_code', code: 'x' }, { authorization: `Basic ${swapped}` });
    await postToken(`${t.server.issuer}/token`, { grant_type: t.clients.web.secret, client_id: json.refresh_token.slice(0, 400), scope: json.id_token.slice(0, 400) });
    const log = t.server.log().slice(before);
    for (const event of ['code_issued', 'sign_in_succeeded', 'authorization_code_honoured']) {
      expect(log).toContain(`"event":"${event}"`);
    }
    for (const secret of [t.clients.web.secret, json.access_token, json.id_token.slice(0, 400), json.refresh_token.slice(0, 400)]) {
      expect(log).not.toContain(secret);
    }
  });
});
