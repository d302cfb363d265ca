import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { tripwire } from '../support/connections.ts';

const main = resolve(import.meta.dirname, '../../src/main.ts');

/** What a command left behind. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A new empty folder, for a command to work in. */
export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'microauth-cli-'));
}

/** Runs a command in a folder, without any configuration but what is given. */
export async function microauth(
  folder: string,
  words: readonly string[],
  options: { readonly environment?: Readonly<Record<string, string>>; readonly input?: string } = {},
): Promise<Finished> {
  const child = start(folder, words, options.environment ?? {});
  const output = collect(child);
  child.stdin?.end(options.input ?? '');
  const code = await exitOf(child);
  return { code, ...output() };
}

/** Runs a command with --json that is expected to succeed, and returns its object. */
export async function ask<Shape>(
  folder: string,
  words: readonly string[],
  options: { readonly environment?: Readonly<Record<string, string>>; readonly input?: string } = {},
): Promise<Shape> {
  const { code, stdout, stderr } = await microauth(folder, [...words, '--json'], options);
  if (code !== 0 || stderr !== '') {
    throw new Error(`microauth ${words.join(' ')} ended with ${code}: ${stderr}`);
  }
  return JSON.parse(stdout) as Shape;
}

/** A server that runs as a process of its own. */
export interface Running {
  /** The first line on standard output. */
  readonly firstLine: string;
  readonly output: () => { readonly stdout: string; readonly stderr: string };
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Starts a server command and waits for its first line on standard output. Stop it when done. */
export async function startServerCommand(
  folder: string,
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<Running> {
  const child = start(folder, words, environment);
  const output = collect(child);
  const ended = exitOf(child);
  const firstLine = await new Promise<string>((found, failed) => {
    child.stdout?.on('data', () => {
      const [line, ...rest] = output().stdout.split('\n');
      if (line !== undefined && rest.length > 0) {
        found(line);
      }
    });
    void ended.then((code) => failed(new Error(`microauth ${words.join(' ')} ended with ${code}: ${output().stderr}`)));
  });
  return {
    firstLine,
    output,
    stop(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
  };
}

function start(folder: string, words: readonly string[], environment: Readonly<Record<string, string>>): ChildProcess {
  return spawn(process.execPath, [main, ...words], { cwd: folder, env: { PATH: process.env['PATH'], ...tripwire, ...environment } });
}

function collect(child: ChildProcess): () => { readonly stdout: string; readonly stderr: string } {
  const chunks = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    chunks.stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    chunks.stderr += text;
  });
  return () => ({ ...chunks });
}

function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((settle, reject) => {
    child.once('error', reject);
    child.once('close', settle);
  });
}

/** A failure as every command shows it: one sentence on standard error, nothing on standard output, exit code 1. */
export function refusal(sentence: string): Finished {
  return { code: 1, stdout: '', stderr: `${sentence}\n` };
}
