import { connect } from 'node:net';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLog } from '../../src/core/log.ts';
import { addAlias } from '../../src/admin/tenant-names.ts';
import { createApp } from '../../src/app.ts';
import { Flow, redirectUri } from '../support/flow.ts';
import { freePort, startServer, type TestServer, unwrap } from '../support/server.ts';
import { send } from '../support/user-agent.ts';
import { readExposition, type Scrape } from './exposition.ts';

let server: TestServer;
let flow: Flow;

beforeAll(async () => {
  server = await startServer({ operations: true });
  const { id } = await server.client({ type: 'spa', id: 'client-of-metrics', redirectUris: [redirectUri] });
  await server.user({ email: 'secret-name@example.com' });
  flow = new Flow(server.issuer, { id, secret: '' });
});
afterAll(() => server.stop());

const ask = (path: string) => send(`${server.operations}${path}`);

async function scrape(): Promise<Scrape> {
  const page = await ask('/metrics');
  expect(page.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  return readExposition(page.text);
}

describe('the operations port', () => {
  test('is alive and ready', async () => {
    expect(await ask('/live')).toMatchObject({ status: 200, text: '{"live":true}' });
    expect(await ask('/ready')).toMatchObject({ status: 200, text: '{"ready":true}' });
  });

  test('is not ready while the schema lacks a migration, and says which', async () => {
    const database = new DatabaseSync(server.config.databaseUrl.slice('sqlite:'.length));
    const [row] = database.prepare('DELETE FROM migrations WHERE name = (SELECT max(name) FROM migrations) RETURNING name, applied_at').all() as { name: string; applied_at: number }[];
    try {
      const page = await ask('/ready');
      expect(page.status).toBe(503);
      expect(JSON.parse(page.text)).toEqual({ ready: false, reason: 'migrations_pending', detail: expect.stringContaining(row?.name ?? '') });
      expect((await ask('/live')).status).toBe(200);
    } finally {
      database.prepare('INSERT INTO migrations VALUES (?, ?)').run(row?.name ?? '', row?.applied_at ?? 0);
      database.close();
    }
    expect((await ask('/ready')).status).toBe(200);
  });

  test('is not ready from the moment the server stops, until it has finished what it began', async () => {
    const stopping = await startServer({ operations: true });
    const unfinished = connect(stopping.port, '127.0.0.1');
    await new Promise<void>((resolve) => void unfinished.write('GET / HTTP/1.1\r\nHost: loc', () => resolve()));
    expect((await send(`${stopping.issuer}/jwks`)).status).toBe(200);
    const stopped = stopping.stop();
    const page = await send(`${stopping.operations}/ready`);
    expect(page.status).toBe(503);
    expect(JSON.parse(page.text)).toMatchObject({ ready: false, reason: 'stopping' });
    unfinished.destroy();
    await stopped;
    await expect(send(`${stopping.operations}/live`)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('says so before the server stops accepting, for as long as is configured', async () => {
    const stopping = await startServer({ operations: true, drainSeconds: 2 });
    const stopped = stopping.stop();
    expect((await send(`${stopping.operations}/ready`)).status).toBe(503);
    expect((await send(`${stopping.issuer}/jwks`)).status).toBe(200);
    await stopped;
    await expect(send(`${stopping.issuer}/jwks`)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('knows the domains of tenants and those that lead on to them, and no others', async () => {
    await server.tenant('acme');
    unwrap(await addAlias(server.admin, 'acme', { name: 'old.localhost', backChannel: false }));
    unwrap(await addAlias(server.admin, 'acme', { name: 'http://inner.localhost:4000', backChannel: true }));
    expect(await ask('/tenant-domain?domain=old.localhost')).toMatchObject({ status: 200 });
    expect(await ask('/tenant-domain?domain=localhost')).toMatchObject({ status: 200 });
    expect(await ask('/tenant-domain?domain=ACME.localhost')).toMatchObject({ status: 200 });
    for (const query of ['?domain=other.localhost', '?domain=inner.localhost', '?domain=', '', '?domain=acme.localhost.', "?domain='%20OR%201=1--"]) {
      expect([query, (await ask(`/tenant-domain${query}`)).status]).toEqual([query, 404]);
    }
  });

  test('serves nothing else, and only reading', async () => {
    for (const path of ['/', '/token', '/.well-known/openid-configuration', '/constructor', '/__proto__', '/metrics/']) {
      expect([path, (await ask(path)).status]).toEqual([path, 404]);
    }
    expect(await send(`${server.operations}/metrics`, { method: 'POST' })).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
    expect(await send(`${server.operations}/ready`, { method: 'HEAD' })).toMatchObject({ status: 200, text: '' });
  });

  test("is not to be found on a tenant's domain", async () => {
    for (const path of ['/live', '/ready', '/metrics', '/tenant-domain?domain=localhost']) {
      expect([path, (await send(`${server.issuer}${path}`)).status]).toEqual([path, 404]);
    }
  });

  test('in a place that is taken keeps the server from starting', async () => {
    const config = { ...server.config, listen: { host: '127.0.0.1', port: await freePort() } };
    const app = createApp({ config, store: server.store, clock: server.clock, log: createLog('silent', () => undefined) });
    expect(await app.start()).toEqual({ ok: false, failure: expect.stringMatching(/^Port \d+ on 127\.0\.0\.1 is already in use/) });
    await app.stop();
  });
});

describe('metrics', () => {
  test('count requests, durations, refusals and events', async () => {
    const before = (await scrape()).values;
    const grown = (after: Scrape, name: string) => (after.values.get(name) ?? 0) - (before.get(name) ?? 0);
    const tokens = await flow.tokens({}, 'secret-name@example.com');
    expect(tokens.status).toBe(200);
    await flow.redeem('no such code');
    const stranger = new Flow(server.issuer, flow.client);
    await stranger.signIn(await stranger.authorize(), 'secret-name@example.com', 'wrong password');
    await send(`${server.issuer}/no/such/path`, { method: 'PROPFIND' });
    const after = await scrape();
    expect(grown(after, 'microauth_requests_total{route="/token",method="POST",status="200"}')).toBe(1);
    expect(grown(after, 'microauth_requests_total{route="/token",method="POST",status="400"}')).toBe(1);
    expect(grown(after, 'microauth_requests_total{route="unknown",method="other",status="404"}')).toBe(1);
    expect(grown(after, 'microauth_request_duration_seconds_count{route="/token",method="POST"}')).toBe(2);
    expect(grown(after, 'microauth_request_duration_seconds_bucket{route="/token",method="POST",le="+Inf"}')).toBe(2);
    expect(grown(after, 'microauth_failures_total{reason="code_unknown"}')).toBe(1);
    expect(grown(after, 'microauth_events_total{event="sign_in_succeeded"}')).toBe(1);
    expect(grown(after, 'microauth_events_total{event="sign_in_failed"}')).toBe(1);
    expect(grown(after, 'microauth_store_commits_total')).toBeGreaterThan(2);
    expect(grown(after, 'microauth_store_committed_verbs_total')).toBeGreaterThanOrEqual(grown(after, 'microauth_store_commits_total'));
    expect(grown(after, 'microauth_sessions_live')).toBe(1);
  });

  test('tell the state of the process, its queues and its keys', async () => {
    server.clock.advance(3_600_000);
    const { values, types } = await scrape();
    expect(values.get('microauth_store_up')).toBe(1);
    expect(values.get('microauth_password_hashes_waiting')).toBe(0);
    expect(values.get('microauth_connections')).toBeGreaterThanOrEqual(0);
    for (const algorithm of ['RS256', 'ES256', 'EdDSA']) {
      expect(values.get(`microauth_newest_signing_key_age_seconds{algorithm="${algorithm}"}`)).toBeGreaterThanOrEqual(3600);
    }
    expect(values.get('process_resident_memory_bytes')).toBeGreaterThan(10_000_000);
    expect(values.get('process_start_time_seconds')).toBeLessThan(Date.now() / 1000);
    expect(types.get('microauth_request_duration_seconds')).toBe('histogram');
  });

  test('name no tenant, user or client', async () => {
    const { text } = await ask('/metrics');
    for (const name of [server.record.id, server.record.name, 'localhost', 'secret-name', 'client-of-metrics']) {
      expect(text).not.toContain(`"${name}`);
    }
  });

  test('are there while the store is not, and readiness says that it is not', async () => {
    const broken = await startServer({ operations: true });
    await broken.store.close();
    const page = await send(`${broken.operations}/metrics`);
    expect(readExposition(page.text).values.get('microauth_store_up')).toBe(0);
    expect(await send(`${broken.operations}/ready`)).toMatchObject({ status: 503, text: expect.stringContaining('store_unavailable') });
  });
});
