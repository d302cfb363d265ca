import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clientWarnings } from '../../src/admin/client-rules.ts';
import { createClient } from '../../src/admin/clients.ts';
import { Flow } from '../support/flow.ts';
import { startServer, type TestServer, unwrap } from '../support/server.ts';
import { send } from '../support/user-agent.ts';

describe('RFC 8252 OAuth 2.0 for native apps', () => {
  let server: TestServer;
  let native: { id: string; secret: string };
  let spa: { id: string; secret: string };

  beforeAll(async () => {
    server = await startServer();
    native = await server.client({
      type: 'native',
      redirectUris: ['http://127.0.0.1/callback', 'http://[::1]:1234/callback', 'http://localhost:8080', 'com.example.app:/oauth', 'https://app.example/oauth'],
    });
    spa = await server.client({ type: 'spa', redirectUris: ['http://127.0.0.1:3000/callback'] });
    await server.user();
  });
  afterAll(() => server.stop());

  /** Whether the request gets past the redirect URI: with prompt=none the answer goes there. */
  async function accepts(client: { id: string; secret: string }, uri: string): Promise<boolean> {
    const page = await send(new Flow(server.issuer, client, { redirectUri: uri }).authorizationUrl({ prompt: 'none' }));
    const location = page.headers['location'];
    expect(page.status).toBe(location === undefined ? 400 : 303);
    return typeof location === 'string' && (location.startsWith(`${uri}?`) || location.startsWith(`${uri}&`));
  }

  test.each([
    'http://127.0.0.1/callback',
    'http://127.0.0.1:1/callback',
    'http://127.0.0.1:65535/callback',
    'http://[::1]:51004/callback',
    'http://localhost:8080',
    'http://localhost:61023',
    'http://localhost:61023/',
    'com.example.app:/oauth',
    'https://app.example/oauth',
  ])('§7: %s is accepted', async (uri) => {
    expect(await accepts(native, uri)).toBe(true);
  });

  test.each([
    ['another path', 'http://127.0.0.1:9000/other'],
    ['a longer path', 'http://127.0.0.1:9000/callback/x'],
    ['a query', 'http://127.0.0.1:9000/callback?x=1'],
    ['a fragment', 'http://127.0.0.1:9000/callback#x'],
    ['https', 'https://127.0.0.1:9000/callback'],
    ['another loopback host than registered', 'http://[::1]:9000'],
    ['the same machine by another name', 'http://localhost:9000/callback'],
    ['another loopback address', 'http://127.0.0.2:9000/callback'],
    ['a port out of range', 'http://127.0.0.1:65536/callback'],
    ['no port at all', 'http://127.0.0.1:0/callback'],
    ['a port with a leading zero', 'http://127.0.0.1:08080/callback'],
    ['an empty port', 'http://127.0.0.1:/callback'],
    ['a user name', 'http://127.0.0.1:9000@evil.example/callback'],
    ['a user name before loopback', 'http://x@127.0.0.1:9000/callback'],
    ['a longer host', 'http://127.0.0.1.evil.example:9000/callback'],
    ['localhost as a prefix', 'http://localhost.evil.example'],
    ['decimal loopback', 'http://2130706433:9000/callback'],
    ['another case', 'HTTP://127.0.0.1:9000/callback'],
    ['dot segments', 'http://127.0.0.1:9000/x/../callback'],
    ['a port for https', 'https://app.example:8443/oauth'],
    ['another private scheme', 'com.example.other:/oauth'],
    ['two slashes', 'com.example.app://oauth'],
  ])('§8.10: %s is refused', async (_what, uri) => {
    expect(await accepts(native, uri)).toBe(false);
  });

  test('§7.3: any port is for native clients only', async () => {
    expect(await accepts(spa, 'http://127.0.0.1:3000/callback')).toBe(true);
    expect(await accepts(spa, 'http://127.0.0.1:3001/callback')).toBe(false);
  });

  test('the port in use is bound to the code', async () => {
    const at = new Flow(server.issuer, native, { redirectUri: 'http://127.0.0.1:50001/callback' });
    const code = await at.code();
    expect((await at.redeem(code, { redirect_uri: 'http://127.0.0.1:50002/callback' })).json).toMatchObject({ error: 'invalid_grant' });
    expect((await at.tokens()).status).toBe(200);
  });

  test('§7.1: the whole flow over a private-use scheme', async () => {
    const at = new Flow(server.issuer, native, { redirectUri: 'com.example.app:/oauth' });
    expect((await at.tokens()).status).toBe(200);
  });

  test.each(['com.example.app:/oauth', 'claude://callback', 'vscode://vendor.extension/callback'])('§7.1: %s is registered without a word', async (uri) => {
    const made = unwrap(await createClient(server.admin, server.record.id, { type: 'native', redirectUris: [uri] }));
    expect(clientWarnings(made.client)).toEqual([]);
  });

  test('§7.1: a scheme without a dot is taken, with what the clause asks', async () => {
    const uri = 'myapp:/oauth';
    const { client } = unwrap(await createClient(server.admin, server.record.id, { type: 'native', redirectUris: [uri, 'myapp:/again', 'other://x'], postLogoutRedirectUris: ['myapp:/out'] }));
    expect(clientWarnings(client)).toEqual([expect.stringMatching(/^The scheme myapp: .* RFC 8252 §7\.1 /), expect.stringMatching(/^The scheme other: /)]);
    const at = new Flow(server.issuer, { id: client.id, secret: '' }, { redirectUri: uri });
    expect((await at.tokens()).status).toBe(200);
  });

  test('§7.1: a web client may have one beside its https URIs, for an application with the same backend', async () => {
    const web = await server.client({ type: 'web', redirectUris: ['https://app.example/callback', 'com.example.app:/callback'], postLogoutRedirectUris: ['com.example.app:/out'] });
    for (const redirectUri of ['https://app.example/callback', 'com.example.app:/callback']) {
      expect((await new Flow(server.issuer, web, { redirectUri }).tokens()).status).toBe(200);
    }
    expect(await accepts(web, 'com.example.app:/other')).toBe(false);
  });

  test.each([
    ['alone', { type: 'web', redirectUris: ['com.example.app:/callback'] }, /needs an https redirect URI beside/],
    ['and codes without any protection', { type: 'web', unprotectedCodes: true, redirectUris: ['https://app.example/', 'com.example.app:/'] }, /cannot do without both/],
    ['of a single-page application', { type: 'spa', redirectUris: ['https://app.example/', 'com.example.app:/'] }, /private-use scheme/],
  ] as const)('§7.1: a private-use scheme %s is refused', async (_what, input, message) => {
    const made = await createClient(server.admin, server.record.id, input);
    expect(made.ok ? '' : made.failure.message).toMatch(message);
  });

  test.each(['ms-msdt:/id', 'search-ms:query', 'tel:1', 'intent://x', 'chrome://settings', 'javascript:alert(1)', 'data:text/html,x', 'com.example.app', 'http://app.example/oauth', 'https://app.example/oauth#x', 'file:///etc/passwd'])(
    '%s cannot be registered',
    async (uri) => {
      const made = await createClient(server.admin, server.record.id, { type: 'native', name: 'N', redirectUris: [uri] });
      expect(made.ok).toBe(false);
    },
  );
});
