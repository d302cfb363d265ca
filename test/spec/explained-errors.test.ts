import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatLogLine } from '../../src/cli/log-line.ts';
import { Flow, redirectUri } from '../support/flow.ts';
import { startServer, type TestServer } from '../support/server.ts';

/* Many libraries show a developer nothing of the error that they are told, so in development our page does, once, on the way to them. */

const navigation = { 'sec-fetch-dest': 'document' };
const mistakes = [
  { code_challenge: undefined, code_challenge_method: undefined },
  { scope: 'nobody:knows' },
  { resource: 'https://unknown.example' },
  { prompt: 'sometimes' },
] as const;

describe.each([
  { where: 'in development', dev: true },
  { where: 'in production', dev: false },
])('a mistake of an authorization request, $where', ({ dev }) => {
  let server: TestServer;
  let client: { readonly id: string; readonly secret: string };
  beforeAll(async () => {
    server = await startServer({ dev });
    client = await server.client({ type: 'web', redirectUris: [redirectUri] });
    await server.user();
  });
  afterAll(() => server.stop());

  const ask = (change: Parameters<Flow['authorizationUrl']>[0], headers: Readonly<Record<string, string>> = navigation) => {
    const flow = new Flow(server.issuer, client);
    return flow.agent.request(flow.authorizationUrl(change), { headers });
  };

  test.each(mistakes)('%j', async (change) => {
    const page = await ask(change);
    if (!dev) {
      expect([page.status, page.headers['location']]).toEqual([303, expect.stringContaining('error=')]);
      return;
    }
    expect([page.status, page.headers['location']]).toEqual([400, undefined]);
    expect(page.text).toMatch(/<dt>reason<\/dt>/);
    expect(page.text).toMatch(/<a id="go-on"[^>]* href="https:\/\/rp\.example\/callback\?error=[^"]*state=state-of-test/);
  });

  test('goes back at once where nobody navigates, where nobody is to be asked, and where nothing is to be mended', async () => {
    expect((await ask({ scope: 'nobody:knows' }, {})).status).toBe(303);
    expect((await ask({ scope: 'nobody:knows' }, { 'sec-fetch-dest': 'iframe' })).status).toBe(303);
    expect((await ask({ scope: 'nobody:knows', prompt: 'none' })).status).toBe(303);
    const silent = await ask({ prompt: 'none' });
    expect([silent.status, silent.headers['location']]).toEqual([303, expect.stringContaining('error=login_required')]);
  });
});

test('the terminal says of a refused request what the client was told', () => {
  const entry = { level: 'info', time: '2026-01-01T00:00:00Z', event: 'request', method: 'POST', path: '/token', status: 400, reason: 'redirect_uri_differs', parameter: 'redirect_uri', expected: 'a', received: 'b' };
  expect(formatLogLine(JSON.stringify(entry))).toContain('The redirect_uri differs from the one in the authorization request.');
});
