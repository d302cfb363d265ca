import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createUser } from '../../src/admin/users.ts';
import type { UserRecord } from '../../src/store/records.ts';
import { type Cluster, startCluster } from '../nodes/cluster.ts';
import { readExposition } from '../operations/exposition.ts';
import { encode, type Flow } from '../support/flow.ts';
import { linkIn, type MailServer, startMailServer } from '../support/mail-server.ts';
import { freePort, password, settle, unwrap } from '../support/server.ts';
import { type Page, send } from '../support/user-agent.ts';

/** A server as a process of its own behind a proxy that it trusts, open to whoever signs up, so that its load is its own. */
export interface ServerProcess {
  readonly cluster: Cluster;
  readonly mail: MailServer;
  /** Sends a form from an address, as one of our own pages would. */
  post(path: string, fields: Readonly<Record<string, string>>, headers?: Readonly<Record<string, string>>): Promise<Page>;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Page>;
  user(email: string): Promise<UserRecord>;
  /** The secret of the link that sets a new password. */
  resetTicket(email: string): Promise<string>;
  /** A metric without labels. */
  metric(name: string): Promise<number>;
  /** The bytes of the database, its log included. */
  fileSize(): number;
  /** Asks the database itself. */
  query(text: string): readonly Record<string, unknown>[];
  stop(): Promise<void>;
}

/** Starts it; `nodeOptions` are given to Node. */
export async function startServerProcess(nodeOptions = ''): Promise<ServerProcess> {
  const mail = await startMailServer();
  const folder = mkdtempSync(join(tmpdir(), 'microauth-process-'));
  const path = join(folder, 'microauth.db');
  const operations = await freePort();
  const cluster = await startCluster({
    nodes: 1,
    databaseUrl: `sqlite:${path}`,
    nodeOptions,
    environment: {
      MICROAUTH_OPERATIONS_LISTEN: `127.0.0.1:${operations}`,
      MICROAUTH_DRAIN_SECONDS: '0',
      MICROAUTH_SMTP_URL: mail.url,
      MICROAUTH_TRUSTED_PROXIES: '127.0.0.1',
    },
  });
  const { store, tenant, issuer } = cluster;
  await settle(store, tenant.id, { signUp: 'open', emailSignIn: true });
  const post: ServerProcess['post'] = (to, fields, headers = {}) =>
    send(`${issuer}${to}`, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded', origin: issuer, 'sec-fetch-site': 'same-origin', ...headers }, body: encode(fields) });
  return {
    cluster,
    mail,
    post,
    get: (from, headers = {}) => send(`${issuer}${from}`, { headers }),
    user: async (email) => unwrap(await createUser(cluster.admin, tenant.id, { email, password, emailVerified: true, claims: {} })),
    async resetTicket(email) {
      const sent = mail.mails.length;
      await post('/forgot-password', { email });
      return new URL(linkIn(await mail.waitFor(email, sent))).searchParams.get('ticket') ?? '';
    },
    async metric(name) {
      return readExposition((await send(`http://127.0.0.1:${operations}/metrics`)).text).values.get(name) ?? Number.NaN;
    },
    fileSize: () => ['', '-wal'].reduce((sum, end) => sum + statSync(`${path}${end}`).size, 0),
    query(text) {
      const database = new DatabaseSync(path, { readOnly: true, timeout: 5000 });
      const rows = database.prepare(text).all();
      database.close();
      return rows;
    },
    async stop() {
      await cluster.stop();
      await mail.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A sign-in page that somebody has open: what its forms carry, with the cookies of its browser. */
export async function openSignIn(flow: Flow, change: Parameters<Flow['authorize']>[0] = {}): Promise<{ readonly interaction: string; readonly cookie: string }> {
  const page = await flow.authorize(change);
  const cookie = [...flow.agent.cookies(page.url.hostname)].map(([name, value]) => `${name}=${value}`).join('; ');
  return { interaction: page.url.searchParams.get('interaction') ?? '', cookie };
}
