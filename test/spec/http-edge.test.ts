import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { walk, demoUser } from '../../src/dev/demo.ts';
import { createRoutes } from '../../src/http/routes.ts';
import { encode, Flow, redirectUri } from '../support/flow.ts';
import { sendRaw, statusOf } from '../support/raw.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { type Page, readForm, send } from '../support/user-agent.ts';

const routes = createRoutes({ walk: { ...walk, user: demoUser }, explains: true });
const paths = [...new Set(routes.map((route) => route.path))];
const concrete = (path: string) => path.replaceAll(/:[a-z]+/g, 'x');
const methodsOf = (path: string) =>
  routes.filter((route) => route.path === path).flatMap((route) => (route.method === 'GET' ? ['GET', 'HEAD'] : [route.method]));
const form = (body: Record<string, string>, headers: Record<string, string> = {}) => ({
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  body: encode(body),
});

describe('what holds for every route', () => {
  let server: TestServer;
  let spa: { id: string; secret: string };
  let thirdParty: { id: string; secret: string };
  let web: { id: string; secret: string };

  beforeAll(async () => {
    server = await startServer({ dev: true });
    const redirectUris = [redirectUri];
    spa = await server.client({ type: 'spa', redirectUris });
    thirdParty = await server.client({ type: 'spa', redirectUris, thirdParty: true });
    web = await server.client({ type: 'web', redirectUris });
    await server.user();
  });
  afterAll(() => server.stop());

  const at = (path: string) => `${server.issuer}${concrete(path)}`;

  test('the table is the one that the server runs', async () => {
    expect(paths.length).toBeGreaterThan(15);
    // Which origins share a tenant's passkeys is answered where there are any (test/spec/webauthn).
    const sometimes = ['/.well-known/webauthn', '/.well-known/assetlinks.json', '/.well-known/apple-app-site-association'];
    for (const route of routes.filter(({ method, path }) => method === 'GET' && !path.includes(':') && !sometimes.includes(path))) {
      expect([route.path, (await send(at(route.path))).status]).not.toEqual([route.path, 404]);
    }
    expect((await send(at('/no-such-path'))).status).toBe(404);
  });

  test.each(paths)('A156 %s: 405 with Allow for every other method', async (path) => {
    const allowed = methodsOf(path);
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND', 'OPTIONS']) {
      const cors = method === 'OPTIONS' && routes.some((route) => route.path === path && route.guard === 'client_cors');
      if (allowed.includes(method) || cors) {
        continue;
      }
      const page = await send(at(path), { method });
      expect([method, page.status]).toEqual([method, 405]);
      expect(String(page.headers['allow']).split(', ').sort()).toEqual([...allowed].sort());
    }
  });

  test('A156: CONNECT and made-up methods do not break the server', async () => {
    const request = (line: string) => sendRaw(server.port, `${line} HTTP/1.1\r\nHost: localhost:${server.port}\r\nConnection: close\r\n\r\n`);
    for (const line of ['CONNECT localhost:443', 'BREW /token', 'get /token', ' /token']) {
      expect(statusOf(await request(line))).toBeLessThan(500);
    }
    expect((await send(at('/jwks'))).status).toBe(200);
  });

  test('A156: X-HTTP-Method-Override is just a header', async () => {
    const page = await send(at('/token'), { headers: { 'x-http-method-override': 'POST' } });
    expect(page.status).toBe(405);
  });

  test('HEAD answers as GET does, without a body', async () => {
    for (const path of ['/jwks', '/.well-known/openid-configuration', '/']) {
      const page = await send(at(path), { method: 'HEAD' });
      expect([page.status, page.text]).toEqual([200, '']);
    }
  });

  test('discovery names only paths that are served, by the method that they take', async () => {
    const metadata = JSON.parse((await send(at('/.well-known/openid-configuration'))).text) as Record<string, unknown>;
    const urls = Object.entries(metadata).filter(([name]) => name.endsWith('_endpoint') || name.endsWith('_uri'));
    expect(urls.length).toBe(7);
    for (const [name, url] of urls) {
      expect([name, paths.includes(new URL(String(url)).pathname)]).toEqual([name, true]);
    }
  });

  test.each(routes.filter((route) => route.guard === 'own_form').map((route) => route.path))('%s takes forms of our own pages only', async (path) => {
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: `${server.issuer}.evil.example` },
      { origin: `https://localhost:${server.port}` },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'cross-site', origin: server.issuer },
      { origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' },
    ]) {
      const page = await send(at(path), form({ interaction: 'x', request: 'x' }, headers));
      expect([JSON.stringify(headers), page.status]).toEqual([JSON.stringify(headers), 403]);
      expect(page.headers['set-cookie']).toBeUndefined();
    }
    // From our own origin it gets as far as the sealed request, or the question who it comes from.
    const own = await send(at(path), form({}, { origin: server.issuer, 'sec-fetch-site': 'same-origin' }));
    expect([own.status, own.headers['location']?.slice(0, 9)]).toEqual(path.startsWith('/account/') ? [303, '/sign-in?'] : [400, undefined]);
  });

  test.each(paths)('A116 CORS at %s', async (path) => {
    const open = routes.filter((route) => route.path === path).every((route) => route.guard === 'client_cors');
    for (const origin of ['https://spa.example', 'null', 'https://rp.example']) {
      const answer = await send(at(path), { method: methodsOf(path)[0] ?? 'GET', headers: { origin } });
      const preflight = await send(at(path), { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } });
      for (const page of [answer, preflight]) {
        expect(page.headers['access-control-allow-origin']).toBe(open ? '*' : undefined);
        expect(page.headers['access-control-allow-credentials']).toBeUndefined();
      }
      expect(preflight.status).toBe(open ? 204 : 405);
    }
  });

  test('A116 CORS: a preflight allows the headers that applications send, Authorization by its name', async () => {
    for (const path of ['/token', '/userinfo', '/revoke', '/jwks', '/.well-known/openid-configuration']) {
      const headers = { origin: 'https://spa.example', 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization,content-type,x-requested-with' };
      const preflight = await send(at(path), { method: 'OPTIONS', headers });
      const allowed = String(preflight.headers['access-control-allow-headers']).toLowerCase().split(', ');
      expect(allowed).toEqual(expect.arrayContaining(['authorization', 'content-type', '*']));
      expect(Number(preflight.headers['access-control-max-age'])).toBeGreaterThan(0);
    }
  });

  describe('no-store', () => {
    test('every answer that carries a credential, and every refusal beside it', async () => {
      const flow = new Flow(server.issuer, web);
      const redirect = await flow.signIn(await flow.authorize());
      const tokens = await flow.tokens();
      const client = { client_id: web.id, client_secret: web.secret };
      const answers: Page[] = [
        redirect,
        await flow.authorize({ response_mode: 'form_post' }),
        await flow.authorize({ response_type: 'token' }),
        tokens,
        await flow.refresh(tokens.json.refresh_token),
        await flow.redeem('nothing'),
        await flow.userinfo(tokens.json.access_token),
        await flow.userinfo('x'),
        await send(at('/introspect'), form({ ...client, token: tokens.json.access_token })),
        await send(at('/revoke'), form({ ...client, token: 'x' })),
        await send(at('/token')),
        await send(at('/token'), { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'x' }),
      ];
      for (const page of answers) {
        expect([page.url.pathname, page.status, page.headers['cache-control']]).toEqual([page.url.pathname, page.status, 'no-store']);
      }
    });
  });

  describe('A164 security headers', () => {
    async function allPages(): Promise<readonly Page[]> {
      const flow = new Flow(server.issuer, thirdParty);
      const signIn = await flow.authorize();
      const failed = await flow.signIn(signIn, 'user1@example.com', 'wrong');
      const consent = await flow.signIn(signIn);
      const select = await flow.authorize({ prompt: 'select_account' });
      const formPost = await new Flow(server.issuer, spa).authorize({ response_mode: 'form_post', prompt: 'none' });
      const confirm = await flow.agent.request(at('/logout'));
      const own = { origin: server.issuer };
      return [
        signIn,
        failed,
        consent,
        select,
        formPost,
        confirm,
        await flow.agent.submit(confirm, { decision: 'sign_out' }),
        await send(at('/')),
        await send(at('/walk')),
        await send(at('/authorize')),
        await send(at('/sign-in')),
        await send(at('/nowhere')),
        await send(`http://unknown.localhost:${server.port}/`),
        await send(at('/sign-in'), form({}, { origin: 'https://evil.example' })),
        await send(at('/sign-in'), form({ interaction: 'x'.repeat(70_000) }, own)),
        await send(at('/consent'), { method: 'POST', headers: { ...own, 'content-type': 'text/plain' }, body: 'x' }),
        await send(at('/assets/none/none.css')),
      ];
    }

    test('what every page is made of is there on the host that served it, even where no tenant lives', async () => {
      for (const page of await allPages()) {
        const hrefs = [...page.text.matchAll(/(?:src|href)="(\/assets\/[^"]*)"/g)].map(([, href]) => href ?? '');
        expect(hrefs.length).toBeGreaterThan(1);
        for (const href of hrefs) {
          expect([href, (await send(new URL(href, page.url).href)).status]).toEqual([href, 200]);
        }
      }
    });

    test('stand on every page, whatever its status', async () => {
      const pages = await allPages();
      expect(pages.map((page) => page.status)).toEqual([200, 401, 200, 200, 200, 200, 200, 200, 200, 400, 400, 404, 404, 403, 413, 415, 404]);
      for (const page of pages) {
        const { headers } = page;
        const where = `${page.status} ${page.url.pathname}`;
        expect(headers['content-type'], where).toBe('text/html; charset=utf-8');
        expect(headers['cache-control'], where).toBe('no-store');
        expect(headers['x-frame-options'], where).toBe('DENY');
        expect(headers['x-content-type-options'], where).toBe('nosniff');
        expect(headers['referrer-policy'], where).toBe('same-origin');
        expect(headers['cross-origin-opener-policy'], where).toBe('same-origin');
        expect(headers['permissions-policy'], where).toContain('camera=()');
        expect(headers['access-control-allow-origin'], where).toBeUndefined();
        const policy = String(headers['content-security-policy']);
        expect(policy, where).toMatch(/^default-src 'none';/);
        expect(policy, where).toContain("frame-ancestors 'none'");
        expect(policy, where).toContain("base-uri 'none'");
        expect(policy, where).not.toMatch(/unsafe|\*/);
        // Nothing inline could run, and nothing is loaded from elsewhere.
        expect(page.text, where).not.toMatch(/<script(?![^>]* src="\/assets\/)|<style|\sstyle=|\son\w+=/);
        expect(page.text.match(/(?:src|<link[^>]*href)="(?!\/assets\/)[^"]*"/g) ?? [], where).toEqual([]);
      }
    });

    test('A015: after a password there is a 303, never a 307 or 308', async () => {
      const flow = new Flow(server.issuer, spa);
      const page = await flow.signIn(await flow.authorize());
      expect(page.status).toBe(303);
      expect(page.text).toBe('');
    });
  });

  describe('cookies', () => {
    test('over http: host-only, HttpOnly, Lax', async () => {
      const flow = new Flow(server.issuer, spa);
      const page = await flow.signIn(await flow.authorize());
      const lines = [page.headers['set-cookie'] ?? []].flat();
      expect(lines.map((line) => line.split('=')[0] ?? '').sort()).toEqual(['microauth-device', 'microauth-session']);
      for (const line of lines) {
        expect(line).toMatch(/; Path=\/; HttpOnly; SameSite=Lax(;|$)/);
        expect(line).not.toMatch(/domain=/i);
      }
    });

    test('over https: __Host- and Secure, and HSTS everywhere', async () => {
      const secure = await startServer({ scheme: 'https' });
      try {
        const base = `http://localhost:${secure.port}`;
        const client = await secure.client({ type: 'spa', redirectUris: [redirectUri] });
        await secure.user();
        const flow = new Flow(base, client);
        const page = await flow.authorize();
        const { action, fields } = readForm(page);
        const body = { ...fields, email: 'user1@example.com', password: 'correct horse battery staple' };
        const done = await flow.agent.request(action, form(body, { origin: secure.issuer }));
        expect(done.status).toBe(303);
        const lines = [done.headers['set-cookie'] ?? []].flat();
        expect(lines.length).toBe(2);
        for (const line of lines) {
          expect(line).toMatch(/^__Host-microauth-[a-z]+=[^;]+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+; Secure$/);
        }
        for (const path of ['/', '/jwks', '/nowhere', '/token']) {
          expect((await send(`${base}${path}`)).headers['strict-transport-security']).toBe('max-age=31536000');
        }
        // A cookie planted over plain http has no prefix and does not count.
        const planted = new Flow(base, client);
        planted.agent.setCookie('localhost', 'microauth-session', /session_[^;]+/.exec(lines.join('\n'))?.[0] ?? '');
        expect((await planted.answer({ prompt: 'none' })).get('error')).toBe('login_required');
        planted.agent.setCookie('localhost', '__Host-microauth-session', /session_[^;]+/.exec(lines.join('\n'))?.[0] ?? '');
        expect((await planted.answer({ prompt: 'none' })).has('code')).toBe(true);
      } finally {
        await secure.stop();
      }
    });
  });
});
