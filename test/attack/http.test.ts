import { once } from 'node:events';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answerOf, encode, Flow, postToken, redirectUri } from '../support/flow.ts';
import { sendRaw, statusOf } from '../support/raw.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { readForm, send } from '../support/user-agent.ts';
import { expectError, expectPage, forEachVariant, target } from './target.ts';

const formType = { 'content-type': 'application/x-www-form-urlencoded' };

describe('K. HTTP, parsing, resources, logs', () => {
  const t = target();
  const tokenUrl = () => `${t.server.issuer}/token`;
  const post = (path: string, body: string | Buffer, headers: Record<string, string> = {}) => send(`${t.server.issuer}${path}`, { method: 'POST', headers: { ...formType, ...headers }, body });
  const raw = (head: readonly string[], body = '') => sendRaw(t.server.port, `${head.join('\r\n')}\r\nHost: localhost:${t.server.port}\r\nConnection: close\r\n\r\n${body}`);

  /** Runs it and fails when it takes longer than a hang guard. */
  async function promptly<Value>(work: () => Promise<Value>): Promise<Value> {
    const startedAt = performance.now();
    const value = await work();
    expect(performance.now() - startedAt).toBeLessThan(20_000);
    return value;
  }

  test('A153 parameter names and values that other parsers make objects of are just text', async () => {
    const flow = t.flow();
    const names = ['__proto__', '__proto__[client_id]', 'constructor.prototype', 'constructor[prototype][x]', 'client_id[]', 'client_id[$ne]', 'scope[]', 'scope[x]', 'toString', 'hasOwnProperty'];
    for (const name of names) {
      expect((await flow.answer({ [name]: 'evil' })).has('code')).toBe(true);
      expectError(await postToken(tokenUrl(), { [name]: 'authorization_code' }), 'invalid_request');
    }
    for (const value of ['{"$ne":null}', '[object Object]', '__proto__', 'null', 'undefined', 'NaN', '1e400', 'true', '[]', '{}']) {
      expectPage(await send(flow.authorizationUrl({ client_id: value })));
      expectError(await postToken(tokenUrl(), { grant_type: value }), 'unsupported_grant_type');
      expectError(await postToken(tokenUrl(), { grant_type: 'refresh_token', refresh_token: value.slice(0, 10), client_id: t.clients.spa.id }), 'invalid_grant');
    }
    expect(({} as Record<string, unknown>)['client_id']).toBeUndefined();
  });

  test('A153 JSON in the claims parameter', () =>
    forEachVariant(
      [
        ['{"__proto__":{"userinfo":{}}}', null],
        ['{"userinfo":{"__proto__":{"essential":true},"constructor":{"prototype":{"x":1}}}}', null],
        ['{"userinfo":{"name":null},"userinfo":{"email":null}}', null],
        ['{"id_token":{"sub":{"value":"x"}},"id_token":{}}', null],
        ['{"userinfo":[]}', 'invalid_request'],
        ['{"userinfo":{"name":NaN}}', 'invalid_request'],
        ['{"userinfo":{"name":{"value":1e400}}}', null],
        ['{"userinfo":{"name":true}}', 'invalid_request'],
        ['"x"', 'invalid_request'],
        [`${'{"a":'.repeat(300)}1${'}'.repeat(300)}`, null],
        [`${'['.repeat(1000)}${']'.repeat(1000)}`, 'invalid_request'],
      ] as const,
      async ([claims, error]) => {
        const flow = t.flow();
        const answer = await flow.answer({ claims });
        expect(answer.get('error')).toBe(error);
        if (error === null) {
          const { json } = await flow.redeem(answer.get('code') ?? '');
          expect((await flow.userinfo(json.access_token)).status).toBe(200);
        }
      },
    ));

  test('A154 bodies: too long, too many, packed, in parts', async () => {
    for (const path of ['/token', '/authorize', '/sign-in', '/userinfo', '/logout', '/consent', '/introspect', '/revoke']) {
      const length = 10 * 1024 * 1024;
      const announced = await promptly(() => raw([`POST ${path} HTTP/1.1`, 'Content-Type: application/x-www-form-urlencoded', `Content-Length: ${length}`], 'a='));
      expect([path, statusOf(announced)]).toEqual([path, 413]);
      const chunk = `10000\r\n${'a'.repeat(0x10000)}\r\n`;
      const chunked = await promptly(() => raw([`POST ${path} HTTP/1.1`, 'Content-Type: application/x-www-form-urlencoded', 'Transfer-Encoding: chunked'], `${chunk.repeat(4)}0\r\n\r\n`));
      expect([path, statusOf(chunked)]).toEqual([path, 413]);
      expect((await post(path, gzipSync('grant_type=x'), { 'content-encoding': 'gzip' })).status).toBe(415);
      expect((await post(path, '--x\r\n\r\n--x--', { 'content-type': 'multipart/form-data; boundary=x' })).status).toBe(415);
      expect((await post(path, '{}', { 'content-type': 'application/json' })).status).toBe(415);
    }
  });

  test('A154 a body that is many parameters is read once, in linear time', async () => {
    for (const body of ['a&'.repeat(32_000), '&'.repeat(64_000), 'a=b&'.repeat(16_000), '='.repeat(64_000), '%'.repeat(64_000), 'scope=a&'.repeat(8_000), '+'.repeat(64_000), 'resource=x&'.repeat(5_900)]) {
      expect((await promptly(() => post('/token', body))).status).toBe(400);
      expectPage(await promptly(() => post('/authorize', body)));
    }
  });

  test('A154 headers and URLs: refused at the limit, never cut', async () => {
    const flow = t.flow();
    for (const head of [
      [`GET /authorize?${'a'.repeat(64 * 1024)} HTTP/1.1`],
      ['GET / HTTP/1.1', `X-Large: ${'a'.repeat(64 * 1024)}`],
      ['GET / HTTP/1.1', `Cookie: ${'microauth-session=x; '.repeat(4_000)}`],
      ['GET / HTTP/1.1', ...Array.from({ length: 3_000 }, (_, index) => `X-${index}: ${'a'.repeat(20)}`)],
    ]) {
      const answer = await promptly(() => raw(head));
      expect([0, 400, 431]).toContain(statusOf(answer));
    }
    for (const [name, length] of [['state', 5_000], ['nonce', 2_000], ['scope', 5_000], ['redirect_uri', 5_000], ['client_id', 5_000], ['code_challenge', 5_000], ['login_hint', 5_000], ['claims', 9_000], ['id_token_hint', 20_000]] as const) {
      expectPage(await promptly(() => send(flow.authorizationUrl({ [name]: 'a'.repeat(length) }))));
    }
  });

  test('A154 scopes: very many, in linear time', async () => {
    const flow = t.flow();
    expect((await promptly(() => flow.answer({ scope: `openid ${'a '.repeat(1_000)}` }))).has('code')).toBe(true);
    expect((await promptly(() => flow.answer({ scope: `openid${' '.repeat(2_000)}` }))).has('code')).toBe(true);
    const many = Array.from({ length: 10_000 }, (_, index) => `s${index}`).join(' ');
    expectError(await promptly(() => flow.refresh('x', { scope: many })), 'invalid_request');
  });

  test('A156 confused methods and types', async () => {
    for (const [method, path] of [['GET', '/token'], ['PUT', '/token'], ['HEAD', '/token'], ['POST', '/jwks'], ['DELETE', '/userinfo'], ['TRACE', '/token'], ['GET', '/introspect'], ['GET', '/revoke'], ['PATCH', '/authorize'], ['PUT', '/sign-in'], ['GET', '/logout/confirm']] as const) {
      const page = await send(`${t.server.issuer}${path}`, { method });
      expect([method, path, page.status]).toEqual([method, path, 405]);
      expect(page.headers['allow']).toMatch(/^(GET|POST)/);
      expect(page.text).not.toContain('TRACE');
    }
    const form = encode({ grant_type: 'client_credentials', client_id: t.clients.web.id, client_secret: t.clients.web.secret });
    for (const type of ['text/plain', 'application/json', 'application/x-www-form-urlencoded; charset=utf-7', 'application/x-www-form-urlencoded; charset=utf-16', 'application/x-www-form-urlencoded; charset=utf-8; charset=utf-16', 'application/x-www-form-urlencodedx', 'multipart/form-data', '']) {
      expect([400, 415]).toContain((await post('/token', form, { 'content-type': type })).status);
    }
    for (const header of ['x-http-method-override', 'x-http-method', 'x-method-override', '_method']) {
      expect((await send(`${t.server.issuer}/token?_method=POST`, { headers: { [header]: 'POST' } })).status).toBe(405);
    }
  });

  test('A156 smuggling: two lengths, a length and chunks, bare line ends', async () => {
    const form = 'grant_type=x';
    const type = 'Content-Type: application/x-www-form-urlencoded';
    await forEachVariant(
      [
        ['POST /token HTTP/1.1', type, `Content-Length: ${form.length}`, 'Content-Length: 3'],
        ['POST /token HTTP/1.1', type, `Content-Length: ${form.length}`, 'Transfer-Encoding: chunked'],
        ['POST /token HTTP/1.1', type, 'Transfer-Encoding: chunked, identity'],
        ['POST /token HTTP/1.1', type, 'Content-Length: -1'],
        ['POST /token HTTP/1.1', type, 'Content-Length: 1e1'],
        ['POST /token HTTP/1.1', type, `Content-Length : ${form.length}`],
        ['POST /token HTTP/9.9', type],
        ['POST  /token HTTP/1.1', type],
        ['\x00GET / HTTP/1.1'],
        ['GET /\x00 HTTP/1.1'],
      ],
      async (head) => {
        const answer = await promptly(() => raw(head, form));
        expect(statusOf(answer)).toBe(400);
        expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
      },
    );
  });

  test('A154 a body that never arrives whole is the caller’s mistake, and no alarm', async () => {
    for (const [head, body] of [
      [['POST /token HTTP/1.1', 'Content-Type: application/x-www-form-urlencoded', 'Transfer-Encoding: chunked'], 'zz\r\n'],
      [['POST /sign-in HTTP/1.1', 'Content-Type: application/x-www-form-urlencoded', 'Transfer-Encoding: chunked'], '3\r\na=b\r\nzz\r\n'],
    ] as const) {
      expect(statusOf(await promptly(() => raw(head, body)))).toBe(400);
    }
    // Hanging up in the middle.
    const socket = connect(t.server.port, '127.0.0.1');
    socket.end(`POST /token HTTP/1.1\r\nHost: localhost:${t.server.port}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\ngrant`);
    socket.resume();
    await once(socket, 'close');
    expect((await send(`${t.server.issuer}/jwks`)).status).toBe(200);
    expect(t.server.log()).toContain('"reason":"body_incomplete"');
    expect(t.server.log()).not.toContain('"level":50');
  });

  test('A158 texts that make naive patterns slow', async () => {
    const flow = t.flow();
    for (const uri of [`https://[${':'.repeat(2000)}`, `http://127.0.0.1:${'1'.repeat(1900)}/`, `http://localhost${'/'.repeat(1900)}`, `com.${'a.'.repeat(900)}:/`, '('.repeat(2000), `https://${'a-'.repeat(900)}.example/`]) {
      expectPage(await promptly(() => send(flow.authorizationUrl({ redirect_uri: uri }))));
      expectPage(await promptly(() => send(new Flow(t.server.issuer, t.clients.native).authorizationUrl({ redirect_uri: uri }))));
    }
    for (const change of [{ scope: `${'a'.repeat(1000)} `.repeat(2) }, { ui_locales: 'a-'.repeat(250) }, { acr_values: ' '.repeat(500) }, { resource: `${'a'.repeat(250)}:${'%'.repeat(250)}` }, { max_age: '9'.repeat(500) }]) {
      await promptly(() => send(flow.authorizationUrl(change)));
    }
    const page = await flow.authorize();
    for (const email of [`a@${'a.'.repeat(150)}`, 'a@'.repeat(160), `${'\u0130'.repeat(300)}@x`, '\0@\0', '\uD800@x', `${' '.repeat(300)}@`]) {
      expect((await promptly(() => flow.signIn(page, email, 'wrong password'))).status).toBe(401);
    }
  });

  test('A158 names chosen to collide', async () => {
    const body = Array.from({ length: 3_000 }, (_, index) => `${'Aa'.repeat(index % 7)}${'BB'.repeat(6 - (index % 7))}=${index}`).join('&');
    expect((await promptly(() => post('/token', body))).status).toBe(400);
  });

  test('A159 unauthenticated requests leave nothing behind', async () => {
    const database = new DatabaseSync(t.server.config.databaseUrl.slice('sqlite:'.length), { readOnly: true });
    const tables = (database.prepare(`SELECT name FROM sqlite_master WHERE type = 'table'`).all() as { name: string }[]).map((row) => row.name);
    const count = () => Object.fromEntries(tables.map((name) => [name, (database.prepare(`SELECT count(*) AS n FROM "${name}"`).get() as { n: number }).n]));
    const before = count();
    expect(tables.length).toBeGreaterThan(5);
    for (let times = 0; times < 100; times += 1) {
      await t.flow().authorize({ state: `state number ${times}` });
    }
    await post('/token', encode({ grant_type: 'authorization_code', code: 'code_x', client_id: t.clients.spa.id }));
    await post('/revoke', encode({ token: 'x', client_id: t.clients.spa.id }));
    await send(`${t.server.issuer}/logout`);
    expect(count()).toEqual(before);
    database.close();
  });

  test('A159 what has expired is swept', async () => {
    const flow = t.flow();
    const { json } = await flow.tokens();
    await postToken(`${t.server.issuer}/revoke`, { client_id: t.clients.spa.id, token: json.access_token });
    await flow.signIn(await t.flow().authorize(), 'nobody@example.com', 'wrong password');
    t.server.clock.advance(20 * 86_400_000);
    const report = await t.server.store.sweep(t.server.clock.now(), 1000);
    for (const table of ['grants', 'sessions', 'revoked_access_tokens', 'budgets']) {
      expect([table, report[table] ?? 0]).not.toEqual([table, 0]);
    }
    expect(Object.values(await t.server.store.sweep(t.server.clock.now(), 1000)).every((deleted) => deleted === 0)).toBe(true);
  });

  test('A162 nobody writes lines into the log', async () => {
    const evil = '\n{"level":30,"event":"forged"}\r\n\u001b[31mred\u001b[0m\u2028';
    const flow = t.flow();
    await flow.signIn(await flow.authorize(), evil, evil);
    await flow.agent.request(flow.authorizationUrl({ client_id: evil, redirect_uri: evil, scope: evil }));
    await flow.agent.request(flow.authorizationUrl({ redirect_uri: evil }));
    await postToken(tokenUrl(), { grant_type: evil, client_id: evil }, { 'user-agent': 'a\tb \u00ff' });
    await postToken(tokenUrl(), { grant_type: 'refresh_token', refresh_token: 'x' }, { authorization: `Basic ${Buffer.from(`${evil}:${evil}`).toString('base64')}` });
    await send(`${t.server.issuer}/${encodeURIComponent(evil)}`);
    const lines = t.server.log().trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { event: string }).event)).not.toContain('forged');
    expect(t.server.log()).not.toContain('\u001b');
    // Nor does one request fill it: what callers sent is cut.
    await postToken(tokenUrl(), {}, { authorization: `Basic ${Buffer.from(`${'i'.repeat(15_000)}:x`).toString('base64')}` });
    expect(Math.max(...t.server.log().split('\n').map((line) => line.length))).toBeLessThan(2_000);
  });
});

describe('K. a flood from many addresses', () => {
  const t = target({ trustedProxies: ['127.0.0.1'] });

  test('A161 a flood of sign-ins costs sign-ins and nothing else', async () => {
    t.expectOverload();
    const forms = await Promise.all(
      Array.from({ length: 250 }, async () => {
        const flow = t.flow();
        return { flow, form: readForm(await flow.authorize()) };
      }),
    );
    let judged = 0;
    const flood = Promise.all(
      forms.map(async ({ flow, form }, index) => {
        const page = await flow.agent.request(form.action, {
          method: 'POST',
          headers: { ...formType, 'x-forwarded-for': `198.51.100.${index}` },
          body: encode({ ...form.fields, email: `flood${index}@example.com`, password: 'wrong password' }),
        });
        judged += page.status === 401 ? 1 : 0;
        return page;
      }),
    );
    const others = await Promise.all(Array.from({ length: 20 }, () => send(`${t.server.issuer}/jwks`)));
    // They came later and were answered while passwords were still being judged.
    const judgedBefore = judged;
    expect(others.every((page) => page.status === 200)).toBe(true);
    // Early refusal, each with a page of its own, instead of a queue without an end.
    const pages = await flood;
    expect(judged).toBeGreaterThan(judgedBefore);
    expect(pages.filter((page) => page.status !== 401 && page.status !== 503)).toEqual([]);
    const refused = pages.filter((page) => page.status === 503);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.every((page) => Number(page.headers['retry-after']) > 0)).toBe(true);
  });
});

describe('H. guessing from behind a trusted proxy', () => {
  const t = target({ trustedProxies: ['127.0.0.1'] });

  test.each([
    { by: 'ports that the proxy writes behind the address', from: (index: number) => `198.51.100.7:${40_000 + index}` },
    { by: 'ports, over IPv6', from: (index: number) => `[2001:db8::7]:${40_000 + index}` },
    { by: 'spellings', from: (index: number) => ['192.0.2.7', '::ffff:192.0.2.7', '::FFFF:192.0.2.7', '[::ffff:192.0.2.7]:1'][index % 4] ?? '' },
    { by: 'the many IPv6 addresses of one network', from: (index: number) => `2001:db8:1:2::${index.toString(16)}` },
    { by: 'spellings of an IPv6 address', from: (index: number) => ['2001:db8:0:9::1', '2001:DB8:0:9::1', '2001:0db8::9:0:0:0:1', '2001:db8:0:9:0:0:0:1'][index % 4] ?? '' },
  ])('A122 one machine stays one machine: $by', async ({ from, by }) => {
    const flow = t.flow();
    const form = readForm(await flow.authorize());
    const guess = (index: number) =>
      flow.agent.request(form.action, {
        method: 'POST',
        headers: { ...formType, 'x-forwarded-for': from(index) },
        body: encode({ ...form.fields, email: `${by.length}@example.com`, password: 'wrong password' }),
      });
    const statuses: number[] = [];
    for (let index = 0; index < 11; index += 1) {
      statuses.push((await guess(index)).status);
    }
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), 429]);
  });
});

describe('K. when the server itself is broken', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.stop());

  test('A162 the caller learns a reference, the operator everything but the secrets', async () => {
    const client = await server.client({ type: 'web', redirectUris: [redirectUri] });
    await server.user();
    const flow = new Flow(server.issuer, client);
    const code = await flow.code();
    const page = await flow.authorize({ prompt: 'login' });
    const database = new DatabaseSync(server.config.databaseUrl.slice('sqlite:'.length));
    database.exec('ALTER TABLE grants RENAME TO grants_lost; ALTER TABLE sessions RENAME TO sessions_lost');
    const [token, authorize] = [await flow.redeem(code), await flow.agent.request(flow.authorizationUrl())];
    const signIn = await flow.agent.request(page.url);
    database.exec('ALTER TABLE grants_lost RENAME TO grants; ALTER TABLE sessions_lost RENAME TO sessions');
    database.close();

    expect([token.status, token.json['error']]).toEqual([500, 'server_error']);
    const reference = /req_[\w-]+/.exec(String(token.json['error_description']))?.[0] ?? 'none';
    for (const answer of [token, authorize, signIn]) {
      expect(answer.status).toBe(500);
      expect(answer.headers['cache-control']).toBe('no-store');
      expect(answer.text).not.toMatch(/sqlite|grants|sessions|no such table|at .*\.ts|node:/i);
    }
    const log = server.log();
    const entry = log.split('\n').find((line) => line.includes(reference) && line.includes('server_error')) ?? '{}';
    expect(JSON.parse(entry)).toMatchObject({ event: 'server_error', err: { message: expect.stringContaining('no such table') as string, stack: expect.any(String) as string } });
    for (const secret of [code, client.secret, flow.pkce.verifier, readForm(page).fields['interaction'] ?? '']) {
      expect(log).not.toContain(secret);
    }
    // The failed redemption took nothing with it.
    expect((await flow.redeem(code)).status).toBe(200);
    expect(answerOf(await flow.authorize({ prompt: 'none' })).has('code')).toBe(true);
  });
});
