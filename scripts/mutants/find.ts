import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAst } from 'rolldown/parseAst';

/** A condition that can turn a request away, and what it is when it is turned off. */
export interface Mutant {
  /** Names it, whatever line it stands in. */
  readonly key: string;
  /** From `src` on. */
  readonly file: string;
  readonly line: number;
  readonly condition: string;
  /** Where the condition stands in the file, and what takes its place when it never turns anybody away. */
  readonly start: number;
  readonly end: number;
  readonly off: 'false' | 'true';
}

/** The folders whose refusals are tried. */
const folders = ['src/oauth', 'src/flow', 'src/identity'];

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [name: string]: unknown;
}

/** All of them, in the order in which they stand. */
export function findMutants(root: string): readonly Mutant[] {
  const files = folders.flatMap((folder) => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`));
  return files.filter((file) => file.endsWith('.ts')).toSorted().flatMap((file) => mutantsOf(file, readFileSync(join(root, file), 'utf8')));
}

function mutantsOf(file: string, text: string): readonly Mutant[] {
  const found: Omit<Mutant, 'key'>[] = [];
  const add = (test: Node, off: Mutant['off']) => {
    const condition = text.slice(test.start, test.end).replaceAll(/\s+/g, ' ');
    found.push({ file, line: text.slice(0, test.start).split('\n').length, condition, start: test.start, end: test.end, off });
  };
  visit(parseAst(text, { lang: 'ts' }) as unknown as Node, (node) => {
    if (node.type === 'IfStatement' && endsInRefusal(node['consequent'] as Node)) {
      add(node['test'] as Node, 'false');
    } else if (node.type === 'ConditionalExpression') {
      const [whenTrue, whenFalse] = [node['consequent'] as Node, node['alternate'] as Node];
      if (isCallOfRefusal(whenTrue) !== isCallOfRefusal(whenFalse)) {
        add(node['test'] as Node, isCallOfRefusal(whenTrue) ? 'false' : 'true');
      }
    }
  });
  const seen = new Map<string, number>();
  return found.map((mutant) => {
    const name = `${mutant.file} :: ${mutant.condition}`;
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return { ...mutant, key: count === 1 ? name : `${name} #${count}` };
  });
}

function visit(node: Node, look: (node: Node) => void): void {
  look(node);
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (typeof child === 'object' && child !== null && 'type' in child) {
        visit(child as Node, look);
      }
    }
  }
}

/** Whether the last thing that a branch does is to give back something that is no success. */
function endsInRefusal(branch: Node): boolean {
  const statements = branch.type === 'BlockStatement' ? (branch['body'] as readonly Node[]) : [branch];
  const last = statements.at(-1);
  if (last?.type !== 'ReturnStatement') {
    return false;
  }
  const value = last['argument'] as Node | null;
  const succeeds = value?.type === 'CallExpression' && nameOf(value) === 'succeed';
  return !succeeds && !(value?.type === 'Literal' && value['value'] === true);
}

/** The functions by which a refusal is made. */
const refusals = new Set(['fail', 'refuse', 'refuseClient', 'refused', 'fallen', 'shown']);

function isCallOfRefusal(node: Node): boolean {
  return node.type === 'CallExpression' && refusals.has(nameOf(node));
}

function nameOf(call: Node): string {
  const { name } = call['callee'] as Node & { readonly name?: string };
  return name ?? '';
}
