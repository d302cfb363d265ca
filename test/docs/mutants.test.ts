import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { findMutants } from '../../scripts/mutants/find.ts';
import { reasons } from '../../scripts/mutants/reasons.ts';
import { readTable } from '../../scripts/mutants/table.ts';

const root = resolve(import.meta.dirname, '../..');
const mutants = findMutants(root);
const verdicts = readTable(join(root, 'docs/mutants.md'));

test('the page is read as it is written', () => {
  expect(mutants.length).toBeGreaterThan(200);
  expect(mutants.filter(({ key }) => verdicts.has(key)).length).toBeGreaterThan(100);
});

test('every test file that is said to notice one is there', () => {
  const files = new Set([...verdicts.values()].flatMap((verdict) => (verdict.kind === 'killed' ? (verdict.by.split(': ')[0] ?? '') : [])));
  expect([...files].filter((file) => !existsSync(join(root, file)))).toEqual([]);
});

test('no refusal survives being turned off without a reason', () => {
  expect(mutants.filter(({ key }) => verdicts.get(key)?.kind === 'survived' && reasons[key] === undefined).map(({ key }) => key)).toEqual([]);
});

test('every reason is that of a refusal that there is', () => {
  const keys = new Set(mutants.map(({ key }) => key));
  expect(Object.keys(reasons).filter((key) => !keys.has(key))).toEqual([]);
});
