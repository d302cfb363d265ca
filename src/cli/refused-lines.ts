import type { ImportProblem } from '../admin/import-users.ts';

/** How many lines with the same mistake are told of each by itself. */
const shown = 3;

/** What was wrong with the lines of a file: sentences, the first few of each kind of mistake, and how many more there are. */
export function describeRefusedLines(problems: readonly ImportProblem[]): readonly string[] {
  const kinds = Map.groupBy(problems, ({ problem }) => kindOf(problem));
  return [...kinds.values()].flatMap((alike) => {
    const told = alike.slice(0, shown).map(({ line, problem }) => `Line ${line}: ${problem}`);
    const more = alike.length - shown;
    return more > 0 ? [...told, `And ${more} more ${more === 1 ? 'line' : 'lines'} like these, the last of them line ${alike.at(-1)?.line}.`] : told;
  });
}

/** A sentence without what differs from line to line: what is quoted, addresses, numbers. */
function kindOf(problem: string): string {
  return problem.replaceAll(/"(?:[^"\\]|\\.)*"|\S+@\S+|\d+/g, '…');
}
