import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../nodes/until.ts';
import { Flow } from '../support/flow.ts';
import { freePort, startServer, type TestServer } from '../support/server.ts';
import { send, UserAgent } from '../support/user-agent.ts';

const here = import.meta.dirname;
const redirectUri = 'http://localhost:9/callback';
let server: TestServer;

beforeAll(async () => {
  server = await startServer();
  await server.user({ email: 'ada@example.com' });
});
afterAll(() => server.stop());

/** Runs a script that prints where to go, is told where the browser came back to, and prints what it has learned. */
async function converse(program: string, script: string, client: { readonly id: string; readonly secret: string }): Promise<unknown> {
  const child = spawn(program, [join(here, script), server.issuer, client.id, client.secret, redirectUri], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const { value: url } = (await lines.next()) as { value: string };
  const flow = new Flow(server.issuer, client, { redirectUri });
  const answer = await flow.signIn(await flow.agent.open(url, redirectUri), 'ada@example.com');
  child.stdin.end(`${String(answer.headers['location'])}\n`);
  const { value: learned } = (await lines.next()) as { value: string };
  return JSON.parse(learned);
}

test('Authlib (Python) signs in by its nonce, and finds at_hash right', async () => {
  const client = await server.client({ type: 'web', redirectUris: [redirectUri] });
  expect(await converse('/usr/bin/python3', 'authlib-client.py', client)).toEqual({ email: 'ada@example.com', at_hash: true });
});

test.each([
  ['requests-oauthlib (Python)', '/usr/bin/python3', 'requests-oauthlib-client.py'],
  ['Net::OAuth2 (Perl)', '/usr/bin/perl', 'net-oauth2-client.pl'],
])('%s, which sends neither challenge nor nonce, signs in once it is let off', async (_name, program, script) => {
  const client = await server.client({ type: 'web', redirectUris: [redirectUri], unprotectedCodes: true });
  expect(await converse(program, script, client)).toMatchObject({ email: 'ada@example.com' });
});

/** A program that listens, stopped when the test is done. */
async function listening(child: ChildProcess, port: number, use: () => Promise<void>): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  try {
    await until('it listens', () => fetch(`http://127.0.0.1:${port}/`).then(() => true, () => false), 20_000);
    await use();
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

test('mod_auth_openidc (C, in Apache) signs in by its nonce, and out', async () => {
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const client = await server.client({ type: 'web', redirectUris: [`${origin}/app/callback`], postLogoutRedirectUris: [`${origin}/public`] });
  const folder = mkdtempSync(join(tmpdir(), 'microauth-apache-'));
  const modules = ['mpm_event', 'authn_core', 'authz_core', 'authz_user', 'alias', 'headers', 'auth_openidc'];
  writeFileSync(join(folder, 'public'), 'public');
  writeFileSync(join(folder, 'app'), 'private');
  writeFileSync(
    join(folder, 'apache.conf'),
    `ServerRoot ${folder}
ServerName localhost
Listen 127.0.0.1:${port}
PidFile ${folder}/pid
ErrorLog ${folder}/error.log
${modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
User www-data
DocumentRoot ${folder}
OIDCProviderMetadataURL ${server.issuer}/.well-known/openid-configuration
OIDCClientID ${client.id}
OIDCClientSecret ${client.secret}
OIDCRedirectURI ${origin}/app/callback
OIDCCryptoPassphrase a-passphrase-of-the-test
OIDCScope "openid email"
OIDCRemoteUserClaim email
<Location /app>
AuthType openid-connect
Require valid-user
Header set X-Remote-User "expr=%{REMOTE_USER}"
</Location>
<Location /public>
Require all granted
</Location>
`,
  );
  spawn('chmod', ['-R', 'a+rX', folder]);
  await listening(spawn('/usr/sbin/apache2', ['-f', join(folder, 'apache.conf'), '-DFOREGROUND'], { stdio: 'inherit' }), port, async () => {
    // It answers scripts with 401, so this browser says what browsers say when a person navigates.
    const agent = new UserAgent((url, options) => send(url, { ...options, headers: { accept: 'text/html', ...options?.headers } }));
    const page = await agent.open(`${origin}/app`);
    expect(page.url.pathname).toBe('/sign-in');
    const inside = await agent.submit(page, { email: 'ada@example.com', password: 'correct horse battery staple' });
    expect([inside.status, inside.headers['x-remote-user']]).toEqual([200, 'ada@example.com']);
    const out = await agent.open(`${origin}/app/callback?logout=${encodeURIComponent(`${origin}/public`)}`);
    expect([out.url.href, out.text]).toEqual([`${origin}/public`, 'public']);
  });
  rmSync(folder, { recursive: true });
}, 60_000);

test('omniauth_openid_connect (Ruby) signs in by its nonce, and its sign-out, which brings no hint, is a question', async () => {
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const client = await server.client({ type: 'web', redirectUris: [`${origin}/auth/oidc/callback`] });
  const child = spawn('/usr/bin/ruby', [join(here, 'omniauth-application.rb'), server.issuer, client.id, client.secret, origin], { stdio: ['ignore', 'ignore', 'inherit'] });
  await listening(child, port, async () => {
    const agent = new UserAgent();
    const page = await agent.open(`${origin}/auth/oidc`);
    expect(page.url.pathname).toBe('/sign-in');
    const inside = await agent.submit(page, { email: 'ada@example.com', password: 'correct horse battery staple' });
    expect([inside.status, inside.text]).toEqual([200, '{"email":"ada@example.com"}']);
    const out = await agent.open(`${origin}/auth/oidc/logout`);
    expect([out.url.pathname, out.text.includes('id="sign-out"')]).toEqual(['/logout', true]);
  });
}, 60_000);
