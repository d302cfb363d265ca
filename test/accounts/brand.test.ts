import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readBrandImage } from '../../src/admin/brand-images.ts';
import { changeSettings } from '../../src/admin/settings.ts';
import { Flow, redirectUri } from '../support/flow.ts';
import { startServer, type TestServer, unwrap } from '../support/server.ts';

/** The smallest PNG there is. */
const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');

describe('a tenant’s own look', () => {
  let server: TestServer;
  let flow: Flow;

  beforeAll(async () => {
    server = await startServer();
    flow = new Flow(server.issuer, await server.client({ type: 'spa', redirectUris: [redirectUri] }));
  });
  afterAll(() => server.stop());

  const change = async (settings: object) => unwrap(await changeSettings(server.admin, 'default', settings));
  const linked = (text: string, pattern: RegExp) => pattern.exec(text)?.[1] ?? '';

  test('colours, logo and icon are served by this very server, for ever, and no older version is', async () => {
    await change({ brand: { accent: '#336699', termsUri: 'https://acme.example/terms' }, displayName: 'Acme' });
    unwrap(await changeSettings(server.admin, 'default', {}, { logo: unwrap(readBrandImage('logo', png)), icon: unwrap(readBrandImage('icon', png)) }));
    const page = await flow.authorize();
    const colours = linked(page.text, /href="(\/brand\/[^"]+\.css)"/);
    const stylesheet = await flow.agent.request(`${server.issuer}${colours}`);
    expect(stylesheet.text).toContain('--accent: #336699; --on-accent: #ffffff;');
    expect(stylesheet.headers).toMatchObject({ 'content-type': 'text/css; charset=utf-8', 'cache-control': 'public, max-age=31536000, immutable', 'x-content-type-options': 'nosniff' });
    const logo = await flow.agent.request(`${server.issuer}${linked(page.text, /<img class="logo" src="([^"]+)" alt="Acme"/)}`);
    expect([logo.status, logo.headers['content-type']]).toEqual([200, 'image/png']);
    expect((await flow.agent.request(`${server.issuer}${linked(page.text, /<link rel="icon" href="([^"]+)"/)}`)).status).toBe(200);
    expect(page.text).toContain('href="https://acme.example/terms"');
    await change({ brand: { accent: '#7a1f5c' } });
    expect((await flow.agent.request(`${server.issuer}${colours}`)).status).toBe(404);
    const other = await server.tenant('elsewhere');
    expect((await flow.agent.request(`${other.issuer}${colours}`)).status).toBe(404);
  });

  test('sentences of its own take the place of ours, as text and never as markup', async () => {
    await change({ texts: { en: { 'sign_in.title': '<img src=x onerror=alert(1)> Hello', 'sign_in.submit': 'Come in' } } });
    const page = await flow.authorize();
    expect(page.text).toContain('&lt;img src=x onerror=alert(1)&gt; Hello');
    expect(page.text).toContain('>Come in</button>');
    expect(page.text).not.toContain('<img src=x');
  });

  test.each([
    Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
    Buffer.from('<html><script>alert(1)</script>'),
    Buffer.concat([png.subarray(0, 4), Buffer.from('<script>')]),
    Buffer.concat([png, Buffer.alloc(100_000)]),
  ])('what is no small image is refused', (bytes) => {
    expect(readBrandImage('logo', bytes).ok).toBe(false);
  });

  test('a page of ours stays one: the policy still names this server alone', async () => {
    await change({ texts: {} });
    const page = await flow.authorize();
    expect(page.headers['content-security-policy']).toContain("style-src 'self'; script-src 'self'; img-src 'self' data:");
    expect(page.text).not.toMatch(/<style|\sstyle=|\son\w+=/);
  });
});
