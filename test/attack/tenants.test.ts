import { describe, expect, test } from 'vitest';
import { createClient } from '../../src/admin/clients.ts';
import { createTenant, deleteTenant } from '../../src/admin/tenants.ts';
import { createUser } from '../../src/admin/users.ts';
import { encode, Flow, payloadOf, postToken, redirectUri } from '../support/flow.ts';
import { sendRaw, statusOf } from '../support/raw.ts';
import { unwrap } from '../support/server.ts';
import { readForm, send } from '../support/user-agent.ts';
import { expectError, expectPage, forEachVariant, target } from './target.ts';

describe('E. issuer, discovery, tenants', () => {
  const t = target();
  const discovery = '/.well-known/openid-configuration';
  const raw = (request: readonly string[]) => sendRaw(t.server.port, `${request.join('\r\n')}\r\nConnection: close\r\n\r\n`);

  test('A071 no header moves the issuer', async () => {
    const expected = (await send(`${t.server.issuer}${discovery}`)).text;
    const headers = [
      { 'x-forwarded-host': 'evil.example' },
      { 'x-forwarded-proto': 'https' },
      { 'x-forwarded-port': '1' },
      { 'x-forwarded-prefix': '/evil' },
      { forwarded: 'host=evil.example;proto=https' },
      { 'x-host': 'evil.example' },
      { 'x-original-url': '/evil' },
      { 'x-rewrite-url': '/evil' },
      { 'x-forwarded-host': `other.localhost:${t.server.port}` },
      { host: 'localhost' },
      { host: 'localhost:1' },
      { host: 'LOCALHOST' },
    ];
    await forEachVariant(headers, async (change) => {
      const page = await send(`${t.server.issuer}${discovery}`, { headers: change });
      expect([page.status, page.text]).toEqual([200, expected]);
    });
    const flow = t.flow();
    const page = await flow.agent.request(flow.authorizationUrl(), { headers: { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' } });
    expect(page.headers['location']).toMatch(/^\/sign-in\?/);
  });

  test('A071 an unknown, missing, doubled or malformed host leads nowhere', async () => {
    const hosts = ['evil.example', 'localhost.evil.example', 'localhost.', 'xlocalhost', 'localhost:x', 'localhost:123456', 'localhost@evil.example', 'evil.example#localhost', 'localhost/..', 'localhost evil', '127.0.0.1', '[::1]', '-', "localhost' OR 1=1--", 'localhost%00', `${'a'.repeat(300)}.localhost`];
    await forEachVariant(hosts, async (host) => {
      expect([400, 404]).toContain(statusOf(await raw([`GET ${discovery} HTTP/1.1`, `Host: ${host}`])));
    });
    const own = `Host: localhost:${t.server.port}`;
    await forEachVariant(
      [
        [`GET ${discovery} HTTP/1.1`],
        [`GET ${discovery} HTTP/1.1`, 'Host:'],
        [`GET ${discovery} HTTP/1.1`, own, 'Host: evil.example'],
        [`GET ${discovery} HTTP/1.1`, 'Host: evil.example', own],
        [`GET ${discovery} HTTP/1.1`, own, `Host: other.localhost:${t.server.port}`],
        [`GET ${discovery} HTTP/1.1`, own, ` evil.example`],
        [`GET http://evil.example${discovery} HTTP/1.1`, own],
        [`GET http://other.localhost:${t.server.port}${discovery} HTTP/1.1`, own],
        [`GET HTTP://evil.example${discovery} HTTP/1.1`, own],
        [`GET http://localhost@evil.example${discovery} HTTP/1.1`, own],
        [`GET https://evil.example${discovery} HTTP/1.1`, own],
      ],
      async (request) => {
        const answer = await raw(request);
        expect([400, 404]).toContain(statusOf(answer));
        expect(answer).not.toContain('"issuer"');
      },
    );
  });

  test('A071 odd request targets stay within the tenant', () =>
    forEachVariant([`http://localhost:${t.server.port}${discovery}`, `//evil.example${discovery}`, `/x/..${discovery}`, '*', '/%2e%2e/%2e%2e/etc/passwd', '/..%2f..%2fetc/passwd', '/\\evil.example', '/%', '/%ff', '/assets/../../package.json', '/assets/%2e%2e/%2e%2e/package.json', '/?%', '//', '/.well-known/../jwks'], async (path) => {
      const answer = await raw([`GET ${path} HTTP/1.1`, `Host: localhost:${t.server.port}`]);
      expect([200, 400, 404]).toContain(statusOf(answer));
      expect(answer).not.toMatch(/"scripts"|root:|^location:/im);
      if (answer.includes('"issuer"')) {
        expect(answer).toContain(`"issuer":"${t.server.issuer}"`);
      }
    }));

  test('A073 a client of the tenant next door is an unknown client, by the same words', async () => {
    const local = await t.other.client({ type: 'web', redirectUris: [redirectUri] });
    const neutral = (text: string, id: string) => text.replaceAll(id, 'ID').replaceAll(/req_[\w-]+/g, 'REQ');
    const shown = async (id: string) => {
      const page = await send(new Flow(t.server.issuer, { id, secret: '' }).authorizationUrl());
      expectPage(page);
      return neutral(page.text, id);
    };
    expect(await shown(local.id)).toBe(await shown('client_of_nobody_at_all_xx'));
    for (const path of ['token', 'revoke', 'introspect']) {
      const ask = async (id: string) => {
        const answer = await postToken(`${t.server.issuer}/${path}`, { grant_type: 'client_credentials', client_id: id, client_secret: local.secret, token: 'x' });
        return [answer.status, answer.text];
      };
      expect(await ask(local.id)).toEqual(await ask('client_of_nobody'));
      expect((await ask(local.id))[0]).toBe(401);
    }
    expectPage(await send(`${t.server.issuer}/logout?${encode({ client_id: local.id, post_logout_redirect_uri: 'https://rp.example/signed-out' })}`));
  });

  test('A073 one client id in two tenants: codes and tokens of one are nothing in the other', async () => {
    const here = t.flow('shared');
    const there = t.flow('otherShared');
    const code = await there.code({ code_challenge: here.pkce.challenge });
    expectError(await here.redeem(code), 'invalid_grant');
    const { json } = await there.redeem(code, { code_verifier: here.pkce.verifier });
    expect((await here.userinfo(json.access_token)).status).toBe(401);
    expectError(await here.refresh(json.refresh_token), 'invalid_grant');
    expect((await here.answer({ id_token_hint: json.id_token, prompt: 'none' })).get('error')).toBe('invalid_request');
    expectPage(await here.agent.request(`${t.server.issuer}/logout?${encode({ id_token_hint: json.id_token })}`));
    expect((await postToken(`${t.server.issuer}/revoke`, { client_id: 'shared', token: json.refresh_token })).status).toBe(200);
    expect((await there.userinfo(json.access_token)).status).toBe(200);
    expect((await there.refresh(json.refresh_token)).status).toBe(200);
  });

  test('A074 a session of one tenant is none in another, whoever copies the cookie', async () => {
    const here = t.flow('shared');
    const mine = (await here.tokens()).json;
    const there = t.flow('otherShared');
    expect((await there.answer({ prompt: 'none' })).get('error')).toBe('login_required');
    for (const [name, value] of here.agent.cookies('localhost')) {
      there.agent.setCookie('other.localhost', name, value);
    }
    expect((await there.answer({ prompt: 'none' })).get('error')).toBe('login_required');
    expect((await there.authorize()).url.pathname).toBe('/sign-in');
    // The same address in both tenants is two people.
    const theirs = (await t.flow('otherShared').tokens()).json;
    expect(payloadOf(theirs.id_token)['email']).toBe(payloadOf(mine.id_token)['email']);
    expect(payloadOf(theirs.id_token)['sub']).not.toBe(payloadOf(mine.id_token)['sub']);
  });

  test('A074 a half-finished sign-in of one tenant opens nothing in another', async () => {
    const here = t.flow('shared');
    const page = await here.authorize();
    const { fields } = readForm(page);
    const there = t.flow('otherShared');
    const bound = [...here.agent.cookies('localhost')].filter(([name]) => name.startsWith('microauth-browser-'));
    expect(bound.length).toBe(1);
    for (const [name, value] of bound) {
      there.agent.setCookie('other.localhost', name, value);
    }
    expectPage(await there.agent.request(`${t.other.issuer}/sign-in?${encode({ interaction: fields['interaction'] })}`));
    const posted = await there.agent.request(`${t.other.issuer}/sign-in`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: t.other.issuer },
      body: encode({ interaction: fields['interaction'], email: 'user1@example.com', password: 'x' }),
    });
    expectPage(posted);
  });

  test('A077 mix-up: every answer says whose it is', async () => {
    const metadata = JSON.parse((await send(`${t.server.issuer}${discovery}`)).text) as Record<string, unknown>;
    expect(metadata['authorization_response_iss_parameter_supported']).toBe(true);
    for (const [client, issuer] of [['shared', t.server.issuer], ['otherShared', t.other.issuer]] as const) {
      for (const response_mode of ['query', 'form_post']) {
        const flow = t.flow(client);
        expect((await flow.answer({ prompt: 'none', response_mode })).get('iss')).toBe(issuer);
        expect((await flow.answer({ response_mode })).get('iss')).toBe(issuer);
        expect((await flow.answer({ response_type: 'token', response_mode })).get('iss')).toBe(issuer);
      }
    }
  });

  test('A079 a tenant that was deleted and made again remembers nothing', async () => {
    const { admin } = t.server;
    const first = await t.server.tenant('phoenix');
    const client = await first.client({ type: 'spa', redirectUris: [redirectUri], id: 'app' });
    await first.user();
    const flow = new Flow(first.issuer, client);
    const { json } = await flow.tokens({ scope: 'openid offline_access' });
    const code = await flow.code();
    const page = await flow.authorize({ prompt: 'login' });
    const keys = (await send(`${first.issuer}/jwks`)).text;

    unwrap(await deleteTenant(admin, 'phoenix'));
    for (const path of ['/', '/jwks', discovery, '/authorize', '/sign-in']) {
      expect((await send(`${first.issuer}${path}`)).status).toBe(404);
    }
    const record = unwrap(await createTenant(admin, { name: 'phoenix', domain: 'phoenix.localhost' }));
    expect(record.id).not.toBe(first.record.id);
    expect((await flow.userinfo(json.access_token)).status).toBe(401);
    expectPage(await flow.agent.request(flow.authorizationUrl()));

    // Even with the client of the same id and a user of the same address.
    unwrap(await createClient(admin, record.id, { type: 'spa', name: 'App', id: 'app', redirectUris: [redirectUri] }));
    unwrap(await createUser(admin, record.id, { email: 'user1@example.com', emailVerified: true, password: 'correct horse battery staple', claims: {} }));
    expect((await flow.userinfo(json.access_token)).status).toBe(401);
    expectError(await flow.refresh(json.refresh_token), 'invalid_grant');
    expectError(await flow.redeem(code), 'invalid_grant');
    expect((await flow.answer({ prompt: 'none' })).get('error')).toBe('login_required');
    expectPage(await flow.agent.submit(page, { email: 'user1@example.com', password: 'correct horse battery staple' }));
    expect((await flow.answer({ id_token_hint: json.id_token, prompt: 'none' })).get('error')).toBe('invalid_request');
    const after = (await flow.tokens()).json;
    expect(payloadOf(after.id_token)['sub']).not.toBe(payloadOf(json.id_token)['sub']);
    expect((await send(`${first.issuer}/jwks`)).text).not.toBe(keys);
  });

  test('A081 one person in two tenants has two subjects', async () => {
    const subjects = await Promise.all((['shared', 'otherShared'] as const).map(async (client) => payloadOf((await t.flow(client).tokens()).json.id_token)['sub']));
    expect(new Set(subjects).size).toBe(2);
  });
});

describe('E. behind a trusted proxy', () => {
  const t = target({ trustedProxies: ['127.0.0.1'] });
  const discovery = '/.well-known/openid-configuration';

  test('A071 the forwarded host selects a tenant, and only that: the issuer comes from its row', async () => {
    const host = new URL(t.other.issuer).host;
    const page = await send(`${t.server.issuer}${discovery}`, { headers: { 'x-forwarded-host': host, 'x-forwarded-proto': 'https', 'x-forwarded-port': '1' } });
    expect((JSON.parse(page.text) as { issuer: string }).issuer).toBe(t.other.issuer);
    for (const forwarded of ['evil.example', `localhost, ${host}`, `${host}, localhost`, 'localhost@evil.example', '']) {
      const answer = await send(`${t.server.issuer}${discovery}`, { headers: { 'x-forwarded-host': forwarded } });
      expect([forwarded, answer.status]).toEqual([forwarded, 404]);
    }
    // A proxy that passes on two hosts is no reason to choose one.
    const own = `Host: localhost:${t.server.port}`;
    for (const lines of [[own, 'Host: evil.example'], ['Host: evil.example', own], [own, `X-Forwarded-Host: ${host}`, 'X-Forwarded-Host: evil.example']]) {
      const answer = await sendRaw(t.server.port, `GET ${discovery} HTTP/1.1\r\n${lines.join('\r\n')}\r\nConnection: close\r\n\r\n`);
      expect(statusOf(answer)).toBe(404);
    }
    expect(t.server.log()).toContain(`X-Forwarded-Host: ${host}, evil.example`);
    expect(t.server.log()).toContain(`Host: localhost:${t.server.port}, evil.example`);
  });

  test('RFC 9110 §5.3 the same header from several proxies in a row is that header', async () => {
    const own = `Host: localhost:${t.server.port}`;
    const host = new URL(t.other.issuer).host;
    for (const [lines, issuer] of [
      [[own, own], t.server.issuer],
      [[own, `X-Forwarded-Host: ${host}`, `X-Forwarded-Host: ${host}`], t.other.issuer],
      [[own, `X-Forwarded-Host: ${host}, ${host.toUpperCase()}`], t.other.issuer],
      [[own, 'X-Forwarded-For: 192.0.2.1', 'X-Forwarded-For: 192.0.2.1'], t.server.issuer],
    ] as const) {
      const answer = await sendRaw(t.server.port, `GET ${discovery} HTTP/1.1\r\n${lines.join('\r\n')}\r\nConnection: close\r\n\r\n`);
      expect([lines, statusOf(answer), answer.includes(`"issuer":"${issuer}"`)]).toEqual([lines, 200, true]);
    }
    const body = 'grant_type=client_credentials';
    const form = 'Content-Type: application/x-www-form-urlencoded';
    const basic = `Authorization: Basic ${Buffer.from(`${t.clients.web.id}:${t.secret(t.clients.web.secret)}`).toString('base64')}`;
    const answer = await sendRaw(t.server.port, `POST /token HTTP/1.1\r\n${[own, form, form, basic, basic].join('\r\n')}\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`);
    expect(answer).toContain('unauthorized_client');
  });
});
