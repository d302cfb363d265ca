import type { Command } from 'commander';
import type { Result } from '../core/result.ts';
import { printable } from './printable.ts';

/** What a command that succeeded says: to a program as one JSON object, to a person as text. */
export interface Answer {
  readonly json: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** A command's outcome. A failure is one sentence, or several where several things are wrong at once. */
export type Outcome = Result<Answer, readonly string[]>;

/** The options that every command has. */
export interface CommonOptions {
  readonly json?: true;
  /** Path of the configuration file. */
  readonly config?: string;
}

/** Adds a group of commands. `summary` is a phrase without capital and full stop. */
export function addGroup(parent: Command, name: string, summary: string): Command {
  return parent.command(name).summary(summary).description(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`);
}

/** Adds a command with the options that every command has. `usage` is its name and arguments. */
export function addCommand(parent: Command, usage: string, summary: string): Command {
  return addGroup(parent, usage, summary)
    .option('--json', 'print one JSON object')
    .option('--config <file>', 'read the configuration from this JSON file');
}

/** Prints the outcome; failures go to standard error and make the exit code 1. */
export function report(outcome: Outcome, options: CommonOptions): void {
  if (outcome.ok) {
    process.stdout.write(options.json === true ? `${JSON.stringify(outcome.value.json)}\n` : `${outcome.value.text}\n`);
  } else {
    complain(outcome.failure);
  }
}

/** Prints sentences on standard error, a line each, and makes the exit code 1. */
export function complain(sentences: readonly string[]): void {
  for (const sentence of sentences) {
    process.stderr.write(`${printable(sentence)}\n`);
  }
  process.exitCode = 1;
}

/** An answer about one thing: a heading, and below it what there is to know. */
export function describe(heading: string, view: Readonly<Record<string, unknown>>): Answer {
  const width = Math.max(...Object.keys(view).map((key) => key.length));
  const lines = Object.entries(view).map(([key, value]) => `  ${key.padEnd(width)}  ${cell(value)}`.trimEnd());
  return { json: view, text: [printable(heading), ...lines].join('\n') };
}

/** An answer about many things: under `key` in JSON, as a table of some of their columns for people. */
export function list(key: string, views: readonly Readonly<Record<string, unknown>>[], columns: readonly string[]): Answer {
  const rows = [columns, ...views.map((view) => columns.map((column) => cell(view[column])))];
  // By reduce: a tenant has more people than a call has room for arguments.
  const widths = columns.map((_, index) => rows.reduce((widest, row) => Math.max(widest, row[index]?.length ?? 0), 0));
  const lines = rows.map((row) => row.map((text, index) => text.padEnd(widths[index] ?? 0)).join('  ').trimEnd());
  return { json: { [key]: views }, text: views.length === 0 ? `There are no ${key}.` : lines.join('\n') };
}

/** An answer with sentences about what its reader should see to. */
export function warn(answer: Answer, warnings: readonly string[]): Answer {
  return warnings.length === 0 ? answer : { json: { ...answer.json, warnings }, text: [answer.text, ...warnings.map(printable)].join('\n') };
}

function cell(value: unknown): string {
  if (typeof value === 'string') {
    return printable(value);
  }
  if (Array.isArray(value)) {
    return value.map(cell).join(' ');
  }
  return value === undefined ? '' : printable(JSON.stringify(value));
}
