import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tables } from '../../src/store/sql/schema.ts';
import { microauth } from '../cli/microauth.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { openWire, signInOnce, type Wire } from './wire.ts';

/*
 * What an upgrade of other nodes does to a node of this version: they bring the schema one step further, by what a step
 * may do, a new table, a new index, new columns that may be null, here in every table there is.
 */
const nextStep = [
  'CREATE TABLE novelties (tenant_id TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (tenant_id, id))',
  ...tables.filter((table) => table !== 'migrations').map((table) => `ALTER TABLE ${table} ADD COLUMN novelty TEXT`),
  'CREATE INDEX grants_by_novelty ON grants (novelty)',
  "INSERT INTO migrations (name, applied_at) VALUES ('9999-novelties', 0)",
];

async function bringForward(databaseUrl: string): Promise<void> {
  const file = /^sqlite:(.+)$/.exec(databaseUrl)?.[1];
  const all = `BEGIN; ${nextStep.join('; ')}; COMMIT`;
  if (file !== undefined) {
    const database = new DatabaseSync(file, { timeout: 5000 });
    database.exec(all);
    database.close();
    return;
  }
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(all);
  await client.end();
}

describe.each(['sqlite', 'postgres'] as const)('a node whose schema on %s is brought forward by a newer version', (engine) => {
  const folder = mkdtempSync(join(tmpdir(), 'microauth-newer-'));
  let postgres: PostgresServer | undefined;
  let databaseUrl: string;
  let cluster: Cluster;
  let wire: Wire;

  beforeAll(async () => {
    postgres = engine === 'postgres' ? await startPostgres() : undefined;
    databaseUrl = (await postgres?.database()) ?? `sqlite:${join(folder, 'newer.db')}`;
    cluster = await startCluster({ nodes: 1, databaseUrl });
    wire = openWire(cluster);
  });
  afterAll(async () => {
    wire.close();
    await cluster.stop();
    await postgres?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const port = () => cluster.nodes[0]?.port ?? 0;

  /** Sign-in, refresh, userinfo, revocation, sign-out: every answer's status. */
  async function wholeLife(): Promise<readonly (number | undefined)[]> {
    const flow = cluster.flow();
    const tokens = await flow.tokens({ scope: 'openid offline_access' });
    const refreshed = await flow.refresh(tokens.json.refresh_token);
    const opened = await flow.userinfo(refreshed.json.access_token);
    const revoked = await wire.revoke(port(), refreshed.json.refresh_token);
    const signedOut = await flow.agent.submit(await flow.agent.open(`${flow.issuer}/logout`), { decision: 'sign_out' });
    return [tokens.status, refreshed.status, opened.status, revoked.status, signedOut.status];
  }
  const fine = [200, 200, 200, 200, 200];

  /** Many at once, so that every connection to the database is used for everything. */
  async function crowd(cookie: string, old: readonly string[]): Promise<ReadonlySet<number | undefined>> {
    const codes = await Promise.all(Array.from({ length: 40 }, () => wire.authorize(port(), cookie)));
    const redeemed = await Promise.all(codes.map(({ code }) => wire.redeem(port(), code ?? { code: '', verifier: '' })));
    const refreshed = await Promise.all([...old, ...redeemed.map(({ json }) => json.refresh_token ?? '')].map((token) => wire.refresh(port(), token)));
    const opened = await Promise.all(refreshed.map(({ json }) => wire.userinfo(port(), json.access_token ?? '')));
    return new Set([...codes, ...redeemed, ...refreshed, ...opened].map(({ status }) => status));
  }

  test('answers everything as before, without a restart and after one, which it says', async () => {
    const cookie = await signInOnce(cluster);
    expect(await crowd(cookie, [])).toEqual(new Set([303, 200]));
    expect(await wholeLife()).toEqual(fine);
    const before = await wire.redeem(port(), (await wire.authorize(port(), cookie)).code ?? { code: '', verifier: '' });
    await bringForward(databaseUrl);
    expect(await crowd(cookie, [before.json.refresh_token ?? ''])).toEqual(new Set([303, 200]));
    expect(await wholeLife()).toEqual(fine);
    expect(cluster.nodes[0]?.output()).not.toContain('server_error');
    expect(await cluster.nodes[0]?.stop()).toBe(0);
    await cluster.nodes[0]?.start();
    await expect.poll(() => cluster.nodes[0]?.output()).toContain('"event":"schema_newer","migrations":["9999-novelties"]');
    expect(await wholeLife()).toEqual(fine);
    expect(cluster.nodes[0]?.output()).not.toContain('server_error');
  });

  test('check says it, and backup and move take nothing that they would lose a part of', async () => {
    const environment = {
      MICROAUTH_URL: cluster.issuer,
      MICROAUTH_DATABASE_URL: databaseUrl,
      MICROAUTH_SEALING_KEY: Buffer.from(cluster.admin.sealingKey).toString('base64'),
    };
    const checked = await microauth(folder, ['check'], { environment });
    expect([checked.code, checked.stderr]).toEqual([1, expect.stringMatching(/^The schema is of a newer version, with 9999-novelties/)]);
    const backup = join(folder, 'backup.db');
    for (const words of [['backup', backup], ['move', '--from', databaseUrl, '--to', `sqlite:${join(folder, 'moved.db')}`]]) {
      const { code, stderr } = await microauth(folder, words, { environment });
      expect([code, stderr]).toEqual([1, expect.stringContaining('newer version')]);
    }
    expect(existsSync(backup)).toBe(false);
  });
});
