import { decodeProtectedHeader } from 'jose';
import { describe, expect, test } from 'vitest';
import { type Plan, plan, profileOfUser, responseModes } from '../support/conformance.ts';
import { answerOf, encode } from '../support/flow.ts';
import { userinfoOf } from '../support/relying-party.ts';
import { send } from '../support/user-agent.ts';

const profileClaims = Object.keys(profileOfUser).filter((name) => name !== 'address' && !name.startsWith('phone'));

describe.each(responseModes)('oidcc-basic-certification-test-plan, response_mode=%s', (mode) => {
  const p: Plan = plan(mode);

  test('oidcc-server', async () => {
    const { claims, tokens, answer } = await p.signIn(p.flow(), { nonce: 'n-1' });
    expect(answer.get('code')).toMatch(/^[\x21-\x7e]{20,}$/);
    expect(claims.nonce).toBe('n-1');
    expect(claims.exp).toBeGreaterThan(claims.iat);
    expect(tokens.token_type).toBe('bearer');
    expect(tokens.expires_in).toBeGreaterThan(0);
  });

  test('oidcc-idtoken-signature', async () => {
    const { tokens, as } = await p.signIn(p.flow());
    const header = decodeProtectedHeader(tokens.id_token ?? '');
    const { keys } = JSON.parse((await send(as.jwks_uri ?? '')).text) as { keys: { kid: string; alg: string }[] };
    expect(header.alg).toBe('RS256');
    expect(keys.filter((key) => key.kid === header.kid).map((key) => key.alg)).toEqual(['RS256']);
    expect(new Set(keys.map((key) => key.kid)).size).toBe(keys.length);
  });

  test('oidcc-idtoken-unsigned: none is not offered', async () => {
    const { as } = await p.signIn(p.flow());
    expect(as.id_token_signing_alg_values_supported).not.toContain('none');
  });

  test('oidcc-userinfo-get', async () => {
    const verified = await p.signIn(p.flow());
    expect((await userinfoOf(verified)).sub).toBe(verified.claims.sub);
  });

  test('oidcc-userinfo-post-header', async () => {
    const { tokens, claims } = await p.signIn(p.flow());
    const page = await send(`${p.server.issuer}/userinfo`, { method: 'POST', headers: { authorization: `Bearer ${tokens.access_token}` } });
    expect(page.status).toBe(200);
    expect(JSON.parse(page.text)).toMatchObject({ sub: claims.sub });
  });

  test('oidcc-userinfo-post-body', async () => {
    const { tokens, claims } = await p.signIn(p.flow());
    const page = await send(`${p.server.issuer}/userinfo`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: encode({ access_token: tokens.access_token }),
    });
    expect(page.status).toBe(200);
    expect(JSON.parse(page.text)).toMatchObject({ sub: claims.sub });
  });

  test('oidcc-ensure-request-without-nonce-succeeds-for-code-flow', async () => {
    const { claims } = await p.signIn(p.flow());
    expect(claims).not.toHaveProperty('nonce');
  });

  test.each([
    ['oidcc-scope-profile', 'profile', [...profileClaims, 'updated_at']],
    ['oidcc-scope-email', 'email', ['email', 'email_verified']],
    ['oidcc-scope-address', 'address', ['address']],
    ['oidcc-scope-phone', 'phone', ['phone_number', 'phone_number_verified']],
    ['oidcc-scope-all', 'profile email address phone', [...Object.keys(profileOfUser), 'updated_at', 'email', 'email_verified']],
  ])('%s', async (_module, scope, expected) => {
    const verified = await p.signIn(p.flow(), { scope: `openid ${scope}` });
    const userinfo = await userinfoOf(verified);
    expect(Object.keys(userinfo).sort()).toEqual(['sub', ...expected].sort());
    // OpenID Connect Core §5.1: the types of the claims that are no strings.
    if ('address' in userinfo) {
      expect(userinfo['address']).toEqual(JSON.parse(profileOfUser.address));
    }
    for (const [name, type] of [['updated_at', 'number'], ['email_verified', 'boolean'], ['phone_number_verified', 'boolean']] as const) {
      expect(['undefined', type]).toContain(typeof userinfo[name]);
    }
    expect(verified.claims).toMatchObject(userinfo);
  });

  test('oidcc-alternate-happy-flow', async () => {
    const flow = p.flow();
    const url = new URL(flow.authorizationUrl({ ...p.mode, scope: 'email openid' }));
    const shuffled = new URLSearchParams([...url.searchParams].toReversed());
    const page = await flow.agent.open(`${url.origin}${url.pathname}?${shuffled.toString()}`, flow.redirectUri);
    const code = answerOf(await flow.signIn(page)).get('code') ?? '';
    expect((await flow.redeem(code)).json).toMatchObject({ scope: 'email openid' });
  });

  test('oidcc-ensure-request-with-unknown-parameter-succeeds', async () => {
    expect((await p.signIn(p.flow(), { extra: 'foobar' })).answer.has('extra')).toBe(false);
  });

  test('oidcc-ensure-post-request-succeeds', async () => {
    const flow = p.flow();
    const { origin, searchParams } = new URL(flow.authorizationUrl(p.mode));
    const page = await flow.agent.open(`${origin}/authorize`, flow.redirectUri, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: searchParams.toString(),
    });
    const code = answerOf(await flow.signIn(page)).get('code') ?? '';
    expect((await flow.redeem(code)).status).toBe(200);
  });

  test('oidcc-server-client-secret-post', async () => {
    expect((await p.signIn(p.flow(), {}, { method: 'post' })).tokens.id_token).toBeDefined();
  });

  test('oidcc-ensure-request-with-valid-pkce-succeeds', async () => {
    const flow = p.flow();
    expect(flow.authorizationUrl()).toContain('code_challenge_method=S256');
    expect((await p.signIn(flow)).tokens.access_token).not.toBe('');
  });

  test('oidcc-claims-essential', async () => {
    const claims = JSON.stringify({ userinfo: { name: { essential: true } } });
    const verified = await p.signIn(p.flow(), { claims });
    expect(await userinfoOf(verified)).toEqual({ sub: verified.claims.sub, name: profileOfUser.name });
  });

  test('the response comes by the mode that was asked for', async () => {
    const flow = p.flow();
    const page = await flow.signIn(await flow.authorize(p.mode));
    expect(page.headers['cache-control']).toBe('no-store');
    if (mode === 'query') {
      expect(page.status).toBe(303);
      expect(page.headers['location']).toMatch(/^https:\/\/rp\.example\/callback\?code=/);
      expect(page.headers['location']).not.toContain('#');
    } else {
      // OAuth 2.0 Form Post Response Mode §2: a POST to exactly the redirect URI, everything in its body.
      expect(page.status).toBe(200);
      expect(page.headers['location']).toBeUndefined();
      expect(/<form [^>]*>/.exec(page.text)?.[0]).toContain('method="post" action="https://rp.example/callback"');
      expect([...answerOf(page).keys()].sort()).toEqual(['code', 'iss', 'state']);
    }
  });
});
