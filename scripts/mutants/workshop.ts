import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Mutant } from './find.ts';

/** A copy of the project in which sources are changed and tests run, so that the project itself is never changed. */
export interface Workshop {
  readonly folder: string;
  /** Runs these test files until one test fails; says which. Undefined where none does, even if the run breaks off: that says nothing of the change. */
  run(tests: readonly string[], seconds: number): Promise<string | undefined>;
  /** Which conditions come true in these test files; runs all of them once. */
  survey(mutants: readonly Mutant[], tests: readonly string[]): Promise<Survey>;
  /** Turns one condition off. Turning on the next puts it back. */
  turnOff(mutant: Mutant): void;
  close(): void;
}

/** By test file, how long it takes and the mutants whose conditions came true in it. */
export type Survey = Readonly<Record<string, { readonly milliseconds: number; readonly met: readonly string[] }>>;

/** On a busy machine a test takes longer; what is only slow has noticed nothing. */
const patience = ['--testTimeout=120000', '--hookTimeout=180000'];

const copied = ['src', 'test', 'scripts', 'docs', 'examples', 'bench', 'deploy', 'package.json', 'tsconfig.json', 'vitest.config.ts', 'CHANGELOG.md', 'README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'LICENSE'];

export function openWorkshop(root: string): Workshop {
  const folder = mkdtempSync(join(tmpdir(), 'microauth-mutants-'));
  for (const name of copied.filter((one) => existsSync(join(root, one)))) {
    cpSync(join(root, name), join(folder, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  // As they were when this began: the project may be worked on meanwhile.
  const originals = new Map<string, string>();
  const original = (file: string): string => {
    const text = originals.get(file) ?? readFileSync(join(folder, file), 'utf8');
    originals.set(file, text);
    return text;
  };
  const restore = (): void => originals.forEach((text, file) => writeFileSync(join(folder, file), text));

  return {
    folder,
    async run(tests, seconds) {
      const report = join(folder, 'report.json');
      rmSync(report, { force: true });
      const code = await vitest(folder, [...tests, '--bail=1', '--reporter=json', `--outputFile=${report}`], seconds);
      return code !== 0 && existsSync(report) ? firstFailure(report, folder) : undefined;
    },
    async survey(mutants, tests) {
      const notes = join(folder, 'notes');
      mkdirSync(notes, { recursive: true });
      instrument(folder, mutants, original);
      writeFileSync(join(folder, 'note-conditions.ts'), setup(notes));
      writeFileSync(join(folder, 'survey.config.ts'), surveyConfig);
      const report = join(folder, 'report.json');
      await vitest(folder, [...tests, '--reporter=json', `--outputFile=${report}`, '--config=survey.config.ts'], 3600);
      restore();
      return surveyOf(mutants, notes, report, folder);
    },
    turnOff(mutant) {
      restore();
      const text = original(mutant.file);
      // Without its type the condition would narrow nothing; tests run without types.
      writeFileSync(join(folder, mutant.file), `${text.slice(0, mutant.start)}${mutant.off}${text.slice(mutant.end)}`);
    },
    close() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Every condition notes by its number when it would turn somebody away. */
function instrument(folder: string, mutants: readonly Mutant[], original: (file: string) => string): void {
  for (const file of new Set(mutants.map((mutant) => mutant.file))) {
    let text = original(file);
    // From the end, so that places before stay where they are; an inner condition ends after an outer one begins.
    const here = mutants.map((mutant, number) => ({ ...mutant, number })).filter((mutant) => mutant.file === file).toSorted((a, b) => b.start - a.start);
    for (const { start, end, number, off } of here) {
      text = `${text.slice(0, start)}globalThis.noteCondition(${number}, ${off === 'false'}, (${text.slice(start, end)}))${text.slice(end)}`;
    }
    writeFileSync(join(folder, file), `globalThis.noteCondition ??= (_number, _wanted, value) => value;\n${text}`);
  }
}

const surveyConfig = `import { mergeConfig } from 'vitest/config';
import own from './vitest.config.ts';
export default mergeConfig(own, { test: { setupFiles: ['./note-conditions.ts'] } });
`;

function setup(notes: string): string {
  return `import { writeFileSync } from 'node:fs';
import { afterAll, expect } from 'vitest';
const met = new Set();
globalThis.noteCondition = (number, wanted, value) => {
  if (Boolean(value) === wanted) met.add(number);
  return value;
};
afterAll(() => {
  const path = expect.getState().testPath ?? '';
  writeFileSync(${JSON.stringify(notes)} + '/' + Buffer.from(path).toString('base64url'), JSON.stringify([...met]));
});
`;
}

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly startTime: number;
    readonly endTime: number;
    readonly message: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

function surveyOf(mutants: readonly Mutant[], notes: string, report: string, folder: string): Survey {
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report;
  // What fails by itself would seem to notice everything.
  const failing = testResults.filter(({ status }) => status === 'failed').map(({ name }) => name);
  failing.forEach((name) => console.error(`fails with nothing turned off, and is left out: ${name.slice(folder.length + 1)}`));
  const durations = new Map(testResults.map(({ name, startTime, endTime }) => [name, endTime - startTime]));
  const met = readdirSync(notes).map((name) => {
    const path = Buffer.from(name, 'base64url').toString('utf8');
    const numbers = JSON.parse(readFileSync(join(notes, name), 'utf8')) as number[];
    const keys = failing.includes(path) ? [] : numbers.flatMap((number) => mutants[number]?.key ?? []);
    return [path.slice(folder.length + 1), { milliseconds: Math.round(durations.get(path) ?? 0), met: keys }] as const;
  });
  return Object.fromEntries(met);
}

function firstFailure(report: string, folder: string): string | undefined {
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report;
  const all = testResults.flatMap(({ name, assertionResults }) => assertionResults.map(({ status, fullName }) => ({ file: name.slice(folder.length + 1), status, fullName })));
  const first = all.find(({ status }) => status === 'failed');
  return first === undefined ? undefined : `${first.file}: ${first.fullName.trim()}`;
}

function vitest(folder: string, options: readonly string[], seconds: number): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(folder, 'node_modules/vitest/vitest.mjs'), 'run', '--root', folder, ...patience, ...options], { cwd: folder, stdio: 'ignore', detached: true });
    const timer = setTimeout(() => {
      // Its workers and whatever they have started too.
      process.kill(-(child.pid ?? 0), 'SIGKILL');
    }, seconds * 1000);
    child.once('exit', (code) => {
      clearTimeout(timer);
      resolve(code ?? 1);
    });
  });
}
