/*
 * Measures what a second worker brings on a machine of two cores, on SQLite and on PostgreSQL:
 *   npm run bench:workers [-- --rounds 7] [--seconds 4] [--no-write]
 * Server, database and load share all cores here, as they do on a machine that has no others.
 */
import { fork } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startPostgres } from '../test/support/postgres.ts';
import { median } from './cell.ts';
import { carryOut } from './jobs.ts';
import type { Measurement } from './load.ts';
import { machine, writeSection } from './report.ts';
import { connectionsOf, type ScenarioName, scenarios } from './scenarios.ts';
import { compile, prepare, type Server, start } from './servers.ts';

const { values: flags } = parseArgs({
  options: { rounds: { type: 'string', default: '7' }, seconds: { type: 'string', default: '4' }, write: { type: 'boolean', default: true } },
  allowNegative: true,
});
const rounds = Number(flags.rounds);
const seconds = Number(flags.seconds);
const chosen = ['flow-es256', 'refresh'] as const satisfies readonly ScenarioName[];
const engines = [
  ['microauth-sqlite', 'SQLite'],
  ['microauth-postgres', 'PostgreSQL'],
] as const;
const workerCounts = [1, 2] as const;

/** One server and all that was measured of it, by scenario. */
interface Candidate {
  readonly server: Server;
  readonly engine: string;
  readonly workers: number;
  readonly measured: Map<ScenarioName, Measurement[]>;
}

compile();
mkdirSync(join(import.meta.dirname, '.data'), { recursive: true });
const folder = mkdtempSync(join(import.meta.dirname, '.data', 'workers-'));
const load = fork(join(import.meta.dirname, 'load.ts'), { stdio: 'inherit' });
const postgres = await startPostgres({ durable: true });
const candidates: Candidate[] = [];
try {
  for (const [name, engine] of engines) {
    for (const workers of workerCounts) {
      const blueprint = await prepare(name, join(folder, String(workers)), name === 'microauth-postgres' ? await postgres.database() : undefined);
      const command = [...blueprint.command, '--workers', String(workers)];
      const server = await start({ ...blueprint, command }, [], `0-${cpus().length - 1}`);
      candidates.push({ server, engine, workers, measured: new Map() });
    }
  }
  for (const scenario of chosen) {
    for (let round = 0; round < rounds; round += 1) {
      for (const candidate of candidates) {
        await measure(candidate, scenario, round === 0);
      }
    }
  }
  const text = [
    `Measured on ${new Date().toISOString().slice(0, 10)}: medians of ${rounds} rounds of ${seconds} s, one after the other in turns, ${connectionsOf('refresh')} connections.`,
    table(),
    machine().map((fact) => `- ${fact}`).join('\n'),
  ].join('\n\n');
  console.log(text);
  if (flags.write) {
    writeSection('workers', text);
    console.log('\ndocs/performance.md has the figures.');
  }
} finally {
  await Promise.all(candidates.map(({ server }) => server.stop()));
  await postgres.stop();
  load.disconnect();
  rmSync(folder, { recursive: true, force: true });
}

async function measure({ server, measured, engine, workers }: Candidate, scenario: ScenarioName, first: boolean): Promise<void> {
  // The first round also gives the second worker time to come up, and code to get fast.
  const job = { server: server.name, port: server.port, scenario, connections: connectionsOf(scenario), warmUp: first ? seconds : seconds / 10, seconds, limit: 1_000_000 };
  const measurement = await carryOut(load, job);
  if (measurement.failures > 0 || measurement.count === 0) {
    throw new Error(`${engine}, ${workers} workers, ${scenario}: ${measurement.failures} failed. ${measurement.firstFailure ?? 'Nothing was measured.'}`);
  }
  measured.set(scenario, [...(measured.get(scenario) ?? []), measurement]);
  console.error(`${scenario}, ${engine}, ${workers}: ${Math.round(measurement.perSecond)}/s, load ${Math.round(measurement.loadBusy * 100)} % busy`);
}

function table(): string {
  const of = (candidate: Candidate, scenario: ScenarioName, field: 'perSecond' | 'p50' | 'p99'): number =>
    median((candidate.measured.get(scenario) ?? []).map((measurement) => measurement[field]));
  const rows = chosen.flatMap((scenario) =>
    engines.map(([, engine]) => {
      const [one, two] = candidates.filter((candidate) => candidate.engine === engine);
      if (one === undefined || two === undefined) {
        throw new Error('unreachable: there are two of each');
      }
      const shown = (candidate: Candidate): string =>
        `${Math.round(of(candidate, scenario, 'perSecond')).toLocaleString('en')} (${of(candidate, scenario, 'p50').toFixed(1)} / ${of(candidate, scenario, 'p99').toFixed(1)})`;
      const gain = of(two, scenario, 'perSecond') / of(one, scenario, 'perSecond');
      return `| ${scenarios[scenario].title}, ${engine} | ${shown(one)} | ${shown(two)} | ${gain.toFixed(2)} × |`;
    }),
  );
  return ['| per second (p50 / p99 in ms) | 1 worker | 2 workers | |', '|---|--:|--:|--:|', ...rows].join('\n');
}
