import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLog } from '../../src/core/log.ts';
import { day, minute } from '../../src/core/clock.ts';
import { createPeriodicWork, type PeriodicWork } from '../../src/periodic-work.ts';
import { Flow, payloadOf, redirectUri } from '../support/flow.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { send } from '../support/user-agent.ts';

describe('periodic work', () => {
  let server: TestServer;
  const node = (): PeriodicWork =>
    createPeriodicWork({ store: server.store, sealingKey: server.config.sealingKey, clock: server.clock, log: createLog('silent', () => undefined) });
  const kids = async () => (JSON.parse((await send(`${server.issuer}/jwks`)).text) as { keys: { kid: string; alg: string }[] }).keys;

  beforeEach(async () => {
    server = await startServer();
    await kids();
  });
  afterEach(() => server.stop());

  test('keys that have signed for 90 days get a successor, and the old ones go when nothing of theirs can be valid', async () => {
    const before = await kids();
    server.clock.advance(89 * day);
    await node().perform();
    expect(await kids()).toEqual(before);
    server.clock.advance(day + 5 * minute);
    await node().perform();
    expect(await kids()).toHaveLength(2 * before.length);
    server.clock.advance(26 * 60 * minute);
    const after = await kids();
    expect(after).toHaveLength(before.length);
    expect(after.map(({ kid }) => kid)).not.toContain(before[0]?.kid);
  });

  test('tokens are valid at every moment of a rotation', async () => {
    const client = await server.client({ type: 'spa', redirectUris: [redirectUri] });
    await server.user();
    server.clock.advance(91 * day);
    await node().perform();
    for (let moment = 0; moment < 6; moment += 1) {
      const tokens = await new Flow(server.issuer, client).tokens();
      const header = JSON.parse(Buffer.from(tokens.json.id_token.split('.')[0] ?? '', 'base64url').toString()) as { kid: string };
      expect((await kids()).map(({ kid }) => kid)).toContain(header.kid);
      expect((await new Flow(server.issuer, client).userinfo(tokens.json.access_token)).status).toBe(200);
      expect(payloadOf(tokens.json.id_token)['iss']).toBe(server.issuer);
      server.clock.advance(4 * minute);
    }
  });

  test('of several nodes one does the work, and another takes over when that one is gone', async () => {
    const [first, second] = [node(), node()];
    server.clock.advance(91 * day);
    await Promise.all([first.perform(), second.perform(), first.perform()]);
    expect(await kids()).toHaveLength(6);
    server.clock.advance(92 * day);
    await second.perform();
    expect((await kids()).length).toBeGreaterThan(3);
  });

  test('what has expired is swept, however much there is', async () => {
    for (let index = 0; index < 2500; index += 1) {
      await server.store.revokeAccessToken(server.record.id, `token-${index}`, server.clock.now() + 1);
    }
    server.clock.advance(minute);
    await node().perform();
    expect(await server.store.sweep(server.clock.now(), 1)).toMatchObject({ revoked_access_tokens: 0 });
  });
});
