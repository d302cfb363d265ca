import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { profileOfUser } from '../support/conformance.ts';
import { answerOf, Flow, payloadOf, redirectUri } from '../support/flow.ts';
import { startServer, type TestServer } from '../support/server.ts';

/** What an ID token says about the sign-in rather than the person. */
const protocolClaims = new Set(['at_hash', 'iss', 'sub', 'aud', 'exp', 'iat', 'auth_time', 'acr', 'amr', 'sid']);

describe('OpenID Connect Core §5.5: the claims parameter', () => {
  let server: TestServer;
  let client: { id: string; secret: string };
  const subjects: string[] = [];

  beforeAll(async () => {
    server = await startServer();
    client = await server.client({ type: 'spa', redirectUris: [redirectUri] });
    subjects.push((await server.user({ claims: profileOfUser })).id, (await server.user()).id);
  });
  afterAll(() => server.stop());

  const flow = () => new Flow(server.issuer, client);
  async function claimsFor(request: object, scope = 'openid'): Promise<{ idToken: Record<string, unknown>; userinfo: Record<string, unknown> }> {
    const at = flow();
    const { json } = await at.tokens({ scope, claims: JSON.stringify(request) });
    const idToken = Object.fromEntries(Object.entries(payloadOf(json.id_token)).filter(([name]) => !protocolClaims.has(name)));
    const { sub: _sub, ...userinfo } = JSON.parse((await at.userinfo(json.access_token)).text) as Record<string, unknown>;
    return { idToken, userinfo };
  }

  test('each member speaks of its own place', async () => {
    const { idToken, userinfo } = await claimsFor({ id_token: { email: null }, userinfo: { nickname: { essential: true } } });
    expect(idToken).toEqual({ email: 'user1@example.com' });
    expect(userinfo).toEqual({ nickname: 'Ada' });
  });

  test('single claims come on top of scopes', async () => {
    const { idToken, userinfo } = await claimsFor({ id_token: { birthdate: null }, userinfo: { zoneinfo: null } }, 'openid email');
    expect(Object.keys(idToken).sort()).toEqual(['birthdate', 'email', 'email_verified']);
    expect(Object.keys(userinfo).sort()).toEqual(['email', 'email_verified', 'zoneinfo']);
  });

  test('they last over refresh', async () => {
    const at = flow();
    const { json } = await at.tokens({ claims: JSON.stringify({ id_token: { email: null }, userinfo: { name: null } }) });
    const again = await at.refresh(json.refresh_token);
    expect(payloadOf(again.json.id_token)['email']).toBe('user1@example.com');
    expect(JSON.parse((await at.userinfo(again.json.access_token)).text)).toMatchObject({ name: profileOfUser.name });
  });

  test('unknown claims, language tags and names of built-ins are passed over', async () => {
    const odd = JSON.parse('{"__proto__":{"essential":true},"constructor":null,"name#ja":null,"http://x/y":{"value":1},"toString":null}') as object;
    const { idToken, userinfo } = await claimsFor({ id_token: odd, userinfo: odd, other_member: {} });
    expect([idToken, userinfo]).toEqual([{}, {}]);
  });

  test('what the server says itself cannot be overridden', async () => {
    const at = flow();
    const demand = { iss: { value: 'https://evil.example' }, aud: { value: 'evil' }, exp: { value: 1 }, auth_time: { essential: true } };
    const claims = payloadOf((await at.tokens({ claims: JSON.stringify({ id_token: demand }) })).json.id_token);
    expect(claims).toMatchObject({ iss: server.issuer, aud: client.id, auth_time: expect.any(Number) as number });
  });

  test.each(['', '[]', '"x"', '1', 'null', '{', '{"userinfo":[]}', '{"userinfo":"x"}', '{"id_token":{"email":true}}', '{"userinfo":{"name":[]}}', '{"x":NaN}', `{"a":${'['.repeat(2000)}`])(
    '%j is refused as malformed, empty counts as absent',
    async (claims) => {
      const answer = claims === '' ? await flow().answer({ claims }) : answerOf(await flow().authorize({ claims }));
      expect(answer.get('error')).toBe(claims === '' ? null : 'invalid_request');
    },
  );

  describe('§5.5.1.1 acr', () => {
    const acrOf = (wish: object) => JSON.stringify({ id_token: { acr: wish } });

    test('essential and reached: it is in the ID token', async () => {
      const reached = 'urn:microauth:acr:single-factor';
      const claims = acrOf({ essential: true, values: ['urn:higher', reached] });
      expect(payloadOf((await flow().tokens({ claims })).json.id_token)['acr']).toBe(reached);
      expect(payloadOf((await flow().tokens({ claims: acrOf({ essential: true, value: reached }) })).json.id_token)['acr']).toBe(reached);
    });

    test.each([[{ essential: true, value: 'urn:higher' }], [{ essential: true, values: ['urn:higher', 'urn:highest'] }]])(
      'essential and out of reach: an error, never less than was asked (%j)',
      async (wish) => {
        const answer = answerOf(await flow().authorize({ claims: acrOf(wish) }));
        expect(answer.get('error')).toBe('unmet_authentication_requirements');
      },
    );

    test('voluntary and out of reach: what was really reached', async () => {
      expect(payloadOf((await flow().tokens({ claims: acrOf({ values: ['urn:higher'] }) })).json.id_token)['acr']).toBe('urn:microauth:acr:single-factor');
    });

    test.each([[{ essential: true, values: [1] }], [{ essential: true, value: { $ne: null } }], [{ essential: true, values: ['urn:higher', null] }]])(
      'values that are no strings are refused, not dropped (%j)',
      async (wish) => {
        expect(answerOf(await flow().authorize({ claims: acrOf(wish) })).get('error')).toBe('invalid_request');
      },
    );
  });

  describe('§3.1.2.2 sub with a value', () => {
    const subOf = (value: unknown) => JSON.stringify({ id_token: { sub: { value } } });

    test('only that user gets an answer', async () => {
      const at = flow();
      const { json } = await at.tokens();
      expect(payloadOf(json.id_token)['sub']).toBe(subjects[0]);
      expect((await at.answer({ prompt: 'none', claims: subOf(subjects[0]) })).has('code')).toBe(true);
      expect((await at.answer({ prompt: 'none', claims: subOf(subjects[1]) })).get('error')).toBe('login_required');
      const wrongUser = await at.signIn(await at.authorize({ claims: subOf(subjects[1]) }));
      expect(answerOf(wrongUser).get('error')).toBe('login_required');
      const rightUser = await at.signIn(await at.authorize({ claims: subOf(subjects[1]) }), 'user2@example.com');
      expect(answerOf(rightUser).has('code')).toBe(true);
    });

    test('contradicting the hint, or no string: refused', async () => {
      const at = flow();
      const hint = (await at.tokens()).json.id_token;
      expect((await at.answer({ id_token_hint: hint, claims: subOf(subjects[1]) })).get('error')).toBe('invalid_request');
      expect((await at.answer({ claims: subOf(7) })).get('error')).toBe('invalid_request');
      expect((await at.answer({ id_token_hint: hint, claims: subOf(subjects[0]), prompt: 'none' })).has('code')).toBe(true);
    });
  });
});
