/*
 * Measures MicroAuth, the floor and other providers in one run:
 *   npm run bench [-- --quick] [--only SCENARIO,…] [--servers NAME,…] [--no-write]
 * A quick run prints only; --write makes it write docs/performance.md as a full one does.
 */
import { execFileSync, fork } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startPostgres } from '../test/support/postgres.ts';
import { type Cell, median, summarize } from './cell.ts';
import { carryOut } from './jobs.ts';
import type { Job } from './load.ts';
import { type ServerName, serverNames } from './names.ts';
import { cellKey, renderResults, renderSteadiness, type Results, writeSection } from './report.ts';
import { cannot, connectionsOf, type ScenarioName, scenarioNames } from './scenarios.ts';
import { type Blueprint, compile, leaveServerCore, lendDocuments, prepare, processorTime, residentMemory, type Server, start } from './servers.ts';

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    servers: { type: 'string' },
    write: { type: 'boolean' },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
  },
  allowNegative: true,
});
const quick = flags.quick;
const rounds = Number(flags.rounds ?? (quick ? 3 : 7));
const seconds = Number(flags.seconds ?? (quick ? 0.6 : 4));
const starts = quick ? 3 : 7;
const chosen = <Name extends string>(all: readonly Name[], flag: string | undefined): readonly Name[] =>
  flag === undefined ? all : all.filter((name) => flag.split(',').includes(name));
const servers = chosen(serverNames, flags.servers);
const chosenScenarios = chosen(scenarioNames, flags.only);

installPeers();
compile();
leaveServerCore();
// On a disk: many a temporary folder is in memory, where a commit costs nothing.
mkdirSync(join(import.meta.dirname, '.data'), { recursive: true });
const folder = mkdtempSync(join(import.meta.dirname, '.data', 'run-'));
const load = fork(join(import.meta.dirname, 'load.ts'), { stdio: 'inherit' });
const postgres = servers.includes('microauth-postgres') ? await startPostgres({ durable: true }) : undefined;
const running: Server[] = [];
try {
  const blueprints: Blueprint[] = [];
  for (const name of servers) {
    console.error(`preparing ${name}`);
    if (name === 'floor') {
      await borrowDocuments();
    }
    blueprints.push(await prepare(name, folder, name === 'microauth-postgres' ? await postgres?.database() : undefined));
  }
  const startTimes = await measureStarts(blueprints);
  for (const blueprint of blueprints) {
    running.push(await start(blueprint));
  }
  const cells = await measureAll();
  const memory = new Map(running.map((server) => [server.name, residentMemory(server.pid)]));
  const results: Results = { quick, rounds, seconds, servers, cells, memory, startTimes };
  const text = renderResults(results);
  console.log(text);
  console.log(`\n${renderSteadiness(results)}`);
  const whole = servers.length === serverNames.length && chosenScenarios.length === scenarioNames.length;
  if (flags.write ?? (whole && !quick)) {
    writeSection('figures', text);
    console.log('\ndocs/performance.md has the figures.');
  }
} finally {
  await Promise.all(running.map((server) => server.stop()));
  await postgres?.stop();
  load.disconnect();
  rmSync(folder, { recursive: true, force: true });
}

function installPeers(): void {
  if (!existsSync(join(import.meta.dirname, 'node_modules'))) {
    execFileSync('npm', ['ci', '--prefix', import.meta.dirname, '--ignore-scripts', '--no-audit', '--no-fund'], { stdio: 'inherit' });
  }
}

/** The floor answers discovery and keys with what ours answers. */
async function borrowDocuments(): Promise<void> {
  const lender = await start(await prepare('microauth-sqlite', join(folder, 'lender')));
  await lendDocuments(lender, join(folder, 'floor'));
  await lender.stop();
}

async function measureStarts(blueprints: readonly Blueprint[]): Promise<Map<ServerName, number>> {
  const times = new Map<ServerName, number[]>(servers.map((name) => [name, []]));
  for (let round = 0; round < starts; round += 1) {
    for (const blueprint of blueprints) {
      const server = await start(blueprint);
      times.get(blueprint.name)?.push(server.startTime);
      await server.stop();
    }
  }
  return new Map(Array.from(times, ([name, all]) => [name, median(all)]));
}

/** Scenario by scenario, round by round, one server after the other, so that a slow minute slows all of them. */
async function measureAll(): Promise<Map<string, Cell>> {
  const cells = new Map<string, Cell>();
  for (const scenario of chosenScenarios) {
    const measured = new Map<ServerName, Omit<Cell, 'range'>[]>();
    for (let round = 0; round < rounds; round += 1) {
      for (const server of running) {
        if (cannot[server.name]?.[scenario] === undefined) {
          const cell = await measure(server, scenario, round === 0);
          measured.set(server.name, [...(measured.get(server.name) ?? []), cell]);
        }
      }
    }
    for (const [server, all] of measured) {
      cells.set(cellKey(scenario, server), summarize(all));
    }
    console.error(`${scenario}: ${Array.from(measured, ([server, all]) => `${server} ${Math.round(median(all.map((cell) => cell.perSecond)))}`).join(', ')}`);
  }
  return cells;
}

async function measure(server: Server, scenario: ScenarioName, first: boolean): Promise<Omit<Cell, 'range'>> {
  // Code gets fast by running; the first round gives it time to.
  const warmUp = first ? Math.max(1, seconds / 2) : seconds / 10;
  const job: Job = { server: server.name, port: server.port, scenario, connections: connectionsOf(scenario), warmUp, seconds, limit: 1_000_000 };
  const timer = watchProcessor(server.pid);
  const measurement = await carryOut(load, job);
  const processor = timer();
  if (measurement.failures > 0 || measurement.count === 0) {
    throw new Error(`${server.name}, ${scenario}: ${measurement.failures} failed. ${measurement.firstFailure ?? 'Nothing was measured.'}`);
  }
  return {
    perSecond: measurement.perSecond,
    p50: measurement.p50,
    p99: measurement.p99,
    loadBusy: measurement.loadBusy,
    serverBusy: processor,
    processor: (processor * 1e6) / measurement.perSecond,
  };
}

/** Watches how busy a process is; gives the share of one core over the second half of the time until it is asked. */
function watchProcessor(pid: number): () => number {
  const samples: { readonly at: number; readonly used: number }[] = [];
  const sample = (): void => void samples.push({ at: performance.now(), used: processorTime(pid) });
  sample();
  const timer = setInterval(sample, Math.min(100, seconds * 100));
  return () => {
    clearInterval(timer);
    sample();
    const end = samples.at(-1) ?? { at: 0, used: 0 };
    const from = samples.find((candidate) => candidate.at >= end.at - seconds * 1000) ?? end;
    return (end.used - from.used) / ((end.at - from.at) / 1000);
  };
}
