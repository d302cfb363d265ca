import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newFolder } from '../cli/microauth.ts';
import { tripwire } from '../support/connections.ts';
import { freePort } from '../support/server.ts';

/** A server whose log goes into a pipe that nobody reads, until the test does. */
describe('a reader of the log that stalls', () => {
  const folder = newFolder();
  const agent = new Agent({ keepAlive: true, maxSockets: 20 });
  let server: ChildProcessByStdio<null, Readable, null>;
  let port = 0;
  let operations = 0;

  beforeAll(async () => {
    [port, operations] = [await freePort(), await freePort()];
    server = spawn(process.execPath, [resolve(import.meta.dirname, '../../src/main.ts'), 'serve'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        PATH: process.env['PATH'],
        ...tripwire,
        MICROAUTH_URL: 'https://id.example.com',
        MICROAUTH_LISTEN: `127.0.0.1:${port}`,
        MICROAUTH_OPERATIONS_LISTEN: `127.0.0.1:${operations}`,
        MICROAUTH_DATABASE_URL: `sqlite:${join(folder, 'production.db')}`,
        MICROAUTH_SEALING_KEY: randomBytes(32).toString('base64'),
      },
    });
    // The first line says that it listens; from then on nothing is read.
    await once(server.stdout, 'readable');
  });
  afterAll(() => {
    server.kill('SIGKILL');
    agent.destroy();
    rmSync(folder, { recursive: true, force: true });
  });

  const ask = (at: number, path: string) =>
    new Promise<number>((settle, reject) => {
      get({ host: '127.0.0.1', port: at, path, agent, headers: { host: 'id.example.com' } }, (response) => {
        response.resume().on('end', () => settle(response.statusCode ?? 0));
      }).on('error', reject);
    });

  test('stops nobody; what it misses is counted, and said once it reads again', async () => {
    const requests = 4000;
    // A long line each: the client id that came stands in it.
    const path = `/authorize?client_id=${'unknown.'.repeat(35)}`;
    let sent = 0;
    const one = async () => {
      while (sent < requests) {
        sent += 1;
        expect(await ask(port, path)).toBe(400);
      }
    };
    await Promise.all(Array.from({ length: 20 }, one));
    expect(await ask(operations, '/live')).toBe(200);
    const metrics = await (await fetch(`http://127.0.0.1:${operations}/metrics`)).text();
    const counted = Number(/^microauth_log_lines_dropped_total (\d+)$/m.exec(metrics)?.[1]);

    let read = '';
    server.stdout.setEncoding('utf8').on('data', (text: string) => {
      read += text;
    });
    await expect.poll(() => read, { timeout: 5000 }).toContain('"event":"log_lines_dropped"');
    const exited = once(server, 'close');
    server.kill('SIGTERM');
    expect((await exited)[0]).toBe(0);
    const lines = read.trimEnd().split('\n').map((line) => JSON.parse(line) as { readonly event: string; readonly lines: number; readonly level: string });
    const gaps = lines.filter(({ event }) => event === 'log_lines_dropped');
    expect(gaps.map(({ level }) => level)).toEqual(['error']);
    const dropped = gaps[0]?.lines ?? 0;
    expect([dropped > 0, dropped]).toEqual([true, counted]);
    expect(lines.filter(({ event }) => event === 'request').length + dropped).toBe(requests);
    // The last line of all has come out.
    expect(lines.at(-1)?.event).toBe('stopped');
  });
});
