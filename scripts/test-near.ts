/*
 * Runs the tests nearest to what has changed since a commit (HEAD otherwise), for about three quarters of a minute: those that changed themselves, then
 * those that reach a changed file over the fewest imports. Black-box tests import the whole server, so what is near is not all that a change can break:
 * `npm test` says that.
 *
 *   npm run test:near [-- COMMIT]
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** Seconds of tests, by what they took the last time. */
const budget = 45;

/** What a test file takes that has not been run here yet, in seconds. */
const unknownDuration = 3;

const since = process.argv[2] ?? 'HEAD';
const git = (...words: readonly string[]) => execFileSync('git', words, { encoding: 'utf8' }).split('\n').filter((line) => line !== '');
const changed = new Set([...git('diff', '--name-only', since), ...git('ls-files', '--others', '--exclude-standard')]);

const modules = globSync(['src/**/*.ts', 'test/**/*.ts', 'scripts/*.ts', 'bench/*.ts', 'examples/**/*.ts']);
const importsOf = new Map(modules.map((file) => [file, readImports(file)]));

function readImports(file: string): readonly string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map(([, path = '']) => normalize(join(dirname(file), path)));
}

/** Over how many imports a test file reaches something that has changed; undefined where it does not. */
function distanceOf(test: string): number | undefined {
  const seen = new Set([test]);
  let layer = [test];
  for (let distance = 0; layer.length > 0; distance += 1) {
    if (layer.some((file) => changed.has(file))) {
      return distance;
    }
    layer = [...new Set(layer.flatMap((file) => importsOf.get(file) ?? []))].filter((file) => !seen.has(file));
    layer.forEach((file) => seen.add(file));
  }
  return undefined;
}

/** What vitest has noted of earlier runs. */
function readDurations(): ReadonlyMap<string, number> {
  const [notes] = globSync('node_modules/.vite/vitest/*/results.json');
  if (notes === undefined || !existsSync(notes)) {
    return new Map();
  }
  const { projects } = JSON.parse(readFileSync(notes, 'utf8')) as { projects?: Readonly<Record<string, { readonly files?: Readonly<Record<string, { readonly duration: number }>> }>> };
  const files = Object.values(projects ?? {}).flatMap((project) => Object.entries(project.files ?? {}));
  return new Map(files.map(([file, { duration }]) => [file, duration / 1000]));
}

const durations = readDurations();
const tests = modules
  .filter((file) => file.endsWith('.test.ts'))
  .map((file) => ({ file, distance: distanceOf(file), seconds: durations.get(file) ?? unknownDuration }))
  .filter((test): test is typeof test & { distance: number } => test.distance !== undefined)
  .toSorted((a, b) => a.distance - b.distance || a.seconds - b.seconds);

const near: string[] = [];
let left = budget;
for (const { file, distance, seconds } of tests) {
  // Two run at once. What changed itself runs, whatever it takes.
  if (distance === 0 || seconds / 2 <= left) {
    near.push(file);
    left -= seconds / 2;
  }
}
console.log(near.length === 0 ? 'Nothing that a test reaches has changed.' : `${near.length} of ${tests.length} test files that reach what has changed.`);
process.exitCode = near.length === 0 ? 0 : (spawnSync('npx', ['vitest', 'run', ...near], { stdio: 'inherit' }).status ?? 1);
