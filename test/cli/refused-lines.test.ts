import { expect, test } from 'vitest';
import { describeRefusedLines } from '../../src/cli/refused-lines.ts';

test('mistakes of one kind are summed up, with the first lines of each', () => {
  const taken = Array.from({ length: 200_000 }, (_, index) => ({ line: index + 1, problem: `A user user${index}@example.com exists already.` }));
  const others = [
    { line: 200_001, problem: 'It is no JSON.' },
    { line: 200_002, problem: 'The claim "a" is too long: 5000 bytes.' },
    { line: 200_003, problem: 'The claim "b \\" c" is too long: 6000 bytes.' },
  ];
  expect(describeRefusedLines([...taken, ...others])).toEqual([
    'Line 1: A user user0@example.com exists already.',
    'Line 2: A user user1@example.com exists already.',
    'Line 3: A user user2@example.com exists already.',
    'And 199997 more lines like these, the last of them line 200000.',
    'Line 200001: It is no JSON.',
    'Line 200002: The claim "a" is too long: 5000 bytes.',
    'Line 200003: The claim "b \\" c" is too long: 6000 bytes.',
  ]);
  expect(describeRefusedLines(taken.slice(0, 4)).at(-1)).toBe('And 1 more line like these, the last of them line 4.');
  expect(describeRefusedLines([])).toEqual([]);
});
