/*
 * The server that is fuzzed, as a process of its own, so that its heap and its event loop can be told from those of the fuzzer. It makes
 * people and clients when it is asked to, watches its own log, and says how it is doing.
 */
import { statSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { describeAuthentication } from '../../src/oauth/authentication-contexts.ts';
import { startSession } from '../../src/session/session.ts';
import { redirectUri } from '../support/flow.ts';
import { password, settle, startServer, unwrap } from '../support/server.ts';
import { countAllRows } from './rows.ts';
import type { Cast, FromServer, Order, Person, Vitals } from './messages.ts';

const databaseUrl = process.env['FUZZ_DATABASE_URL'];
/** Whatever must not stand in the log. */
let secrets: readonly string[] = [];
const findings = new Set<string>();

function onLine(line: string): void {
  if (line.includes('"event":"server_error"')) {
    findings.add(`log: ${line.slice(0, 2000)}`);
  }
  const leaked = secrets.find((secret) => line.includes(secret));
  if (leaked !== undefined) {
    findings.add(`log: holds the secret that begins with ${leaked.slice(0, 12)}: ${line.slice(0, 1000)}`);
  }
}

const server = await startServer({ dev: true, trustedProxies: ['127.0.0.1'], onLine, ...(databaseUrl === undefined ? {} : { databaseUrl }) });
const { store, admin, record, clock } = server;
await settle(store, record.id, { signUp: 'open', emailSignIn: true });
await server.tenant('other');
const api = 'https://api.example/';
await server.resource({ identifier: api, name: 'An API', scopes: ['api:read'] });
const redirectUris = [redirectUri];
const scopes = ['openid', 'profile', 'email', 'address', 'phone', 'offline_access', 'api:read'];
const cast: Cast = {
  issuer: server.issuer,
  port: server.port,
  api,
  clients: {
    spa: await server.client({ type: 'spa', redirectUris, scopes }),
    web: await server.client({ type: 'web', redirectUris, scopes, postLogoutRedirectUris: ['https://rp.example/out'] }),
    thirdParty: await server.client({ type: 'web', redirectUris, scopes, thirdParty: true, popup: true }),
    strong: await server.client({ type: 'spa', redirectUris, scopes, secondFactor: 'required' }),
    service: await server.client({ type: 'service', scopes: ['api:read'] }),
  },
};
const passwordHash = unwrap(await admin.hasher.hash(password));

/** Somebody who is signed in in a browser of their own. */
async function newPerson(number: number, emailVerified: boolean): Promise<Person> {
  const now = clock.now();
  const user = {
    id: `user_fuzz${number}`,
    email: `fuzz${number}@example.com`,
    emailKey: `fuzz${number}@example.com`,
    emailVerified,
    passwordHash,
    passwordByMail: false,
    claims: '{"name":"A Person"}',
    termsAcceptedAt: null,
    enabled: true,
    createdAt: now,
    updatedAt: now,
    version: 1,
  };
  await store.createUser(record.id, user);
  const signIn = () => startSession({ store, clock, tenant: record }, { userId: user.id, ...describeAuthentication(['password', 'email']), userAgent: 'a browser', address: '192.0.2.1' }, undefined);
  await signIn();
  const started = await signIn();
  return { email: user.email, session: started.secret };
}

const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();

async function takeVitals(): Promise<Vitals> {
  const { max } = delay;
  const p99 = delay.percentile(99);
  globalThis.gc?.();
  const { heapUsed, rss, external } = process.memoryUsage();
  // Collecting all garbage is ours, and no request's.
  delay.reset();
  const file = /^sqlite:(.+)$/.exec(server.config.databaseUrl)?.[1];
  const bytes = file === undefined ? undefined : ['', '-wal'].reduce((sum, suffix) => sum + (statSync(`${file}${suffix}`, { throwIfNoEntry: false })?.size ?? 0), 0);
  const rows = await countAllRows(server.config.databaseUrl);
  delay.reset();
  return { heapUsed, rss, external, delayP99: p99 / 1e6, delayMax: max / 1e6, bytes, rows, findings: [...findings] };
}

// Whoever asked is gone, and so is what was asked for.
process.once('disconnect', () => process.exit());
let people = 0;
process.on('message', (order: Order) => {
  const answer = (value: FromServer) => void process.send?.(value);
  if ('people' in order) {
    const wanted = Array.from({ length: order.people }, (_, index) => newPerson((people += 1), index !== 0));
    void Promise.all(wanted).then((made) => answer({ people: made }));
  } else if ('secrets' in order) {
    secrets = order.secrets;
    answer({ noted: true });
  } else if ('vitals' in order) {
    void takeVitals().then((vitals) => answer({ vitals }));
  } else {
    void server.stop().then(() => process.disconnect?.());
  }
});
process.send?.({ cast } satisfies FromServer);
