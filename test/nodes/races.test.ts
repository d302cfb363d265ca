import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { courseOf, raceForCode, raceForRefresh } from './races.ts';
import { openWire, signInOnce, type Wire } from './wire.ts';

const engines = ['postgres', 'sqlite'] as const;

describe.each(engines)('races between two processes on %s', (engine) => {
  const folder = mkdtempSync(join(tmpdir(), 'microauth-races-'));
  let postgres: PostgresServer | undefined;
  let cluster: Cluster;
  let wire: Wire;
  let cookie: string;

  beforeAll(async () => {
    postgres = engine === 'postgres' ? await startPostgres() : undefined;
    cluster = await startCluster({ nodes: 2, databaseUrl: (await postgres?.database()) ?? `sqlite:${join(folder, 'races.db')}`, logLevel: 'error' });
    wire = openWire(cluster);
    cookie = await signInOnce(cluster);
  });
  afterAll(async () => {
    wire.close();
    await cluster.stop();
    await postgres?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('of 50 redemptions of one code at once one wins, and the replays revoke what it won', async () => {
    for (let round = 0; round < 6; round += 1) {
      await raceForCode(courseOf(cluster, wire, cookie), 50, round);
    }
  });

  test('50 refreshes of one token at once have one successor, the same for all', async () => {
    for (let round = 0; round < 6; round += 1) {
      await raceForRefresh(courseOf(cluster, wire, cookie), 50, round);
    }
  });
});
