/*
 * Signs somebody in through the real nginx and the real Caddy, with the files of deploy/ (only paths, ports and the
 * certificate authority changed), on loopback. Says what it tried; ends with 1 when something is not as it must be.
 * Needs nginx, caddy and openssl in the path: "apt-get install nginx caddy openssl". Name one to try it alone.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { strict as assert } from 'node:assert';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pkce } from '../test/support/flow.ts';
import { freePort } from '../test/support/server.ts';
import { type Page, UserAgent } from '../test/support/user-agent.ts';

const root = resolve(import.meta.dirname, '..');
/** Where the person sits: another loopback address than the proxy's, so that the two can be told apart. */
const person = '127.0.0.9';
const redirectUri = 'https://rp.example/callback';
const password = 'correct horse battery staple';

interface Place {
  readonly folder: string;
  readonly httpsPort: number;
  readonly httpPort: number;
  readonly serverPort: number;
  readonly operationsPort: number;
}

/** How each proxy is started; what it prints goes to a file in the folder. */
const proxies: Readonly<Record<string, (place: Place) => readonly string[]>> = {
  nginx({ folder, httpsPort, httpPort, serverPort }) {
    const names = 'subjectAltName=DNS:localhost,DNS:acme.localhost';
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', join(folder, 'privkey.pem')];
    execFileSync('openssl', ['req', '-x509', '-days', '1', '-subj', '/CN=localhost', '-addext', names, ...key, '-out', join(folder, 'fullchain.pem')], { stdio: 'ignore' });
    const site = readFileSync(join(root, 'deploy/nginx.conf'), 'utf8')
      .replace('127.0.0.1:4000', `127.0.0.1:${serverPort}`)
      .replace('id.example.com *.id.example.com', 'localhost *.localhost')
      .replaceAll('/etc/microauth/tls', folder)
      .replace(/listen \[::\]:\d+[^;]*;\n/g, '')
      .replace('listen 443', `listen 127.0.0.1:${httpsPort}`)
      .replace('listen 80', `listen 127.0.0.1:${httpPort}`);
    const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join(' ');
    writeFileSync(join(folder, 'nginx.conf'), `daemon off; pid ${folder}/nginx.pid; events {}\nhttp { access_log off; ${paths}\n${site}}\n`);
    return ['nginx', '-p', folder, '-e', 'stderr', '-c', join(folder, 'nginx.conf')];
  },
  caddy({ folder, httpsPort, httpPort, serverPort, operationsPort }) {
    const forLoopback = `{\n\tadmin off\n\tskip_install_trust\n\thttps_port ${httpsPort}\n\thttp_port ${httpPort}\n\tdefault_bind 127.0.0.1\n\tstorage file_system ${folder}/caddy\n`;
    const site = readFileSync(join(root, 'deploy/Caddyfile'), 'utf8')
      .replace(/^\{\n/m, forLoopback)
      .replaceAll('4001', String(operationsPort))
      .replace('reverse_proxy 127.0.0.1:4000', `reverse_proxy 127.0.0.1:${serverPort}`)
      // Certificates from Caddy itself: no authority hands out any for this machine.
      .replace('\t\ton_demand\n', '\t\ton_demand\n\t\tissuer internal\n');
    writeFileSync(join(folder, 'Caddyfile'), site);
    return ['caddy', 'run', '--adapter', 'caddyfile', '--config', join(folder, 'Caddyfile')];
  },
};

const only = process.argv[2];
for (const name of Object.keys(proxies).filter((candidate) => only === undefined || candidate === only)) {
  await tryProxy(name);
}

async function tryProxy(name: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), `microauth-${name}-`));
  const [httpsPort, httpPort, serverPort, operationsPort] = [await freePort(), await freePort(), await freePort(), await freePort()];
  const issuer = `https://localhost:${httpsPort}`;
  const environment = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    MICROAUTH_URL: issuer,
    MICROAUTH_LISTEN: `127.0.0.1:${serverPort}`,
    MICROAUTH_OPERATIONS_LISTEN: `127.0.0.1:${operationsPort}`,
    MICROAUTH_DRAIN_SECONDS: '0',
    MICROAUTH_DATABASE_URL: `sqlite:${join(folder, 'microauth.db')}`,
    MICROAUTH_SEALING_KEY: execFileSync('openssl', ['rand', '-base64', '32'], { encoding: 'utf8' }).trim(),
    MICROAUTH_TRUSTED_PROXIES: '127.0.0.1',
  };
  const ask = (words: readonly string[], input = ''): Record<string, unknown> =>
    JSON.parse(execFileSync(process.execPath, [join(root, 'src/main.ts'), ...words, '--json'], { cwd: folder, env: environment, input, encoding: 'utf8' })) as Record<string, unknown>;
  const processes: ChildProcess[] = [];
  try {
    mkdirSync(join(folder, 'logs'));
    ask(['tenant', 'create', 'acme', '--domain', 'acme.localhost']);
    const client = String(ask(['client', 'create', '--type', 'spa', '--name', 'Proxied', '--redirect-uri', redirectUri])['client_id']);
    ask(['user', 'create', '--email', 'person@example.com', '--password-stdin'], password);
    processes.push(await startAndWait([process.execPath, join(root, 'src/main.ts'), 'serve'], environment, `http://127.0.0.1:${operationsPort}/ready`));
    const [program = '', ...words] = proxies[name]?.({ folder, httpsPort, httpPort, serverPort, operationsPort }) ?? [];
    processes.push(await startAndWait([program, ...words], environment, `http://127.0.0.1:${httpPort}/`));
    await tryThrough(name, issuer, httpPort, client, () => ask(['user', 'sessions', 'person@example.com']));
  } finally {
    for (const child of processes.toReversed()) {
      child.kill('SIGTERM');
      await new Promise((ended) => void child.once('exit', ended));
    }
    rmSync(folder, { recursive: true, force: true });
  }
}

async function tryThrough(name: string, issuer: string, httpPort: number, client: string, sessions: () => Record<string, unknown>): Promise<void> {
  const say = (what: string): void => console.log(`${name}: ${what}`);
  const agent = new UserAgent((url, options) => send(url, { ...options, headers: { ...options?.headers, 'X-Forwarded-For': '203.0.113.7', 'X-Forwarded-Host': 'evil.example', Forwarded: 'for=203.0.113.8;host=evil.example' } }));
  const discovery = JSON.parse((await agent.request(`${issuer}/.well-known/openid-configuration`)).text) as Record<string, string>;
  assert.equal(discovery['issuer'], issuer);
  const acme = new URL(issuer);
  acme.hostname = 'acme.localhost';
  assert.equal((JSON.parse((await agent.request(new URL('/.well-known/openid-configuration', acme))).text) as Record<string, string>)['issuer'], acme.origin);
  say('two tenants are found by their domains, whatever X-Forwarded-Host the client sends');

  const { verifier, challenge } = pkce();
  const query = new URLSearchParams({ response_type: 'code', client_id: client, redirect_uri: redirectUri, scope: 'openid', state: 's', code_challenge: challenge, code_challenge_method: 'S256' });
  const page = await agent.open(`${issuer}/authorize?${query.toString()}`);
  const answer = await agent.submit(page, { email: 'person@example.com', password }, redirectUri);
  const code = new URL(String(answer.headers['location'])).searchParams.get('code') ?? '';
  const tokens = await agent.request(`${issuer}/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri: redirectUri, client_id: client, code_verifier: verifier }).toString(),
  });
  assert.equal(tokens.status, 200, tokens.text);
  assert.ok([...agent.cookies('localhost').keys()].every((cookie) => cookie.startsWith('__Host-')));
  say('signed in and got tokens; the cookies are __Host- cookies');

  const list = sessions()['sessions'] as readonly { readonly address: string }[];
  assert.deepEqual(list.map(({ address }) => address), [person]);
  say(`the session has the person's address, ${person}, and not what the client claimed`);

  const large = await agent.request(`${issuer}/token`, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'x'.repeat(70_000) });
  assert.equal(large.status, 413);
  const long = await agent.request(`${issuer}/authorize?state=${'x'.repeat(12_000)}`);
  assert.ok(long.status < 431 && long.status >= 400, String(long.status));
  say('a body over 64 KiB is 413, a URL of 12 KB gets through');

  const redirect = await fetch(`http://localhost:${httpPort}/walk`, { redirect: 'manual' });
  assert.equal(redirect.status, 308);
  assert.match(redirect.headers.get('location') ?? '', /^https:\/\/localhost/);
  say('http is sent to https');

  const unknown = new URL('/', issuer);
  unknown.hostname = 'unknown.localhost';
  if (name === 'caddy') {
    await assert.rejects(agent.request(unknown));
    say('no certificate for a domain that no tenant has');
  } else {
    assert.equal((await agent.request(unknown)).status, 404);
    say('a domain that no tenant has is 404');
  }
}

/** Sends a request over TLS from the person's address. The certificates here are nobody's, so none is checked. */
function send(url: URL | string, options: { readonly method?: string; readonly headers?: Readonly<Record<string, string | string[]>>; readonly body?: string | Buffer } = {}): Promise<Page> {
  const target = new URL(url);
  const body = options.body ?? '';
  const where = { host: '127.0.0.1', port: target.port, servername: target.hostname, localAddress: person, rejectUnauthorized: false, agent: false };
  const length = options.method === 'POST' ? { 'content-length': String(Buffer.byteLength(body)) } : {};
  return new Promise((done, failed) => {
    const outgoing = request(
      { ...where, path: target.pathname + target.search, method: options.method ?? 'GET', headers: { host: target.host, ...length, ...options.headers } },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () => done({ url: target, status: response.statusCode ?? 0, headers: response.headers, text }));
        response.on('error', failed);
      },
    );
    outgoing.on('error', failed);
    outgoing.end(body);
  });
}

/** Starts a program and waits until it answers at all; what it says is shown when it ends early. */
async function startAndWait([program = '', ...words]: readonly string[], env: Record<string, string>, url: string): Promise<ChildProcess> {
  const child = spawn(program, words, { cwd: env['HOME'], env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
  }
  const deadline = Date.now() + 20_000;
  while (child.exitCode === null && Date.now() < deadline) {
    const answered = await fetch(url, { redirect: 'manual' }).then(() => true, () => false);
    if (answered) {
      return child;
    }
    await new Promise((later) => void setTimeout(later, 50));
  }
  child.kill();
  throw new Error(`${program} does not answer: ${said}`);
}
