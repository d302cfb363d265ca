/*
 * Where the processor time of a server goes, scenario by scenario:
 *   npm run bench:profile [-- --server NAME] [--only SCENARIO,…] [--seconds N] [--top N]
 * Each scenario gets a fresh server, warm before the profile's time counts for most of it.
 */
import { fork } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startPostgres } from '../test/support/postgres.ts';
import { carryOut } from './jobs.ts';
import { serverNames } from './names.ts';
import { cannot, connectionsOf, scenarioNames } from './scenarios.ts';
import { compile, leaveServerCore, lendDocuments, prepare, start } from './servers.ts';

const { values: flags } = parseArgs({
  options: {
    server: { type: 'string', default: 'microauth-sqlite' },
    only: { type: 'string' },
    seconds: { type: 'string', default: '6' },
    top: { type: 'string', default: '25' },
  },
});
const name = serverNames.find((candidate) => candidate === flags.server) ?? 'microauth-sqlite';

/** The lines of the bundles that were looked into. */
const bundles = new Map<string, readonly string[]>();

compile();
leaveServerCore();
mkdirSync(join(import.meta.dirname, '.data'), { recursive: true });
const folder = mkdtempSync(join(import.meta.dirname, '.data', 'profile-'));
const load = fork(join(import.meta.dirname, 'load.ts'), { stdio: 'inherit' });
const postgres = name === 'microauth-postgres' ? await startPostgres({ durable: true }) : undefined;
try {
  if (name === 'floor') {
    const lender = await start(await prepare('microauth-sqlite', join(folder, 'lender')));
    await lendDocuments(lender, join(folder, 'floor'));
    await lender.stop();
  }
  const blueprint = await prepare(name, folder, await postgres?.database());
  for (const scenario of scenarioNames) {
    if ((flags.only?.split(',').includes(scenario) ?? true) && cannot[name]?.[scenario] === undefined) {
      const profiles = join(folder, scenario);
      mkdirSync(profiles);
      const server = await start(blueprint, ['--cpu-prof', '--cpu-prof-interval', '500', `--cpu-prof-dir=${profiles}`]);
      const job = { server: name, port: server.port, scenario, connections: connectionsOf(scenario), warmUp: 1, seconds: Number(flags.seconds), limit: 1_000_000 };
      const { perSecond, failures, firstFailure } = await carryOut(load, job);
      await server.stop();
      console.log(`\n## ${name}, ${scenario}: ${Math.round(perSecond)}/s under the profiler${failures === 0 ? '' : `, ${failures} failed: ${firstFailure}`}\n`);
      for (const file of readdirSync(profiles)) {
        console.log(summary(readFileSync(join(profiles, file), 'utf8'), Number(flags.top), server.startTime + 1500));
      }
    }
  }
} finally {
  await postgres?.stop();
  load.disconnect();
  rmSync(folder, { recursive: true, force: true });
}

interface Profile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number } }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** Self time by function and by where the function comes from, without the first milliseconds. */
function summary(text: string, top: number, skipped: number): string {
  const { nodes, samples, timeDeltas } = JSON.parse(text) as Profile;
  const names = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const functions = new Map<string, number>();
  const places = new Map<string, number>();
  let total = 0;
  let clock = 0;
  for (const [index, id] of samples.entries()) {
    const frame = names.get(id);
    const delta = timeDeltas[index] ?? 0;
    clock += delta / 1000;
    if (clock < skipped || frame === undefined || frame.functionName === '(idle)' || frame.functionName === '(program)') {
      continue;
    }
    const origin = originOf(frame.url, frame.lineNumber);
    const place = placeOf(origin, frame.functionName);
    const called = `${frame.functionName === '' ? '(anonymous)' : frame.functionName} ${frame.url === '' ? '' : `${origin.replace(/^.*\/(?:node_modules|bench)\//, '')} (${frame.url.slice(frame.url.lastIndexOf('/') + 1)}:${frame.lineNumber + 1})`}`;
    total += delta;
    functions.set(called, (functions.get(called) ?? 0) + delta);
    places.set(place, (places.get(place) ?? 0) + delta);
  }
  const list = (entries: Map<string, number>, limit: number): string =>
    [...entries]
      .toSorted((a, b) => b[1] - a[1])
      .slice(0, limit)
      .map(([key, time]) => `${((time / total) * 100).toFixed(1).padStart(5)} %  ${key}`)
      .join('\n');
  return `${list(places, 14)}\n\n${list(functions, top)}`;
}

/** The file that a line of a bundle comes from: the bundler writes its path as a comment above what it has from there. */
function originOf(url: string, line: number): string {
  if (!/^file:.*\/dist\/[^/]+$/.test(url)) {
    return url;
  }
  const lines = bundles.get(url) ?? readFileSync(new URL(url), 'utf8').split('\n');
  bundles.set(url, lines);
  const comment = lines.slice(0, line + 1).findLast((text) => /^\/\/ (?:src|node_modules)\//.test(text));
  return comment === undefined ? url : `/${comment.slice('// '.length)}`;
}

function placeOf(url: string, functionName: string): string {
  if (url === '') {
    return functionName === '(garbage collector)' ? 'garbage collection' : 'native code';
  }
  return /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? /\/(src\/[^/]+)/.exec(url)?.[1] ?? (url.startsWith('node:') ? url.split('/').slice(0, 2).join('/') : 'bench');
}
