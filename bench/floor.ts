/*
 * The floor: what no implementation of these endpoints can leave out, and nothing else. The same HTTP stack as ours,
 * the same signatures, the same durable commits and reads on SQLite, answers of the same size, one line in the log for
 * each request; no tenants, no validation beyond what the answer depends on. Tenants, clients and keys are constants,
 * as if from a cache that always hits. It is not a server to run: it refuses hardly anything.
 */
import { createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, hash, type KeyObject, randomBytes, sign, timingSafeEqual, verify } from 'node:crypto';
import { readFileSync, writeSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { clients, folder, hashPassword, lifetimes, origin, password, port, resource, secret, serviceScope, users, verifyPassword } from './setup.ts';

// As ours does, since importing it would load Node's HTTP client as well.
const { createServer } = process.getBuiltinModule('node:http');
const database = new DatabaseSync(join(folder, 'floor.db'));
database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
if (process.env['BENCH_PROVISION'] === '1') {
  database.exec(`
    CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT UNIQUE, name TEXT, password_hash TEXT, enabled INTEGER, updated_at INTEGER);
    CREATE TABLE sessions (id TEXT PRIMARY KEY, cookie_hash TEXT UNIQUE, user_id TEXT, auth_time INTEGER, acr TEXT, amr TEXT, expires_at INTEGER);
    CREATE TABLE grants (
      id TEXT PRIMARY KEY, code_hash TEXT UNIQUE, client_id TEXT, user_id TEXT, session_id TEXT, code_expires_at INTEGER, redeemed_at INTEGER,
      redirect_uri TEXT, code_challenge TEXT, nonce TEXT, scopes TEXT, auth_time INTEGER, acr TEXT, amr TEXT, generation INTEGER,
      rotated_at INTEGER, created_at INTEGER, expires_at INTEGER, revoked_at INTEGER
    );
    CREATE TABLE revoked_access_tokens (id TEXT PRIMARY KEY, expires_at INTEGER);
    CREATE TABLE attempts (bucket TEXT PRIMARY KEY, count INTEGER, resets_at INTEGER);
  `);
  const stored = await hashPassword(password);
  const insert = database.prepare('INSERT INTO users VALUES (?, ?, ?, ?, 1, ?)');
  for (const user of users) {
    insert.run(`user_${randomBytes(16).toString('base64url')}`, user.email, user.name, stored, Date.now());
  }
  database.close();
  process.exit();
}

/** Every commit is durable; all that arrive in one turn of the event loop share one. */
let waiting: { readonly work: () => unknown; readonly resolve: (value: never) => void; readonly reject: (error: unknown) => void }[] = [];

function commit<Value>(work: () => Value): Promise<Value> {
  if (waiting.length === 0) {
    setImmediate(() => {
      const batch = waiting;
      waiting = [];
      try {
        database.exec('BEGIN IMMEDIATE');
        const values = batch.map((entry) => entry.work());
        database.exec('COMMIT');
        batch.forEach((entry, index) => entry.resolve(values[index] as never));
      } catch (error) {
        database.exec('ROLLBACK');
        batch.forEach((entry) => entry.reject(error));
      }
    });
  }
  return new Promise<Value>((resolve, reject) => {
    waiting.push({ work, resolve, reject });
  });
}

type Row = Readonly<Record<string, string>>;

function statement(text: string): (...parameters: SQLInputValue[]) => Row | undefined {
  const prepared = database.prepare(text);
  return (...parameters) => prepared.get(...parameters) as Row | undefined;
}

const findSession = statement(
  'SELECT s.*, u.enabled FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.cookie_hash = ? AND s.expires_at > ?',
);
const insertGrant = statement(
  'INSERT INTO grants VALUES (?, ?, ?, ?, ?, ?, NULL, ?, ?, ?, ?, ?, ?, ?, 0, NULL, ?, ?, NULL) RETURNING id',
);
const redeem = statement(
  'UPDATE grants SET redeemed_at = ? WHERE code_hash = ? AND redeemed_at IS NULL AND revoked_at IS NULL AND code_expires_at > ? RETURNING *',
);
const rotate = statement(
  'UPDATE grants SET generation = ?, rotated_at = ? WHERE id = ? AND generation = ? AND revoked_at IS NULL AND expires_at > ? RETURNING *',
);
const standing = statement(
  'SELECT u.* FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.id = ? AND s.expires_at > ? AND u.enabled = 1',
);
const standingOfToken = statement(
  `SELECT u.* FROM grants g JOIN sessions s ON s.id = g.session_id JOIN users u ON u.id = g.user_id
   WHERE g.id = ? AND g.revoked_at IS NULL AND s.expires_at > ? AND u.enabled = 1
   AND NOT EXISTS (SELECT 1 FROM revoked_access_tokens WHERE id = ?)`,
);
const userByEmail = statement('SELECT * FROM users WHERE email = ?');
const countAttempt = statement(
  'INSERT INTO attempts VALUES (?, 1, ?) ON CONFLICT (bucket) DO UPDATE SET count = count + 1 RETURNING count',
);
const returnAttempt = statement('UPDATE attempts SET count = count - 1 WHERE bucket = ? RETURNING count');
const insertSession = statement('INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id');

const es256 = keyOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey, 'ES256');
const rs256 = keyOf(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey, 'RS256');
const macKey = randomBytes(32);
const secretHash = hash('sha256', secret, 'buffer');

function keyOf(key: KeyObject, alg: 'ES256' | 'RS256') {
  const header = (typ: string): string => encode({ alg, typ, kid: hash('sha256', alg, 'base64url') });
  return { privateKey: createPrivateKey(key.export({ type: 'pkcs8', format: 'pem' })), publicKey: createPublicKey(key), headers: { 'at+jwt': header('at+jwt'), JWT: header('JWT') } };
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function jws(key: typeof es256, typ: 'at+jwt' | 'JWT', claims: object): string {
  const input = `${key.headers[typ]}.${encode(claims)}`;
  return `${input}.${sign('sha256', Buffer.from(input), { key: key.privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

const macHeader = encode({ alg: 'HS256', typ: 'rt+jwt' });

function mac(input: string): string {
  return createHmac('sha256', macKey).update(input).digest('base64url');
}

function id(prefix: string): string {
  return `${prefix}_${randomBytes(16).toString('base64url')}`;
}

function sha256(text: string): string {
  return hash('sha256', text, 'base64url');
}

const common = { 'X-Content-Type-Options': 'nosniff', 'Referrer-Policy': 'same-origin', 'Cross-Origin-Resource-Policy': 'same-origin' };
const forScripts = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Expose-Headers': 'WWW-Authenticate' };
const privateHeaders = { ...common, ...forScripts, 'Cache-Control': 'no-store', Pragma: 'no-cache', 'Content-Type': 'application/json' };
const documentHeaders = { ...common, ...forScripts, 'Cache-Control': 'public, max-age=300', 'Content-Type': 'application/json' };

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

function json(body: object): Answer {
  return { status: 200, headers: privateHeaders, body: JSON.stringify(body) };
}

function redirect(location: string, cookie: Readonly<Record<string, string>> = {}): Answer {
  return { status: 303, headers: { ...common, 'Cache-Control': 'no-store', Location: location, ...cookie }, body: '' };
}

function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  return new Promise((resolve) => {
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      text += chunk;
    });
    request.on('end', () => resolve(new URLSearchParams(text)));
  });
}

function issueCode(query: URLSearchParams, session: Row, now: number, also: () => void = () => undefined): Promise<string> {
  const code = `code_${randomBytes(32).toString('base64url')}`;
  return commit(() => {
    also();
    insertGrant(
      id('grant'), sha256(code), query.get('client_id'), session['user_id'] ?? '', session['id'] ?? '', now + lifetimes.code * 1000,
      query.get('redirect_uri'), query.get('code_challenge'), query.get('nonce'), query.get('scope'), session['auth_time'] ?? 0,
      session['acr'] ?? '', session['amr'] ?? '', now, now + lifetimes.session * 1000,
    );
    return `${query.get('redirect_uri')}?${new URLSearchParams({ code, state: query.get('state') ?? '', iss: origin })}`;
  });
}

function issueTokens(grant: Row, user: Row, now: number, nonce: string | null): Answer {
  const seconds = Math.floor(now / 1000);
  const authentication = { auth_time: Math.floor(Number(grant['auth_time']) / 1000), acr: grant['acr'], amr: grant['amr']?.split(' ') };
  const accessToken = jws(es256, 'at+jwt', {
    iss: origin, sub: user['id'], aud: resource, client_id: grant['client_id'], grant_id: grant['id'], ...authentication,
    jti: id('at'), iat: seconds, exp: seconds + lifetimes.accessToken, scope: grant['scopes'],
  });
  const idToken = jws(grant['client_id'] === clients.rs256 ? rs256 : es256, 'JWT', {
    name: user['name'], email: user['email'], email_verified: true, updated_at: Math.floor(Number(user['updated_at']) / 1000),
    iss: origin, sub: user['id'], aud: grant['client_id'], iat: seconds, exp: seconds + lifetimes.idToken, ...authentication,
    sid: grant['session_id'], ...(nonce === null ? {} : { nonce }),
  });
  const input = `${macHeader}.${encode({
    iss: origin, aud: origin, sub: user['id'], client_id: grant['client_id'], grant_id: grant['id'], generation: grant['generation'],
    iat: seconds, exp: seconds + lifetimes.refreshToken,
  })}`;
  return json({
    access_token: accessToken, token_type: 'Bearer', expires_in: lifetimes.accessToken, refresh_token: `${input}.${mac(input)}`,
    id_token: idToken, scope: grant['scopes'],
  });
}

async function token(request: IncomingMessage): Promise<Answer> {
  const form = await readForm(request);
  const now = Date.now();
  switch (form.get('grant_type')) {
    case 'authorization_code': {
      const grant = await commit(() => redeem(now, sha256(form.get('code') ?? ''), now));
      const user = grant && standing(grant['session_id'] ?? '', now);
      const proved = grant?.['code_challenge'] === sha256(form.get('code_verifier') ?? '') && grant['redirect_uri'] === form.get('redirect_uri');
      return grant === undefined || user === undefined || !proved ? refused() : issueTokens(grant, user, now, grant['nonce'] ?? null);
    }
    case 'refresh_token': {
      const [header, payload = '', presentedMac] = (form.get('refresh_token') ?? '').split('.');
      if (presentedMac !== mac(`${header}.${payload}`)) {
        return refused();
      }
      const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { grant_id: string; generation: number };
      const grant = await commit(() => rotate(claims.generation + 1, now, claims.grant_id, claims.generation, now));
      const user = grant && standing(grant['session_id'] ?? '', now);
      return grant === undefined || user === undefined ? refused() : issueTokens(grant, user, now, null);
    }
    default: {
      if (!authenticated(request)) {
        return refused();
      }
      const seconds = Math.floor(now / 1000);
      const accessToken = jws(es256, 'at+jwt', {
        iss: origin, sub: clients.service, aud: resource, client_id: clients.service, jti: id('at'), iat: seconds,
        exp: seconds + lifetimes.accessToken, scope: serviceScope,
      });
      return json({ access_token: accessToken, token_type: 'Bearer', expires_in: lifetimes.accessToken, scope: serviceScope });
    }
  }
}

function authenticated({ headers }: IncomingMessage): boolean {
  const presented = Buffer.from((headers.authorization ?? '').slice(6), 'base64').toString().split(':')[1] ?? '';
  return timingSafeEqual(hash('sha256', presented, 'buffer'), secretHash);
}

function refused(): Answer {
  return { status: 400, headers: privateHeaders, body: '{"error":"invalid_grant"}' };
}

/** The claims of a live access token with its user. */
function judge(text: string): { readonly claims: Record<string, unknown>; readonly user: Row } | undefined {
  const [header = '', payload = '', signature = ''] = text.split('.');
  const key = { key: es256.publicKey, dsaEncoding: 'ieee-p1363' } as const;
  if (!verify('sha256', Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url'))) {
    return undefined;
  }
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, string>;
  const user = standingOfToken(claims['grant_id'] ?? '', Date.now(), claims['jti'] ?? '');
  return user && { claims, user };
}

async function authorize(request: IncomingMessage, query: URLSearchParams): Promise<Answer> {
  const now = Date.now();
  const cookie = /microauth-session=([^;]+)/.exec(request.headers.cookie ?? '')?.[1];
  const session = cookie === undefined ? undefined : findSession(sha256(cookie), now);
  return redirect(session === undefined ? `/sign-in?interaction=${encodeURIComponent(Buffer.from(query.toString()).toString('base64url'))}` : await issueCode(query, session, now));
}

function userinfo({ headers }: IncomingMessage): Answer {
  const live = judge((headers.authorization ?? '').slice(7));
  return live === undefined
    ? refused()
    : json({ name: live.user['name'], email: live.user['email'], email_verified: true, updated_at: Math.floor(Number(live.user['updated_at']) / 1000), sub: live.user['id'] });
}

async function introspect(request: IncomingMessage): Promise<Answer> {
  const form = await readForm(request);
  const live = authenticated(request) ? judge(form.get('token') ?? '') : undefined;
  const { grant_id: _grant, ...shown } = live?.claims ?? {};
  return live === undefined ? refused() : json({ active: true, token_type: 'Bearer', ...shown });
}

async function signIn(request: IncomingMessage): Promise<Answer> {
  const form = await readForm(request);
  const email = form.get('email') ?? '';
  const now = Date.now();
  await commit(() => countAttempt(`account:${email}`, now));
  const user = userByEmail(email);
  if (user === undefined || !(await verifyPassword(form.get('password') ?? '', user['password_hash'] ?? ''))) {
    return refused();
  }
  const cookie = `session_${randomBytes(32).toString('base64url')}`;
  const session = { id: id('sid'), user_id: user['id'] ?? '', auth_time: String(now), acr: 'urn:microauth:password', amr: 'pwd' };
  const query = new URLSearchParams(Buffer.from(form.get('interaction') ?? '', 'base64url').toString());
  const location = await issueCode(query, session, now, () => {
    returnAttempt(`account:${email}`);
    insertSession(session.id, sha256(cookie), session.user_id, now, session.acr, session.amr, now + lifetimes.session * 1000);
  });
  return redirect(location, { 'Set-Cookie': `microauth-session=${cookie}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${lifetimes.session}` });
}

/** A document as long as ours, which is where it comes from. */
function documentOf(file: string): () => Answer {
  const body = readFileSync(join(folder, file), 'utf8');
  return () => ({ status: 200, headers: documentHeaders, body });
}

const endpoints: Readonly<Record<string, (request: IncomingMessage, query: URLSearchParams) => Answer | Promise<Answer>>> = {
  '/authorize': authorize,
  '/token': token,
  '/userinfo': userinfo,
  '/introspect': introspect,
  '/sign-in': signIn,
  '/.well-known/openid-configuration': documentOf('discovery.json'),
  '/jwks': documentOf('jwks.json'),
};

/** Lines are written together, as ours are. */
let lines = '';

function log(line: object): void {
  if (lines === '') {
    setTimeout(() => {
      writeSync(1, lines);
      lines = '';
    }, 20);
  }
  lines += `${JSON.stringify(line)}\n`;
}

createServer(async (request, response) => {
  const startedAt = performance.now();
  const [path = '', query = ''] = (request.url ?? '').split('?');
  const { status, headers, body } = (await endpoints[path]?.(request, new URLSearchParams(query))) ?? refused();
  response.writeHead(status, { ...headers, 'Content-Length': String(Buffer.byteLength(body)) });
  response.end(body);
  log({ time: new Date().toISOString(), method: request.method, path, status, duration: performance.now() - startedAt, request: id('req') });
}).listen(port, '127.0.0.1');
process.once('SIGTERM', () => process.exit());
