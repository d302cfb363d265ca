import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Flow, payloadOf } from '../support/flow.ts';
import { readExposition } from '../operations/exposition.ts';
import { freePort } from '../support/server.ts';
import { send } from '../support/user-agent.ts';
import { ask, microauth, newFolder, type Running, startServerCommand } from './microauth.ts';

describe('serve --workers', () => {
  const folder = newFolder();
  let environment: Record<string, string>;
  let issuer: string;
  let server: Running;
  let operationsPort: number;

  beforeAll(async () => {
    const port = await freePort();
    operationsPort = await freePort(2);
    issuer = `http://localhost:${port}`;
    environment = {
      MICROAUTH_URL: issuer,
      MICROAUTH_LISTEN: `127.0.0.1:${port}`,
      MICROAUTH_OPERATIONS_LISTEN: `127.0.0.1:${operationsPort}`,
      MICROAUTH_DRAIN_SECONDS: '0',
      MICROAUTH_DATABASE_URL: `sqlite:${folder}/microauth.db`,
      MICROAUTH_SEALING_KEY: randomBytes(32).toString('base64'),
    };
    server = await startServerCommand(folder, ['serve', '--workers', '2', '--json'], environment);
  });
  afterAll(() => server.stop());

  test('several processes serve one port: each step of a sign-in may meet another', async () => {
    const redirectUri = 'https://rp.example/callback';
    const client = await ask<{ client_id: string }>(folder, ['client', 'create', '--type', 'spa', '--name', 'App', '--redirect-uri', redirectUri], { environment });
    await ask(folder, ['user', 'create', '--email', 'user1@example.com', '--password-stdin'], { environment, input: 'correct horse battery staple' });
    for (let round = 0; round < 5; round += 1) {
      const flow = new Flow(issuer, { id: client.client_id, secret: '' });
      const tokens = await flow.tokens();
      expect(payloadOf(tokens.json.access_token)['iss']).toBe(issuer);
      expect((await flow.refresh(tokens.json.refresh_token)).status).toBe(200);
    }
  });

  test('each answers operators on a port of its own, and together they have counted every request', async () => {
    const count = async () => {
      let requests = 0;
      for (const port of [operationsPort, operationsPort + 1]) {
        const { values } = readExposition((await send(`http://127.0.0.1:${port}/metrics`)).text);
        requests += values.get('microauth_requests_total{route="/jwks",method="GET",status="200"}') ?? 0;
      }
      return requests;
    };
    // The first announces that it listens; the second may still be on its way.
    await expect.poll(() => send(`http://127.0.0.1:${operationsPort + 1}/ready`).then(({ status }) => status, () => 0), { timeout: 10_000 }).toBe(200);
    const before = await count();
    for (let request = 0; request < 10; request += 1) {
      await send(`${issuer}/jwks`);
    }
    expect((await count()) - before).toBe(10);
  });

  test('a number that makes no sense is wrong usage', async () => {
    const { code, stderr } = await microauth(folder, ['serve', '--workers', 'many'], { environment });
    expect(code).toBe(2);
    expect(stderr).toContain('1 to 64');
  });

  test('a taken port ends all of them with a sentence', async () => {
    const { code, stderr } = await microauth(folder, ['serve', '--workers', '2'], { environment });
    expect(code).toBe(1);
    expect(stderr).toContain('already in use');
  });

  test('a signal ends them all', async () => {
    expect(await server.stop('SIGTERM')).toBe(0);
    await expect(send(`${issuer}/jwks`)).rejects.toThrow(/ECONNREFUSED|socket hang up/);
  });
});
