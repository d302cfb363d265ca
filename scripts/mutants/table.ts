import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Mutant } from './find.ts';

/** What became of a mutant: the test that failed, or that none did. */
export type Verdict = { readonly kind: 'killed'; readonly by: string } | { readonly kind: 'survived'; readonly reason: string | undefined };

const head = `# Refusals that are tested

Every \`if\` in the protocol, the flow and the identity of people that turns somebody away, and every choice between an answer and a refusal, is turned off once:
the condition is made never to hold. Then some test must fail. \`npm run mutants\` does it and writes this page; it runs only test files in which the
condition has come true, the fastest first, until one fails.

What survives has its reason here (\`scripts/mutants/reasons.ts\`): mostly a second lock behind the first one.

`;

/** Reads what was found out before, by the names of the mutants. */
export function readTable(path: string): ReadonlyMap<string, Verdict> {
  const verdicts = new Map<string, Verdict>();
  let file = '';
  for (const line of existsSync(path) ? readFileSync(path, 'utf8').split('\n') : []) {
    file = /^## `(.*)`$/.exec(line)?.[1] ?? file;
    const [, condition = '', number, outcome = ''] = /^\| \d+ \| `` (.*) ``(?: (#\d+))? \| (.*) \|$/.exec(line) ?? [];
    if (condition !== '') {
      const key = `${file} :: ${condition.replaceAll('\\|', '|')}${number === undefined ? '' : ` ${number}`}`;
      const by = /^\[[^\]]*\]\(\.\.\/([^)]*)\)(: .*)?$/.exec(outcome);
      if (by !== null) {
        verdicts.set(key, { kind: 'killed', by: `${by[1]}${(by[2] ?? '').replaceAll('\\|', '|')}` });
      } else if (outcome.startsWith('**survives**')) {
        verdicts.set(key, { kind: 'survived', reason: undefined });
      }
    }
  }
  return verdicts;
}

/** Writes the page. */
export function writeTable(path: string, mutants: readonly Mutant[], verdicts: ReadonlyMap<string, Verdict>): void {
  const judged = mutants.filter(({ key }) => verdicts.has(key));
  const survivors = judged.filter(({ key }) => verdicts.get(key)?.kind === 'survived');
  const summary = `${mutants.length} refusals: ${judged.length - survivors.length} are noticed when they are turned off, ${survivors.length} survive, ${mutants.length - judged.length} have not been tried yet.\n`;
  const files = [...new Set(mutants.map(({ file }) => file))].map((file) => {
    const rows = mutants.filter((mutant) => mutant.file === file).map((mutant) => rowOf(mutant, verdicts.get(mutant.key)));
    return `\n## \`${file}\`\n\n| line | condition | noticed by |\n|---|---|---|\n${rows.join('\n')}\n`;
  });
  writeFileSync(path, `${head}${summary}${files.join('')}`);
}

function rowOf({ line, condition, key }: Mutant, verdict: Verdict | undefined): string {
  const number = / (#\d+)$/.exec(key)?.[1];
  const cell = (text: string) => text.replaceAll('|', '\\|');
  return `| ${line} | \`\` ${cell(condition)} \`\`${number === undefined ? '' : ` ${number}`} | ${cell(outcomeOf(verdict))} |`;
}

function outcomeOf(verdict: Verdict | undefined): string {
  if (verdict === undefined) {
    return 'not tried yet';
  }
  if (verdict.kind === 'survived') {
    return `**survives**${verdict.reason === undefined ? ', without a reason' : `: ${verdict.reason}`}`;
  }
  const [file = '', ...test] = verdict.by.split(': ');
  return `[${file.slice(file.lastIndexOf('/') + 1)}](../${file})${test.length === 0 ? '' : `: ${test.join(': ')}`}`;
}
