import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '../../../src/admin/clients.ts';
import { grantNamedBy } from '../../../src/oauth/authorization-code.ts';
import { type Cluster, type Node, startCluster } from '../../nodes/cluster.ts';
import { until } from '../../nodes/until.ts';
import { openWire, signInOnce, type Wire } from '../../nodes/wire.ts';
import { payloadOf, redirectUri } from '../../support/flow.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';
import { unwrap } from '../../support/server.ts';
import { inspect } from './database.ts';
import { insist, type Life, newTally, type Tally } from './history.ts';
import { live, type Load, refresh } from './load.ts';

export type Engine = 'sqlite' | 'postgres';

/** What a crash loop did and found; it throws where a promise was broken. */
export interface Report extends Tally {
  readonly engine: Engine;
  readonly nodes: number;
  readonly rounds: number;
  readonly server_kills: number;
  readonly database_kills: number;
  readonly sign_ins: number;
  readonly grants_checked: number;
  /** Milliseconds from the start of a killed process until it listens. */
  readonly restart_median: number;
  readonly restart_longest: number;
}

const workers = 8;
/** How many clients begin lives in a round; a person has a hundred grants with each at most. */
const clientsOfRound = 20;
/** How many of the lives of earlier rounds every check looks at again. */
const lookBack = 200;

/**
 * Rounds of: load, `kill -9` at a random moment, restart, the same load carried on by clients that repeat what was not
 * answered, and then every answer that was ever received compared with what the database and the server say.
 */
export async function crashLoop(engine: Engine, rounds: number, progress: (round: number, tally: Tally) => void = () => undefined): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), 'microauth-crash-'));
  const postgres = engine === 'postgres' ? await startPostgres({ durable: true }) : undefined;
  const databaseUrl = (await postgres?.database()) ?? `sqlite:${join(folder, 'crash.db')}`;
  const cluster = await startCluster({ nodes: engine === 'postgres' ? 2 : 1, databaseUrl, logLevel: 'error' });
  const tally = newTally();
  const kills = { server: 0, database: 0 };
  const restarts: number[] = [];
  const cookies: string[] = [];
  const old: Life[] = [];
  let checked = 0;
  try {
    for (let round = 0; round < rounds; round += 1) {
      const wire = openWire(cluster);
      // A sign-in is acknowledged too: every session must outlive every crash.
      if (round % 5 === 0) {
        cookies.push(await signInOnce(cluster));
      }
      const lives: Life[] = [];
      let goesOn = true;
      const load: Load = {
        wire,
        clients: await makeClients(cluster),
        ports: cluster.nodes.map((node) => node.port),
        cookie: cookies.at(-1) ?? '',
        goesOn: () => goesOn,
        lives,
        tally,
      };
      const running = Promise.all(Array.from({ length: workers }, () => live(load)));
      // A violation must not wait unheard until the round is over.
      running.catch(() => undefined);
      // However busy the machine is, there is something to lose.
      await Promise.race([until('the load has begun', () => lives.length > workers, 20_000), running]);
      await moment(Math.random() * 400);
      if (postgres !== undefined && round % 5 === 4) {
        kills.database += 1;
        await postgres.kill();
        await postgres.restart();
      } else {
        const victims = victimsOf(cluster, round);
        kills.server += victims.length;
        await Promise.all(victims.map((node) => node.kill()));
        const startedAt = performance.now();
        await Promise.all(victims.map((node) => node.start()));
        restarts.push(performance.now() - startedAt);
      }
      await moment(100);
      goesOn = false;
      await running;
      checked += await check({ databaseUrl, cluster, wire, load, cookies }, [...lives, ...sample(old, lookBack)]);
      old.push(...lives);
      wire.close();
      progress(round, tally);
    }
  } finally {
    await end(cluster, postgres);
    rmSync(folder, { recursive: true, force: true });
  }
  const sorted = restarts.toSorted((a, b) => a - b);
  return {
    engine,
    nodes: cluster.nodes.length,
    rounds,
    server_kills: kills.server,
    database_kills: kills.database,
    sign_ins: cookies.length,
    grants_checked: checked,
    ...tally,
    restart_median: Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0),
    restart_longest: Math.round(sorted.at(-1) ?? 0),
  };
}

async function makeClients({ admin, tenant }: Cluster): Promise<readonly string[]> {
  const input = { type: 'spa', name: 'A client of a round', redirectUris: [redirectUri] } as const;
  return Promise.all(Array.from({ length: clientsOfRound }, async () => unwrap(await createClient(admin, tenant.id, input)).client.id));
}

/** One node in every third round, else all of them. */
function victimsOf({ nodes }: Cluster, round: number): readonly Node[] {
  return round % 3 === 0 ? sample(nodes, 1) : nodes;
}

interface Ground {
  readonly databaseUrl: string;
  readonly cluster: Cluster;
  readonly wire: Wire;
  readonly load: Load;
  readonly cookies: readonly string[];
}

/** Every acknowledged answer holds: in the table for all of these lives, and at the endpoints for some. */
async function check({ databaseUrl, cluster, wire, load, cookies }: Ground, lives: readonly Life[]): Promise<number> {
  const anyPort = () => sample(load.ports, 1)[0] ?? 0;
  await Promise.all(
    cluster.nodes.map(async (node) => {
      let status: number | undefined;
      const answers = async () => (status = (await wire.authorize(node.port, load.cookie)).status) === 303;
      await until('the node answers', answers, 10_000).catch((error: unknown) => {
        throw new Error(`a node answers ${status}, and has said: ${node.output().slice(-3000)}`, { cause: error });
      });
    }),
  );
  const inspection = await inspect(databaseUrl);
  try {
    await inspection.checkSoundness();
    const rows = await inspection.rows(lives.map(({ code }) => grantNamedBy(code.code) ?? ''));
    for (const life of lives) {
      const row = rows.get(grantNamedBy(life.code.code) ?? '');
      insist(row !== undefined, 'an issued code is there', life);
      insist((row.redeemed_at !== null) === life.redeemed, 'a redeemed code is redeemed, another is not', { row, life });
      insist((row.revoked_at !== null) === life.revoked, 'a revoked grant is revoked, another is not', { row, life });
      insist(row.generation === life.generation || (life.tooLate && row.generation === life.generation + 1), 'a rotated token is rotated, as often as was answered', { row, life });
    }
  } finally {
    await inspection.close();
  }
  for (const life of sample(lives.filter(({ refreshToken }) => refreshToken !== undefined), 12)) {
    const over = isOver(life);
    const opened = await wire.userinfo(anyPort(), life.accessToken ?? '');
    insist(opened.status === 401 ? over || life.revoked || isOver(life) : opened.status === 200 && !over && !life.revoked, 'an access token opens what its grant allows', { status: opened.status, life });
    if (life.revoked) {
      const refused = await wire.as(life.clientId).refresh(anyPort(), life.refreshToken ?? '');
      insist(refused.status === 400, 'a revoked grant stays revoked', { status: refused.status, life });
    } else {
      await refresh(load, life);
    }
  }
  for (const life of sample(lives.filter(({ redeemed }) => redeemed), 4)) {
    const replayed = await wire.as(life.clientId).redeem(anyPort(), life.code);
    insist(replayed.status === 400, 'a redeemed code stays redeemed', { status: replayed.status, life });
    load.tally.replays_refused += 1;
    life.revoked = true;
  }
  for (const cookie of sample(cookies, 5)) {
    insist((await wire.authorize(anyPort(), cookie)).status === 303, 'a session outlives the crash', cookie.length);
  }
  insist(cluster.nodes.every((node) => node.alive()), 'every node runs', cluster.nodes.map((node) => node.output()));
  return lives.length;
}

/** Whether the access token has expired by itself, as those of ten minutes ago have. */
function isOver({ accessToken }: Life): boolean {
  return Number(payloadOf(accessToken ?? '')['exp']) * 1000 <= Date.now();
}

async function end(cluster: Cluster, postgres: PostgresServer | undefined): Promise<void> {
  await cluster.stop();
  await postgres?.stop();
}

function moment(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

/** Some members of a list, each at most once. */
function sample<Member>(list: readonly Member[], count: number): readonly Member[] {
  if (list.length <= count) {
    return list;
  }
  const chosen = new Set<Member>();
  while (chosen.size < count) {
    chosen.add(list[Math.floor(Math.random() * list.length)] as Member);
  }
  return [...chosen];
}
