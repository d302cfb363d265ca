import { expect, test } from 'vitest';
import { migrations } from '../../src/store/migrations/all.ts';
import { tables } from '../../src/store/sql/schema.ts';

/* Nodes of the previous version run on while the next one brings the schema forward: nothing that they use may go. */
const [, ...steps] = migrations;

test('are in the order of their numbers', () => {
  const names = migrations.map(({ name }) => name);
  expect(names.filter((name) => !/^\d{4}-[a-z-]+$/.test(name))).toEqual([]);
  expect(names).toEqual([...new Set(names)].toSorted());
});

test('make the tables that backup, move and the deletion of a tenant know, and no others', () => {
  const made = migrations.flatMap(({ statements }) => statements.flatMap((statement) => /^CREATE TABLE (\w+)/.exec(statement)?.[1] ?? []));
  expect(['migrations', ...made].toSorted()).toEqual(tables.toSorted());
});

test.each(steps)('$name only adds, and nothing that the version before it would have to fill', ({ statements }) => {
  const made = new Set(statements.flatMap((statement) => /^CREATE TABLE (\w+)/.exec(statement)?.[1] ?? []));
  for (const statement of statements) {
    const onTable = /^CREATE (?:UNIQUE )?INDEX \w+ ON (\w+)/.exec(statement)?.[1];
    const column = /^ALTER TABLE (\w+) ADD COLUMN (.*)$/s.exec(statement);
    const adds = statement.startsWith('CREATE TABLE ') || onTable !== undefined || column !== null;
    const mayBeLeftOut = column === null || !/NOT NULL/.test(column[2] ?? '') || /DEFAULT/.test(column[2] ?? '');
    // A new rule for rows that older nodes write would refuse them.
    const rules = statement.startsWith('CREATE UNIQUE') ? made.has(onTable ?? '') : !/UNIQUE|CHECK|REFERENCES/.test(column?.[2] ?? '');
    expect({ statement, adds, mayBeLeftOut, rules }).toEqual({ statement, adds: true, mayBeLeftOut: true, rules: true });
  }
});
