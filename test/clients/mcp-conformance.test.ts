import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort, startServer, type TestServer } from '../support/server.ts';
import { send } from '../support/user-agent.ts';
import { callbackOf } from './relying-party.ts';

const program = fileURLToPath(import.meta.resolve('@modelcontextprotocol/conformance/dist/index.js'));

describe('@modelcontextprotocol/conformance authorization', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer();
    await server.user();
  });
  afterAll(() => server.stop());

  /** Runs the suite; a person signs in at the address that it prints. It asks for no scope. */
  async function run(...args: readonly string[]): Promise<{ code: number | null; output: string }> {
    const port = await freePort();
    const suite = spawn(process.execPath, [program, 'authorization', '--url', server.issuer, '-p', String(port), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let person: Promise<unknown> | undefined;
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      const address = /^http:\S+\/authorize\?\S+(?=\n)/m.exec(output)?.[0];
      if (address !== undefined) {
        person ??= callbackOf(address, `http://127.0.0.1:${port}/`).then(send);
      }
    };
    suite.stdout.on('data', read);
    suite.stderr.on('data', read);
    const code = await new Promise<number | null>((resolve) => suite.once('exit', resolve));
    await person;
    return { code, output };
  }

  test('a public client', async () => {
    const { id } = await server.client({ type: 'native', redirectUris: ['http://127.0.0.1/callback'] });
    const { code, output } = await run('--client-id', id);
    expect(output).toContain('0 failed');
    expect(code).toBe(0);
  });

  test('a resource that the token is for', async () => {
    const { id } = await server.client({ type: 'native', redirectUris: ['http://127.0.0.1/callback'] });
    const { code } = await run('--client-id', id, '--resource', 'http://localhost:3001/mcp');
    expect(code).toBe(0);
  });
});
