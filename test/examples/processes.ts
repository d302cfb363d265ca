import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { tripwire } from '../support/connections.ts';
import { freePort } from '../support/server.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
type Environment = Readonly<Record<string, string>>;

/** A program that has said on its standard output that it is up. */
interface Running {
  readonly stop: () => Promise<void>;
}

/** Starts a program of this repository and waits for its first line. */
async function start(script: string, args: readonly string[], environment: Environment): Promise<Running> {
  const child = spawn(process.execPath, [join(root, script), ...args], { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
  const said: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve());
    child.once('exit', (code) => reject(new Error(`${script} ended with ${code} before it was up: ${said.join('')}`)));
  });
  return { stop: () => end(child) };
}

/** Runs an example that cannot start; gives its exit code and what it says on its standard error. */
export async function failToStart(name: 'api' | 'backend' | 'spa', environment: Environment): Promise<{ readonly code: number | null; readonly said: string }> {
  const child = spawn(process.execPath, [join(root, `examples/${name}/start.ts`)], { env: { ...process.env, ...environment }, stdio: ['ignore', 'ignore', 'pipe'] });
  const said: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, said: said.join('') };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode === null) {
    const ended = once(child, 'exit');
    child.kill();
    await ended;
  }
}

/** `microauth dev` with a data folder of its own, and the applications that were started against it. */
export interface DevServer {
  readonly issuer: string;
  /** Registers a client by the command line. */
  client(...args: readonly string[]): Promise<{ readonly client_id: string; readonly client_secret: string }>;
  /** Starts an example on a free port; returns its address. */
  example(name: 'api' | 'backend' | 'spa', environment: (url: string) => Environment | Promise<Environment>): Promise<string>;
  stop(): Promise<void>;
}

/** Starts `microauth dev` as a newcomer does: one command. */
export async function startDev(): Promise<DevServer> {
  const folder = mkdtempSync(join(tmpdir(), 'microauth-example-'));
  const issuer = `http://localhost:${await freePort()}`;
  const environment = { ...tripwire, MICROAUTH_URL: issuer, MICROAUTH_DATA_DIR: folder, NO_COLOR: '1' };
  const running = [await start('src/main.ts', ['dev'], environment)];
  return {
    issuer,
    async client(...args) {
      const { stdout } = await promisify(execFile)(process.execPath, [join(root, 'src/main.ts'), 'client', 'create', '--json', ...args], {
        env: { ...process.env, ...environment },
      });
      return JSON.parse(stdout) as { client_id: string; client_secret: string };
    },
    async example(name, settings) {
      const port = await freePort();
      const url = `http://localhost:${port}`;
      running.push(await start(`examples/${name}/start.ts`, [], { ISSUER: issuer, PORT: String(port), ...(await settings(url)) }));
      return url;
    },
    async stop() {
      // The server goes last, so that nobody misses it.
      for (const program of running.toReversed()) {
        await program.stop();
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
