/*
 * Packs the package, installs the tarball into an empty folder as a user would, and uses it there: what is published must
 * run without anything of this checkout. The bundle must find all that is loaded when it is needed.
 */
import { hashSync } from 'bcryptjs';
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { linkIn, type MailServer, startMailServer } from '../test/support/mail-server.ts';
import { freePort } from '../test/support/server.ts';
import { type Page, UserAgent } from '../test/support/user-agent.ts';

/** A server of the package. */
interface Running {
  /** The first line that it printed. */
  readonly announced: { readonly issuer: string };
  stop(): Promise<void>;
}

const password = 'correct horse battery staple';
const languages = ['en', 'de', 'fr', 'es', 'pt', 'ja', 'ar'];

const folder = mkdtempSync(join(tmpdir(), 'microauth-package-'));
const installed = join(folder, 'node_modules/microauth');
const command = join(folder, 'node_modules/.bin/microauth');
const mailServer = await startMailServer();
try {
  install();
  await tryDev();
  await tryServe(mailServer);
  tryPostgres();
  console.log('The packed tarball installs and runs.');
} finally {
  await mailServer.stop();
  rmSync(folder, { recursive: true, force: true });
}

function install(): void {
  execFileSync('npm', ['pack', '--pack-destination', folder], { stdio: ['ignore', 'ignore', 'inherit'] });
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  if (tarball === undefined) {
    throw new Error('npm pack made no tarball');
  }
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  execFileSync('npm', ['install', '--no-audit', '--no-fund', `./${tarball}`], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  expect(existsSync(join(installed, 'dist/THIRD-PARTY.txt')), 'the licences of what is bundled are there');
  expect(!existsSync(join(folder, 'node_modules/kysely')), 'what is bundled is not installed as well');
}

/** Without any configuration. */
async function tryDev(): Promise<void> {
  const issuer = `http://localhost:${await freePort()}`;
  const server = await start(['dev', '--json'], { MICROAUTH_URL: issuer });
  try {
    expect(server.announced.issuer === issuer, 'dev says its issuer');
    const walk = await new UserAgent().open(`${issuer}/walk`);
    expect(walk.status === 200, 'the walk page is there');
    await tryAssets(walk);
  } finally {
    await server.stop();
  }
}

/** In production, with several processes and mail. */
async function tryServe(mails: MailServer): Promise<void> {
  const issuer = `http://localhost:${await freePort()}`;
  const environment = {
    MICROAUTH_URL: issuer,
    MICROAUTH_DATABASE_URL: `sqlite:${join(folder, 'serve.db')}`,
    MICROAUTH_SEALING_KEY: randomBytes(32).toString('base64'),
    MICROAUTH_SMTP_URL: mails.url,
  };
  run(['tenant', 'create', 'other', '--domain', 'other.localhost'], environment);
  const imported = { email: 'moved@example.com', email_verified: true, password_hash: hashSync(password, 4) };
  const users = join(folder, 'users.jsonl');
  writeFileSync(users, JSON.stringify(imported));
  run(['user', 'import', users], environment);
  const server = await start(['serve', '--json', '--workers', '2'], environment);
  try {
    const discovery = await new UserAgent().open(`${issuer}/.well-known/openid-configuration`);
    expect((JSON.parse(discovery.text) as { issuer: string }).issuer === issuer, 'serve answers with its issuer');
    const browser = new UserAgent();
    const signIn = await browser.open(`${issuer}/account`);
    await tryAssets(signIn);
    for (const language of languages) {
      const page = await browser.open(signIn.url, undefined, { headers: { 'accept-language': language } });
      expect(page.text.includes(`<html lang="${language}"`), `the page speaks ${language}`);
    }
    // The hash is by bcrypt, which is judged on a thread of its own.
    const account = await browser.submit(signIn, { email: imported.email, password });
    expect(account.url.pathname === '/account', 'somebody with a hash by bcrypt signs in');
    expect((await browser.open(`${issuer}/account/passkeys`)).status === 200, 'passkeys are offered');
    expect((await browser.open(`${issuer}/account/authenticator/set-up`)).text.includes('<svg'), 'an authenticator app is set up by a picture');
    const visitor = new UserAgent();
    await visitor.submit(await visitor.open(`${issuer}/forgot-password`), { email: imported.email });
    const mail = await mails.waitFor(imported.email);
    expect(mail.text.includes(issuer), 'mail is sent');
    // Whether a password is a common one is judged on a thread, too.
    const refused = await visitor.submit(await visitor.open(linkIn(mail)), { new_password: 'password1' });
    expect(refused.status === 400, 'a common password is refused');
    expect((await visitor.submit(refused, { new_password: 'a pelican under my umbrella' })).status === 200, 'a new password is set');
  } finally {
    await server.stop();
  }
}

/** The database is out of reach, but its client must be there to say so. */
function tryPostgres(): void {
  const environment = {
    MICROAUTH_URL: 'https://id.example.com',
    MICROAUTH_DATABASE_URL: 'postgres://127.0.0.1:1/none',
    MICROAUTH_SEALING_KEY: randomBytes(32).toString('base64'),
  };
  let said = '';
  try {
    run(['migrate'], environment);
  } catch (error) {
    said = String((error as { stderr?: unknown }).stderr);
  }
  expect(said.includes('The database does not answer'), `the client for PostgreSQL is loaded, which said: ${said}`);
}

/** Loads everything that a page refers to. */
async function tryAssets(page: Page): Promise<void> {
  const paths = [...page.text.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map((match) => match[1] ?? '');
  expect(paths.length > 0, `${page.url.pathname} has assets`);
  for (const path of paths) {
    expect((await new UserAgent().open(new URL(path, page.url))).status === 200, `${path} is there`);
  }
}

function expect(holds: boolean, what: string): void {
  if (!holds) {
    throw new Error(`It does not hold that ${what}.`);
  }
}

/** Runs a command to its end. It must succeed. */
function run(words: readonly string[], environment: Readonly<Record<string, string>>): void {
  // This Node, not the machine's, which npx would choose.
  execFileSync(process.execPath, [command, ...words], { cwd: folder, env: { ...process.env, ...environment }, stdio: 'pipe' });
}

/** Starts a server and waits until it says where it listens. */
async function start(words: readonly string[], environment: Readonly<Record<string, string>>): Promise<Running> {
  const server = spawn(process.execPath, [command, ...words], {
    cwd: folder,
    env: { ...process.env, ...environment },
    // `serve --json` logs to standard error.
    stdio: ['ignore', 'pipe', words.includes('serve') ? 'ignore' : 'inherit'],
  });
  const announced = JSON.parse(await firstOutput(server.stdout)) as { readonly issuer: string };
  return {
    announced,
    async stop() {
      server.kill();
      await new Promise((resolve) => void server.once('exit', resolve));
    },
  };
}

function firstOutput(stream: NodeJS.ReadableStream): Promise<string> {
  return new Promise((resolve, reject) => {
    stream.once('data', (chunk: Buffer) => resolve(chunk.toString('utf8')));
    stream.once('end', () => reject(new Error('the packed server ended without a word')));
  });
}
