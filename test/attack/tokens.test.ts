import { describe, expect, test } from 'vitest';
import { createLog } from '../../src/core/log.ts';
import { setUserEnabled, setUserPassword } from '../../src/admin/users.ts';
import { createApp } from '../../src/app.ts';
import { openStore } from '../../src/store/sql/open-store.ts';
import { encode, Flow, payloadOf, postToken, redirectUri } from '../support/flow.ts';
import { freePort, password, unwrap } from '../support/server.ts';
import { send } from '../support/user-agent.ts';
import { expectError, forEachVariant, target } from './target.ts';

const inactive = '{"active":false}';

describe('C. refresh, revocation, introspection, audience', () => {
  const t = target();

  /** Another process on the same database: what a restart leaves, and what a second node sees. */
  async function withSecondNode(use: (origin: string) => Promise<void>): Promise<void> {
    const port = await freePort();
    const store = unwrap(openStore(t.server.config.databaseUrl));
    const app = createApp({ config: { ...t.server.config, listen: { host: '127.0.0.1', port } }, store, clock: t.server.clock, log: createLog('silent', () => undefined) });
    unwrap(await app.start());
    try {
      await use(`http://localhost:${port}`);
    } finally {
      await app.stop();
      await store.close();
    }
  }

  const introspect = (client: { id: string; secret: string }, token: string, issuer = t.server.issuer) =>
    postToken(`${issuer}/introspect`, { client_id: client.id, client_secret: client.secret === '' ? undefined : client.secret, token });

  test('A037 refresh token reuse: refused, and the whole family with it', async () => {
    const flow = t.flow();
    const r0 = await flow.tokens();
    const r1 = await flow.refresh(r0.json.refresh_token);
    const r2 = await flow.refresh(r1.json.refresh_token);
    expectError(await flow.refresh(r0.json.refresh_token), 'invalid_grant');
    for (const { json } of [r0, r1, r2]) {
      expectError(await flow.refresh(json.refresh_token), 'invalid_grant');
      expect((await flow.userinfo(json.access_token)).status).toBe(401);
    }
  });

  test('A037 reuse of the latest but one after the grace, also with a narrower scope or from elsewhere', () =>
    forEachVariant([{}, { scope: 'openid' }, { resource: undefined, extra: 'x' }], async (change) => {
      const flow = t.flow();
      const r0 = await flow.tokens();
      const r1 = await flow.refresh(r0.json.refresh_token);
      t.server.clock.advance(10_001);
      expectError(await flow.refresh(r0.json.refresh_token, change), 'invalid_grant');
      expectError(await flow.refresh(r1.json.refresh_token), 'invalid_grant');
    }));

  test('A037 a replay hidden behind a scope that is refused anyway gives nothing', async () => {
    const flow = t.flow();
    const r0 = await flow.tokens();
    await flow.refresh(r0.json.refresh_token);
    t.server.clock.advance(60_000);
    expect((await flow.refresh(r0.json.refresh_token, { scope: 'openid email' })).status).toBe(400);
    expect((await flow.refresh(r0.json.refresh_token)).status).toBe(400);
  });

  test('A039 rotation and revocation survive a restart', async () => {
    const flow = t.flow();
    const r0 = await flow.tokens();
    const r1 = await flow.refresh(r0.json.refresh_token);
    const revoked = await t.flow().tokens();
    await postToken(`${t.server.issuer}/revoke`, { client_id: t.clients.spa.id, token: revoked.json.access_token });
    t.server.clock.advance(11_000);
    await withSecondNode(async (origin) => {
      const there = new Flow(origin, t.clients.spa);
      expect((await there.userinfo(r1.json.access_token)).status).toBe(200);
      expect((await there.userinfo(revoked.json.access_token)).status).toBe(401);
      expectError(await there.refresh(r0.json.refresh_token), 'invalid_grant');
      expectError(await there.refresh(r1.json.refresh_token), 'invalid_grant');
    });
    expectError(await flow.refresh(r1.json.refresh_token), 'invalid_grant');
  });

  test('A040 scope escalation on refresh', async () => {
    const flow = t.flow();
    const first = await flow.tokens({ scope: 'openid email' });
    let token = first.json.refresh_token;
    await forEachVariant(['openid email profile', 'offline_access', 'openid email offline_access', 'unheard:of', 'OPENID', 'openid\temail'], async (scope) => {
      expectError(await flow.refresh(token, { scope }), 'invalid_scope');
    });
    expectError(await flow.refresh(token, { resource: 'http://localhost:3000/' }), 'invalid_target');
    const narrow = await flow.refresh(token, { scope: 'openid' });
    expect(narrow.json['scope']).toBe('openid');
    token = narrow.json.refresh_token;
    expect((await flow.refresh(token)).json['scope']).toBe('openid email');
  });

  test('A040 a narrowed access token opens no more at userinfo', async () => {
    const flow = t.flow();
    const first = await flow.tokens({ scope: 'openid email' });
    const narrow = await flow.refresh(first.json.refresh_token, { scope: 'openid' });
    expect(JSON.parse((await flow.userinfo(narrow.json.access_token)).text)).not.toHaveProperty('email');
    // What the ID token carries follows the same request.
    expect(payloadOf(narrow.json.id_token)).not.toHaveProperty('email');
  });

  test('A042 the refresh token of another client: refused, and the owner goes on', () =>
    forEachVariant(['spa2', 'web', 'native'] as const, async (thief) => {
      const flow = t.flow();
      const { json } = await flow.tokens();
      expectError(await t.flow(thief).refresh(json.refresh_token), 'invalid_grant');
      const next = await flow.refresh(json.refresh_token);
      expect(next.status).toBe(200);
      // A rotated one in foreign hands does not revoke either: the thief is told nothing and can break nothing.
      t.server.clock.advance(11_000);
      expectError(await t.flow(thief).refresh(json.refresh_token), 'invalid_grant');
      expect((await flow.refresh(next.json.refresh_token)).status).toBe(200);
    }));

  test('A043 no kind of token passes for another', async () => {
    const flow = t.flow('web');
    const { json } = await flow.tokens({ scope: 'openid offline_access' });
    const session = flow.agent.cookies('localhost').get('microauth-session') ?? '';
    const kinds = { access: json.access_token, refresh: json.refresh_token, id: json.id_token, session, device: flow.agent.cookies('localhost').get('microauth-device') ?? '' };
    await forEachVariant(Object.entries(kinds), async ([kind, value]) => {
      expect((await flow.userinfo(value)).status).toBe(kind === 'access' ? 200 : 401);
      if (kind !== 'refresh') {
        expectError(await flow.refresh(value), 'invalid_grant');
      }
      if (kind !== 'id') {
        expect((await flow.answer({ id_token_hint: value, prompt: 'none' })).get('error')).toBe('invalid_request');
        expect((await flow.agent.request(`${t.server.issuer}/logout?${encode({ id_token_hint: value })}`)).status).toBe(400);
      }
      expect((await introspect(t.clients.web, value)).json['active']).toBe(kind === 'access' || kind === 'refresh');
      // Nor is any of them a session.
      if (kind !== 'session') {
        const planted = t.flow();
        planted.agent.setCookie('localhost', 'microauth-session', value);
        expect((await planted.answer({ prompt: 'none' })).get('error')).toBe('login_required');
      }
    });
  });

  test('A044 a token that was cut, stretched or respelled', async () => {
    const flow = t.flow();
    const { json } = await flow.tokens();
    const spellings = (token: string) => [
      ...[1, 10, 40, 80].map((length) => token.slice(0, -length)),
      `${token}A`,
      `${token}=`,
      `${token}==`,
      `${token}.`,
      `${token}.x`,
      ` ${token}`,
      `${token}\n`,
      token.toUpperCase(),
      token.replaceAll('.', '=.'),
      token.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
      // The last character of base64url carries spare bits: another one may decode to the same bytes.
      ...['B', 'C', 'D', 'E', 'F', 'G', 'H'].map((letter) => token.slice(0, -1) + letter).filter((spelling) => spelling !== token),
      token.replaceAll('-', '+').replaceAll('_', '/').replace(/$/, '='),
    ].filter((spelling) => spelling !== token);
    await forEachVariant(spellings(json.access_token), async (token) => {
      const page = await send(`${t.server.issuer}/userinfo`, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: encode({ access_token: token }) });
      expect(page.status).toBe(401);
      expect((await introspect(t.clients.web, token)).text).toBe(inactive);
    });
    await forEachVariant(spellings(json.refresh_token), async (token) => {
      expectError(await flow.refresh(token), 'invalid_grant');
    });
    await forEachVariant(spellings(json.id_token), async (token) => {
      expect((await flow.answer({ id_token_hint: token, prompt: 'none' })).get('error')).toBe('invalid_request');
    });
    expect((await flow.userinfo(json.access_token)).status).toBe(200);
    expect((await flow.refresh(json.refresh_token)).status).toBe(200);
  });

  test('A046 revocation: a foreign token is answered 200 and left alone, an own one dies', async () => {
    const flow = t.flow('web');
    const { json } = await flow.tokens();
    const revoke = (client: { id: string; secret: string }, token: string, more = {}) =>
      postToken(`${t.server.issuer}/revoke`, { client_id: client.id, client_secret: client.secret === '' ? undefined : client.secret, token, ...more });
    for (const token of [json.access_token, json.refresh_token]) {
      for (const client of [t.clients.web2, t.clients.spa, t.clients.native]) {
        expect((await revoke(client, token, { token_type_hint: 'refresh_token' })).status).toBe(200);
      }
      // The tenant next door does not even know the client.
      expect((await postToken(`${t.other.issuer}/revoke`, { client_id: 'shared', token })).status).toBe(200);
      expectError(await revoke({ id: t.clients.web.id, secret: 'wrong secret' }, token), 'invalid_client', 401);
      expectError(await revoke({ id: t.clients.web.id, secret: '' }, token), 'invalid_client', 401);
    }
    expect((await flow.userinfo(json.access_token)).status).toBe(200);
    await revoke(t.clients.web, json.refresh_token, { token_type_hint: 'access_token' });
    expect((await flow.userinfo(json.access_token)).status).toBe(401);
    expect((await introspect(t.clients.web, json.access_token)).text).toBe(inactive);
  });

  test('A047 introspection tells nobody anything about what is not theirs', async () => {
    await t.server.resource({ identifier: 'https://api.example/', clientId: t.clients.web2.id });
    const { json } = await t.flow('web').tokens();
    const there = await t.other.client({ type: 'web', redirectUris: [redirectUri] });
    const random = `eyJhbGciOiJFUzI1NiJ9.${'A'.repeat(100)}.${'A'.repeat(86)}`;
    await forEachVariant([json.access_token, json.refresh_token, json.id_token, random, 'x'], async (token) => {
      expect((await introspect(t.clients.web2, token)).text).toBe(inactive);
      expect((await introspect(there, token, t.other.issuer)).text).toBe(inactive);
      expectError(await introspect(t.clients.spa, token), 'invalid_client', 401);
    });
    // A signed answer would carry more than the caller may know.
    const signed = await postToken(`${t.server.issuer}/introspect`, { client_id: t.clients.web2.id, client_secret: t.clients.web2.secret, token: json.access_token }, { accept: 'application/token-introspection+jwt' });
    expect([signed.text, signed.headers['content-type']]).toEqual([inactive, 'application/json']);
  });

  test('A049 the audience is what was granted, exactly', async () => {
    await t.server.resource({ identifier: 'https://one.example/' });
    await t.server.resource({ identifier: 'https://two.example/' });
    const flow = t.flow();
    for (const resource of ['https://two.example/x', 'https://two.example', 'https://two.example/#x', 'https://TWO.example/', 'https://one.example/ https://two.example/', '*', `https://unregistered.example/`]) {
      expect((await flow.answer({ resource })).get('error')).toBe('invalid_target');
    }
    const code = await flow.code({ resource: 'https://one.example/' });
    expectError(await flow.redeem(code, { resource: 'https://two.example/' }), 'invalid_target');
    const { json } = await flow.redeem(code);
    expect(payloadOf(json.access_token)['aud']).toBe('https://one.example/');
    expectError(await flow.refresh(json.refresh_token, { resource: ['https://one.example/', 'https://two.example/'] }), 'invalid_target');
  });

  test('A050 an access token in the URL, or twice', async () => {
    const flow = t.flow();
    const { json } = await flow.tokens();
    const header = { authorization: `Bearer ${json.access_token}` };
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const body = encode({ access_token: json.access_token });
    const url = `${t.server.issuer}/userinfo`;
    await forEachVariant(
      [
        await send(`${url}?access_token=${json.access_token}`),
        await send(`${url}?access_token=${json.access_token}`, { headers: header }),
        await send(`${url}?access_token=`, { headers: header }),
        await send(url, { method: 'POST', headers: { ...form, ...header }, body }),
        await send(url, { method: 'POST', headers: form, body: `${body}&${body}` }),
        await send(url, { headers: { authorization: `Bearer ${json.access_token}, Bearer ${json.access_token}` } }),
        // A body belongs to a POST.
        await send(url, { method: 'GET', headers: { ...form, 'content-length': String(body.length) }, body }),
      ],
      (page) => {
        expect([400, 401]).toContain(page.status);
      },
    );
    expect((await send(url, { headers: header })).status).toBe(200);
  });

  test('A053 a new password ends every session and everything that was granted', async () => {
    const email = 'changes-password@example.com';
    const user = await t.server.user({ email });
    const [laptop, phone] = [t.flow(), t.flow()];
    const first = await laptop.tokens({}, email);
    const offline = await phone.tokens({ scope: 'openid offline_access' }, email);
    const code = await phone.code();
    unwrap(await setUserPassword(t.server.admin, t.server.record.id, user.id, t.secret('an altogether new password')));
    for (const { json } of [first, offline]) {
      expect((await laptop.userinfo(json.access_token)).status).toBe(401);
      expectError(await laptop.refresh(json.refresh_token), 'invalid_grant');
    }
    expectError(await phone.redeem(code), 'invalid_grant');
    expect((await laptop.answer({ prompt: 'none' })).get('error')).toBe('login_required');
    expect((await laptop.signIn(await laptop.authorize(), email, password)).status).toBe(401);
    expect((await laptop.signIn(await laptop.authorize(), email, 'an altogether new password')).status).toBe(303);
  });

  test('A053 a disabled user is out everywhere at once', async () => {
    const email = 'gets-disabled@example.com';
    const user = await t.server.user({ email });
    const flow = t.flow();
    const { json } = await flow.tokens({ scope: 'openid offline_access' }, email);
    const [code, page] = [await flow.code(), await flow.authorize({ prompt: 'consent' })];
    unwrap(await setUserEnabled(t.server.admin, t.server.record.id, user.id, false));
    expect((await flow.userinfo(json.access_token)).status).toBe(401);
    expectError(await flow.refresh(json.refresh_token), 'invalid_grant');
    expectError(await flow.redeem(code), 'invalid_grant');
    expect((await flow.answer({ prompt: 'none' })).get('error')).toBe('login_required');
    expect((await flow.agent.submit(page, { decision: 'allow' }, redirectUri)).headers['location']).toBeUndefined();
    const again = t.flow();
    expect((await again.signIn(await again.authorize(), email)).status).toBe(401);
  });
});
