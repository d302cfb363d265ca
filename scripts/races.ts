/*
 * Thousands of races for codes and refresh tokens between two server processes, on either engine. Ends with 1 at the
 * first round that breaks the promise.
 *
 *   node scripts/races.ts --engine sqlite|postgres --rounds 1000 --entrants 50
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startCluster } from '../test/nodes/cluster.ts';
import { courseOf, raceForCode, raceForRefresh } from '../test/nodes/races.ts';
import { openWire, signInOnce } from '../test/nodes/wire.ts';
import { startPostgres } from '../test/support/postgres.ts';

const { values } = parseArgs({
  options: {
    engine: { type: 'string', default: 'postgres' },
    rounds: { type: 'string', default: '1000' },
    entrants: { type: 'string', default: '50' },
  },
});
const rounds = Number(values.rounds);
const entrants = Number(values.entrants);

const folder = mkdtempSync(join(tmpdir(), 'microauth-races-'));
const postgres = values.engine === 'postgres' ? await startPostgres({ durable: true }) : undefined;
const cluster = await startCluster({ nodes: 2, databaseUrl: (await postgres?.database()) ?? `sqlite:${join(folder, 'races.db')}`, logLevel: 'error' });
const wire = openWire(cluster);
const startedAt = performance.now();
let round = 0;
try {
  const course = courseOf(cluster, wire, await signInOnce(cluster));
  for (; round < rounds; round += 1) {
    await raceForCode(course, entrants, round);
    await raceForRefresh(course, entrants, round);
    if ((round + 1) % 100 === 0) {
      console.log(`${round + 1} rounds`);
    }
  }
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  console.log(
    JSON.stringify({ engine: values.engine, processes: 2, entrants, code_races: rounds, refresh_races: rounds, violations: 0, seconds, node: process.version }),
  );
} catch (error) {
  console.error(`round ${round}:`, error);
  process.exitCode = 1;
} finally {
  wire.close();
  await cluster.stop();
  await postgres?.stop();
  rmSync(folder, { recursive: true, force: true });
}
