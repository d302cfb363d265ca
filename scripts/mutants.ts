/*
 * Turns every refusal in src/oauth, src/flow and src/identity off, one at a time, and sees that a test notices. What was found out is kept in
 * docs/mutants.md, so that a run goes on where the one before has stopped. Ends with 1 where something survives without a reason.
 *
 *   npm run mutants                                  what has not been tried yet
 *   npm run mutants -- --file src/oauth/token.ts     all of one file once more
 *   npm run mutants -- --survivors                   those that survived once more
 *   npm run mutants -- --minutes 20                  no longer than that
 */
import { hash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { findMutants, type Mutant } from './mutants/find.ts';
import { reasons } from './mutants/reasons.ts';
import { readTable, type Verdict, writeTable } from './mutants/table.ts';
import { openWorkshop, type Survey, type Workshop } from './mutants/workshop.ts';

const { values } = parseArgs({
  options: { file: { type: 'string' }, survivors: { type: 'boolean', default: false }, minutes: { type: 'string', default: '600' } },
});
const root = resolve(import.meta.dirname, '..');
const page = join(root, 'docs/mutants.md');
/** What the survey found: which test files meet which conditions. Not kept in the project. */
const cache = join(root, 'coverage/mutants.json');
type Surveyed = Survey[string] & { readonly hash: string };
/** Folders whose tests run the server in their own process, where conditions can be noted. */
const folders = ['accounts', 'admin', 'attack', 'flow', 'identity', 'property', 'spec'];
const deadline = performance.now() + Number(values.minutes) * 60_000;

const mutants = findMutants(root);
const verdicts = new Map(readTable(page));
const chosen = mutants.filter(({ key, file }) =>
  values.file === undefined ? (values.survivors ? verdicts.get(key)?.kind === 'survived' : !verdicts.has(key)) : file === values.file,
);
const workshop = openWorkshop(root);
try {
  const survey = await surveyed(workshop);
  for (const [index, mutant] of chosen.entries()) {
    if (performance.now() > deadline) {
      break;
    }
    const verdict = await judge(workshop, mutant, testsOf(survey, mutant));
    verdicts.set(mutant.key, verdict);
    writeTable(page, mutants, verdicts);
    console.log(`${index + 1}/${chosen.length} ${mutant.file}:${mutant.line} ${mutant.condition.slice(0, 80)}: ${verdict.kind === 'killed' ? verdict.by : 'SURVIVES'}`);
  }
} finally {
  workshop.close();
}
for (const mutant of mutants) {
  // Reasons may have been written since.
  const verdict = verdicts.get(mutant.key);
  if (verdict?.kind === 'survived') {
    verdicts.set(mutant.key, { kind: 'survived', reason: reasons[mutant.key] });
  }
}
writeTable(page, mutants, verdicts);
const unexplained = mutants.filter(({ key }) => verdicts.get(key)?.kind === 'survived' && reasons[key] === undefined);
const unneeded = Object.keys(reasons).filter((key) => verdicts.get(key)?.kind === 'killed');
for (const { file, line, condition } of unexplained) {
  console.error(`survives without a reason: ${file}:${line} ${condition}`);
}
for (const key of unneeded) {
  console.error(`has a reason to survive, and does not: ${key}`);
}
process.exitCode = unexplained.length + unneeded.length === 0 ? 0 : 1;

/** What no test ever finds true survives without being tried. */
async function judge(place: Workshop, mutant: Mutant, tests: readonly string[]): Promise<Verdict> {
  place.turnOff(mutant);
  // A few at a time: most are noticed by the first.
  for (let from = 0, size = 2; from < tests.length; from += size, size *= 3) {
    const by = await place.run(tests.slice(from, from + size), 600);
    if (by !== undefined) {
      return { kind: 'killed', by };
    }
  }
  return { kind: 'survived', reason: reasons[mutant.key] };
}

/** Surveys the test files that are new or have changed; what the others meet is known, as long as there are the same conditions to meet. */
async function surveyed(place: Workshop): Promise<Survey> {
  const known = existsSync(cache) ? (JSON.parse(readFileSync(cache, 'utf8')) as Record<string, Surveyed>) : {};
  const tests = folders.flatMap((folder) => readdirSync(join(root, 'test', folder)).filter((file) => file.endsWith('.test.ts')).map((file) => `test/${folder}/${file}`));
  const keys = mutants.map(({ key }) => key).join('\n');
  const hashes = new Map(tests.map((test) => [test, hash('sha256', `${keys}\n${readFileSync(join(root, test), 'utf8')}`, 'hex')]));
  const unknown = tests.filter((test) => known[test]?.hash !== hashes.get(test));
  const found = unknown.length === 0 ? {} : await place.survey(mutants, unknown);
  const added = Object.entries(found).map(([test, one]) => [test, { ...one, hash: hashes.get(test) ?? '' }] as const);
  const all = Object.fromEntries(Object.entries({ ...known, ...Object.fromEntries(added) }).filter(([test]) => hashes.has(test)));
  mkdirSync(join(root, 'coverage'), { recursive: true });
  writeFileSync(cache, JSON.stringify(all));
  return all;
}

/** The test files in which a condition has come true, the fastest first. */
function testsOf(survey: Survey, { key }: Mutant): readonly string[] {
  const meeting = Object.entries(survey).filter(([, { met }]) => met.includes(key));
  return meeting.toSorted(([, a], [, b]) => a.milliseconds - b.milliseconds).map(([test]) => test);
}
