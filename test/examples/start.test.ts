import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../support/server.ts';
import { type DevServer, failToStart, startDev } from './processes.ts';

describe('an example that cannot start ends with one sentence', () => {
  let dev: DevServer;
  beforeAll(async () => {
    dev = await startDev();
  });
  afterAll(() => dev.stop());

  test.each(['api', 'backend', 'spa'] as const)('%s, when its port is taken', async (name) => {
    const port = await freePort();
    const taken = createServer().listen(port, 'localhost');
    const { code, said } = await failToStart(name, { ISSUER: dev.issuer, PORT: String(port) });
    taken.close();
    expect(code).toBe(1);
    expect(said).toMatch(/^It cannot listen on port \d+: .*EADDRINUSE.*\. Stop what listens there, or set PORT\.\n$/);
  });

  test.each(['api', 'backend'] as const)('%s, when MicroAuth is not there', async (name) => {
    const issuer = `http://localhost:${await freePort()}`;
    const { code, said } = await failToStart(name, { ISSUER: issuer, PORT: String(await freePort()) });
    expect(code).toBe(1);
    expect(said).toMatch(/^There is no .* at http:\/\/localhost:\d+.*\. Start it first: npm start\n$/);
  });
});
