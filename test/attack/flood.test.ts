import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSignIn, type ServerProcess, startServerProcess } from './server-process.ts';

/**
 * Strangers from very many addresses fill every parser and form with as much as fits. The server has a small heap, so that
 * whatever is kept whole ends it.
 */
describe('a flood from many addresses', () => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await startServerProcess('--max-old-space-size=96');
  });
  afterAll(() => server.stop());

  let sent = 0;
  /** Text that was never there before, and an address likewise. */
  const long = (length: number) => randomBytes(Math.ceil(length / 2)).toString('hex').slice(0, length);
  const address = () => ({ 'x-forwarded-for': `10.${(sent >> 16) & 255}.${(sent >> 8) & 255}.${sent & 255}` });

  /** Sends as many as are asked for, a few at a time; every one is answered, and none by a 5xx but that of a full queue. */
  async function flood(times: number, one: () => Promise<{ readonly status: number }>): Promise<void> {
    const end = sent + times;
    const lane = async () => {
      while (sent < end) {
        sent += 1;
        const { status } = await one();
        expect(status < 500 || status === 503, `answered ${status}`).toBe(true);
      }
    };
    await Promise.all(Array.from({ length: 8 }, lane));
  }

  test('leaves the heap, the file and the tables small', async () => {
    const flow = server.cluster.flow();
    const { interaction, cookie } = await openSignIn(flow, { state: long(4096) });
    const basic = () => ({ authorization: `Basic ${Buffer.from(`${long(20_000)}:x`).toString('base64')}`, ...address() });
    const form = { ...address(), cookie };
    const size = server.fileSize();
    const heap = await server.metric('nodejs_heap_size_used_bytes');

    // What nobody has registered is remembered nowhere, however long its name is.
    await flood(4000, () => server.post('/token', { grant_type: 'client_credentials' }, basic()));
    await flood(200, () => server.post('/introspect', { token: long(8000) }, basic()));
    await flood(200, () => server.post('/token', { grant_type: 'authorization_code', client_id: long(500), code: long(500), code_verifier: long(60_000) }, address()));
    await flood(200, () => server.post('/token', { grant_type: 'refresh_token', client_id: long(60_000), refresh_token: long(4000) }, address()));
    await flood(200, () => server.get(`/authorize?client_id=${long(400)}&redirect_uri=https://${long(2000)}`, address()));
    await flood(200, () => server.get('/jwks', { host: `${long(60)}.${long(60)}.${long(60)}.localhost`, ...address() }));
    await flood(200, () => server.get('/userinfo', { authorization: `Bearer ${long(20_000)}`, ...address() }));
    await flood(200, () => server.get('/', { cookie: `microauth-session=${long(20_000)}; microauth-device=${long(8000)}`, 'user-agent': long(1000), ...address() }));
    await flood(200, () => server.get(`/link?ticket=link_${long(20_000)}`, address()));
    await flood(200, () => server.get('/jwks', { 'x-forwarded-for': `${long(20_000)}, ${long(40)}` }));

    // Forms of people who are not signed in, each with the long request that they came with.
    const person = () => ({ interaction, email: `${long(30)}@${long(60)}.example` });
    await flood(300, () => server.post('/sign-up', person(), { ...form, ...address() }));
    await flood(300, () => server.post('/sign-in/email', person(), { ...form, ...address() }));
    await flood(300, () => server.post('/forgot-password', { email: `${long(300)}@x.example` }, address()));
    await flood(300, () => server.post('/forgot-password', person(), address()));
    await flood(60, () => server.post('/sign-in', { ...person(), password: long(60_000) }, { ...form, ...address() }));
    await flood(60, () => server.post('/sign-in', { ...person(), password: long(20) }, { ...form, 'x-forwarded-for': long(10_000) }));
    await flood(200, () => server.post('/sign-in/passkey', { interaction, credential: '['.repeat(17_000) }, { ...form, ...address() }));
    await flood(200, () => server.post('/email-code', { interaction, code: long(60_000) }, { ...form, ...address() }));

    // The heap is as small as it was, give or take what is not collected yet; that it is bounded is what keeps the process alive.
    expect((await server.metric('nodejs_heap_size_used_bytes')) - heap).toBeLessThan(60_000_000);
    const [tickets] = server.query('SELECT count(*) AS rows, coalesce(max(length(data)), 0) AS data, coalesce(max(length(email)), 0) AS email FROM tickets');
    expect(tickets?.['rows']).toBeLessThanOrEqual(600);
    expect([Number(tickets?.['data']) <= 4200, Number(tickets?.['email']) <= 320]).toEqual([true, true]);
    const [budgets] = server.query('SELECT count(*) AS rows, coalesce(max(length(name)), 0) AS name FROM budgets');
    expect(Number(budgets?.['name'])).toBeLessThanOrEqual(100);
    // What is refused writes nothing: far fewer than the 1,600 forms times the handful of budgets that each is held to.
    expect(budgets?.['rows']).toBeGreaterThan(0);
    expect(budgets?.['rows']).toBeLessThanOrEqual(2500);
    // 1,300 forms, and their mails on the way out: a few kilobytes each.
    expect(server.fileSize() - size).toBeLessThan(1300 * 16_000);
    for (const table of ['users', 'sessions', 'grants']) {
      expect(server.query(`SELECT count(*) AS rows FROM ${table}`)).toEqual([{ rows: table === 'users' ? 1 : 0 }]);
    }
    // Somebody who has nothing to do with it still signs in.
    expect((await server.cluster.flow().tokens()).status).toBe(200);
  }, 120_000);
});
