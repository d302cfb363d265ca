import { createHash, createHmac, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { decodeProtectedHeader, type JWK } from 'jose';
import { describe, expect, test } from 'vitest';
import { rotateClientSecret } from '../../src/admin/clients.ts';
import { Flow, payloadOf, postToken, redirectUri } from '../support/flow.ts';
import { takeSigningKey } from '../support/genuine.ts';
import { unwrap } from '../support/server.ts';
import { send } from '../support/user-agent.ts';
import { expectError, forEachVariant, target } from './target.ts';

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('D. JOSE and keys', () => {
  const t = target();

  /** A forgery is no hint at the authorization endpoint nor at sign-out, and no access token. */
  async function expectForgeriesRefused(forgeries: readonly string[]): Promise<void> {
    const flow = t.flow();
    await flow.code();
    await forEachVariant(forgeries, async (forgery) => {
      expect((await flow.answer({ id_token_hint: forgery, prompt: 'none' })).get('error')).toBe('invalid_request');
      const logout = await flow.agent.request(`${t.server.issuer}/logout?id_token_hint=${encodeURIComponent(forgery)}`);
      expect([logout.status, logout.headers['location']]).toEqual([400, undefined]);
      expect((await flow.userinfo(forgery)).status).toBe(401);
    });
    expect((await flow.answer({ prompt: 'none' })).has('code')).toBe(true);
  }

  async function publicKeys(): Promise<(JWK & { kid: string; alg: string })[]> {
    return (JSON.parse((await send(`${t.server.issuer}/jwks`)).text) as { keys: (JWK & { kid: string; alg: string })[] }).keys;
  }

  test('A054 alg none in every spelling, with and without a signature', async () => {
    const { json } = await t.flow().tokens();
    const forgeries = [json.id_token, json.access_token].flatMap((token) => {
      const [header = '', payload = '', signature = ''] = token.split('.');
      const { kid, typ } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string; typ: string };
      return ['none', 'None', 'NONE', 'nOnE', 'none ', '', null, undefined].flatMap((alg) => [
        `${encode({ alg, typ })}.${payload}.`,
        `${encode({ alg, typ, kid })}.${payload}.`,
        `${encode({ alg, typ, kid })}.${payload}.${signature}`,
        `${encode({ alg, typ, kid })}.${payload}`,
      ]);
    });
    const { id_token } = json;
    await expectForgeriesRefused([...forgeries, `${id_token.slice(0, id_token.lastIndexOf('.'))}.`, id_token.slice(0, id_token.lastIndexOf('.'))]);
  });

  test('A055 HS256 with a public key as the secret, in every encoding', async () => {
    const { json } = await t.flow().tokens();
    const forgeries: string[] = [];
    for (const key of await publicKeys()) {
      const object = createPublicKey({ key, format: 'jwk' });
      const pem = object.export({ type: 'spki', format: 'pem' });
      const secrets = [pem, pem.trim(), pem.replaceAll('\n', '\r\n'), object.export({ type: 'spki', format: 'der' }), JSON.stringify(key), key.n ?? key.x ?? '', ''];
      for (const [token, typ] of [[json.id_token, 'JWT'], [json.access_token, 'at+jwt'], [json.refresh_token, 'rt+jwt']] as const) {
        for (const alg of ['HS256', 'HS384', 'HS512']) {
          for (const header of [{ alg, typ, kid: key.kid }, { alg, typ }]) {
            const input = `${encode(header)}.${token.split('.')[1]}`;
            forgeries.push(...secrets.map((secret) => `${input}.${createHmac(alg.replace('HS', 'sha'), secret).update(input).digest('base64url')}`));
          }
        }
      }
    }
    await expectForgeriesRefused(forgeries.filter((_, index) => index % 7 === 0));
    await forEachVariant(forgeries.filter((_, index) => index % 20 === 0), async (forgery) => {
      expectError(await t.flow().refresh(forgery), 'invalid_grant');
    });
  });

  test('A055 the key of one algorithm under the name of another', async () => {
    const { json } = await t.flow().tokens();
    const [, payload, signature] = json.id_token.split('.');
    const header = decodeProtectedHeader(json.id_token);
    await expectForgeriesRefused(['PS256', 'RS512', 'ES256', 'EdDSA', 'HS256', 'rs256'].map((alg) => `${encode({ ...header, alg })}.${payload}.${signature}`));
  });

  test('A057 kid injection', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const jwk = publicKey.export({ format: 'jwk' });
    const { json } = await t.flow().tokens();
    const [foreign] = (JSON.parse((await send(`${t.other.issuer}/jwks`)).text) as { keys: { kid: string }[] }).keys;
    const kids: unknown[] = ['../../dev/null', "' OR 1=1--", '__proto__', 'constructor', 'k'.repeat(5_000), foreign?.kid, '', null, 0, ['x'], { kid: 'x' }, '%00', 'file:///dev/null', 'http://127.0.0.1:1/jwks'];
    const header = { alg: 'RS256', typ: 'JWT' };
    const forge = (more: object) => {
      const input = `${encode({ ...header, ...more })}.${encode(payloadOf(json.id_token))}`;
      return `${input}.${sign('sha256', Buffer.from(input), privateKey).toString('base64url')}`;
    };
    const own = decodeProtectedHeader(json.id_token).kid;
    await expectForgeriesRefused([
      ...kids.map((kid) => forge({ kid })),
      // A key, or the way to one, that the token brings along itself.
      forge({ jwk }),
      forge({ kid: own, jwk }),
      forge({ kid: own, jku: 'https://evil.example/jwks' }),
      forge({ kid: own, x5u: 'https://evil.example/x5u', x5c: ['MIIB'] }),
      forge({ kid: own, crit: ['exp'], exp: 1 }),
      forge({ kid: own, b64: false, crit: ['b64'] }),
    ]);
  });

  test('A058 ECDSA: zero, high s, DER, wrong lengths, another curve', async () => {
    const es = await t.server.client({ type: 'spa', redirectUris: [redirectUri], idTokenAlgorithm: 'ES256' });
    const { json } = await new Flow(t.server.issuer, es).tokens();
    const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
    const forgeries = [json.id_token, json.access_token].flatMap((token) => {
      const [header = '', payload = '', signature = ''] = token.split('.');
      const bytes = Buffer.from(signature, 'base64url');
      const r = bytes.subarray(0, 32);
      const s = BigInt(`0x${bytes.subarray(32).toString('hex')}`);
      const number = (value: bigint) => Buffer.from(value.toString(16).padStart(64, '0'), 'hex');
      const der = Buffer.concat([Buffer.from([0x30, 0x44, 0x02, 0x20]), r, Buffer.from([0x02, 0x20]), bytes.subarray(32)]);
      const signatures = [Buffer.alloc(64), Buffer.concat([r, number(order - s)]), Buffer.concat([number(order), number(order)]), Buffer.concat([r, Buffer.alloc(32)]), Buffer.concat([Buffer.alloc(32), bytes.subarray(32)]), der, bytes.subarray(0, 63), Buffer.concat([bytes, Buffer.alloc(1)]), Buffer.concat([bytes, bytes]), Buffer.alloc(0), Buffer.alloc(96), Buffer.alloc(132), Buffer.alloc(64, 0xff)];
      const parsed = decodeProtectedHeader(token);
      return [
        ...signatures.map((forged) => `${header}.${payload}.${forged.toString('base64url')}`),
        `${encode({ ...parsed, alg: 'ES384' })}.${payload}.${Buffer.alloc(96).toString('base64url')}`,
        `${encode({ ...parsed, alg: 'ES256K' })}.${payload}.${signature}`,
      ];
    });
    await expectForgeriesRefused(forgeries);
    expect((await new Flow(t.server.issuer, es).answer({ id_token_hint: json.id_token, prompt: 'login' })).has('code')).toBe(true);
  });

  test('A058 EdDSA: zero, small order, s plus the group order, wrong lengths', async () => {
    const ed = await t.server.client({ type: 'spa', redirectUris: [redirectUri], idTokenAlgorithm: 'EdDSA' });
    const { json } = await new Flow(t.server.issuer, ed).tokens();
    const [header, payload, signature = ''] = json.id_token.split('.');
    const bytes = Buffer.from(signature, 'base64url');
    const order = 2n ** 252n + 27742317777372353535851937790883648493n;
    const littleEndian = (buffer: Buffer) => BigInt(`0x${Buffer.from(buffer.toReversed()).toString('hex')}`);
    const stretched = Buffer.from((littleEndian(bytes.subarray(32)) + order).toString(16).padStart(64, '0'), 'hex').toReversed();
    const identity = Buffer.concat([Buffer.from([1]), Buffer.alloc(31)]);
    const forged = [Buffer.alloc(64), Buffer.concat([identity, Buffer.alloc(32)]), Buffer.concat([bytes.subarray(0, 32), Buffer.from(stretched)]), bytes.subarray(0, 63), Buffer.concat([bytes, Buffer.alloc(1)]), Buffer.alloc(0), Buffer.alloc(64, 0xff)];
    await expectForgeriesRefused(forged.map((value) => `${header}.${payload}.${value.toString('base64url')}`));
  });

  test('A057 a good signature is not enough: type, critical extensions, issuer', async () => {
    const flow = t.flow();
    const { json } = await flow.tokens();
    const claims = payloadOf(json.access_token);
    const identity = payloadOf(json.id_token);
    const signed = await takeSigningKey(t.server);
    const accepted = async (token: string) => (await flow.userinfo(token)).status === 200;
    const hinted = async (token: string) => (await flow.answer({ id_token_hint: token, prompt: 'none' })).has('code');
    expect([await accepted(signed({ typ: 'at+jwt' }, claims)), await hinted(signed({ typ: 'JWT' }, identity))]).toEqual([true, true]);
    await expectForgeriesRefused([
      ...['AT+JWT', 'jwt', 'application/at+jwt', undefined, ''].map((typ) => signed({ typ }, claims)),
      ...['jwt', 'jwt+id', 'logout+jwt', undefined, ''].map((typ) => signed({ typ }, identity)),
      ...[{ crit: ['exp'] }, { crit: [] }, { crit: ['b64'], b64: true }].flatMap((more) => [signed({ typ: 'at+jwt', ...more }, claims), signed({ typ: 'JWT', ...more }, identity)]),
      ...[t.other.issuer, `${t.server.issuer}/`, undefined].flatMap((iss) => [signed({ typ: 'at+jwt' }, { ...claims, iss }), signed({ typ: 'JWT' }, { ...identity, iss })]),
    ]);
  });

  test('A068 the key set holds no private member, nor does anything else that is served', async () => {
    for (const key of await publicKeys()) {
      expect(Object.keys(key).filter((member) => ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'].includes(member))).toEqual([]);
      expect(['RSA', 'EC', 'OKP']).toContain(key.kty);
    }
    for (const path of ['/jwks?full=1', '/jwks/private', '/.well-known/jwks.json', '/.well-known/openid-configuration', '/']) {
      expect((await send(`${t.server.issuer}${path}`)).text).not.toMatch(/"d":|PRIVATE KEY|"k":/);
    }
  });

  test('A070 what binds an ID token to its answer is right or absent', async () => {
    const flow = t.flow();
    const first = await flow.tokens({ nonce: 'nonce-of-test' });
    const second = await flow.refresh(first.json.refresh_token);
    for (const { json } of [first, second]) {
      const claims = payloadOf(json.id_token);
      expect(claims).not.toHaveProperty('c_hash');
      expect(claims['at_hash']).toBe(createHash('sha256').update(json.access_token).digest().subarray(0, 16).toString('base64url'));
      expect(claims['aud']).toBe(t.clients.spa.id);
      expect([undefined, t.clients.spa.id]).toContain(claims['azp']);
      expect(Number(claims['auth_time'])).toBeLessThanOrEqual(Number(claims['iat']));
      expect(claims['sub']).toBe(payloadOf(json.access_token)['sub']);
    }
    expect(payloadOf(first.json.id_token)['nonce']).toBe('nonce-of-test');
    expect(payloadOf(second.json.id_token)).not.toHaveProperty('nonce');
  });
});

describe('D. client authentication', () => {
  const t = target();
  const basic = (id: string, secret: string) => ({ authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` });
  const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

  test('A060 A061 A063 client assertions: refused, alone and beside a right secret', async () => {
    const flow = t.flow('web');
    const code = await flow.code();
    const claims = { iss: t.clients.web.id, sub: t.clients.web.id, aud: t.server.issuer, jti: '1', exp: Math.floor(Date.now() / 1000) + 60 };
    const unsigned = `${encode({ alg: 'none' })}.${encode(claims)}.`;
    const input = `${encode({ alg: 'HS256' })}.${encode(claims)}`;
    const hmac = `${input}.${createHmac('sha256', t.clients.web.secret).update(input).digest('base64url')}`;
    await forEachVariant([unsigned, hmac, 'x'], async (client_assertion) => {
      for (const more of [{}, { client_secret: undefined }, { client_id: undefined, client_secret: undefined }]) {
        expectError(await flow.redeem(code, { client_assertion, client_assertion_type: assertionType, ...more }), 'invalid_client', 401);
        expectError(await flow.redeem(code, { client_assertion, ...more }), 'invalid_client', 401);
        expectError(await flow.redeem(code, { client_assertion_type: assertionType, ...more }), 'invalid_client', 401);
      }
    });
    expect((await flow.redeem(code)).status).toBe(200);
  });

  test('A064 authentication cannot be talked down or mixed', async () => {
    const { web, web2, spa } = t.clients;
    const flow = t.flow('web');
    const code = await flow.code();
    const bare = { client_id: undefined, client_secret: undefined };
    await forEachVariant(
      [
        [bare, {}],
        [{ ...bare, client_id: web.id }, {}],
        [{ ...bare, client_id: web.id, client_secret: '' }, {}],
        [bare, basic(web.id, '')],
        [bare, basic(web.id, `${web.secret} `)],
        [bare, basic(web.id, web.secret.toUpperCase())],
        [bare, basic(web.id, web2.secret)],
        [{ ...bare, client_id: web.id }, basic(web2.id, web2.secret)],
        [{ ...bare, client_id: web.id, client_secret: web.secret }, basic(web2.id, web2.secret)],
        [{ ...bare, client_id: web.id, client_secret: web.secret }, basic(spa.id, '')],
        [{ client_id: [web.id, web2.id] }, {}],
        [{ client_secret: [web.secret, 'x'] }, {}],
        [bare, { authorization: `Basic ${Buffer.from(`${web.id}:${web.secret}`).toString('base64')}, Basic x` }],
        [bare, { authorization: 'Basic' }],
        [bare, { authorization: 'Negotiate x' }],
      ] as const,
      async ([change, headers]) => {
        const answer = await flow.token({ grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: flow.pkce.verifier, ...change }, headers);
        expect([400, 401]).toContain(answer.status);
        expect(['invalid_client', 'invalid_request']).toContain(answer.json['error']);
      },
    );
    expect((await flow.redeem(code)).status).toBe(200);
  });

  test('A065 secrets of every kind: exact, whole, and compared as bytes', async () => {
    const secrets = ['a:b:c:d:e:f:g', '100%25 %zz + plus', 'größe ☃ 𝄞 und so weiter', `4kB ${'s'.repeat(4000)}`, '"quoted\\"', '&a=b&c=d&grant_type=x'];
    await forEachVariant(secrets, async (secret) => {
      const made = await t.server.client({ type: 'web', redirectUris: [redirectUri], secret: t.secret(secret) });
      const flow = new Flow(t.server.issuer, made);
      const code = await flow.code();
      const form = { client_id: undefined, client_secret: undefined };
      const encoded = new URLSearchParams({ x: secret }).toString().slice(2);
      for (const wrong of [secret.slice(0, -1), `${secret}x`, secret.toUpperCase() === secret ? 'x' : secret.toUpperCase()]) {
        expectError(await flow.redeem(code, form).then(() => flow.redeem(code, { client_secret: wrong })), 'invalid_client', 401);
        expectError(await flow.token({ grant_type: 'authorization_code', code, ...form }, basic(made.id, wrong)), 'invalid_client', 401);
      }
      expect((await flow.token({ grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: flow.pkce.verifier, ...form }, basic(made.id, encoded))).status).toBe(200);
      expect((await flow.tokens()).status).toBe(200);
    });
  });

  test('A065 a new secret ends the old one', async () => {
    const made = await t.server.client({ type: 'web', redirectUris: [redirectUri] });
    const flow = new Flow(t.server.issuer, made);
    const code = await flow.code();
    const { secret } = unwrap(await rotateClientSecret(t.server.admin, t.server.record.id, made.id));
    expectError(await flow.redeem(code), 'invalid_client', 401);
    expect((await flow.redeem(code, { client_secret: t.secret(secret ?? '') })).status).toBe(200);
    // What the server stores is a hash.
    const stored = JSON.stringify(await t.server.store.findClient(t.server.record.id, made.id));
    expect(stored).not.toContain(secret ?? 'x');
  });

  test('A065 an unknown client and a wrong secret are told apart by nothing', async () => {
    const wrong = await postToken(`${t.server.issuer}/token`, { grant_type: 'client_credentials', client_id: t.clients.web.id, client_secret: 'a wrong secret' });
    const unknown = await postToken(`${t.server.issuer}/token`, { grant_type: 'client_credentials', client_id: 'client_of_nobody', client_secret: 'a wrong secret' });
    expect([wrong.status, wrong.text]).toEqual([unknown.status, unknown.text]);
  });
});
