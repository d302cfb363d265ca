import { describe, expect, test } from 'vitest';
import { timedId } from '../../src/core/random.ts';
import type { Page } from '../support/user-agent.ts';
import { aSecurityEvent } from '../store/account-records.ts';
import { aGrant, aSession } from '../store/records.ts';
import { AccountVisitor, textOf } from './account-page.ts';
import { setting } from './setting.ts';

const day = 86_400_000;

describe('what one account may have', () => {
  const t = setting();
  const visitor = () => new AccountVisitor(t.server.issuer);
  const tenant = () => t.server.record.id;
  const now = () => t.server.clock.now();

  test('a hundred sessions: one more ends the one that was signed in to longest ago, and the person sees that', async () => {
    const user = await t.server.user({ email: 'everywhere@example.com' });
    const { store } = t.server;
    const before = now() - day;
    for (let index = 0; index < 100; index += 1) {
      await store.startSession(tenant(), aSession(`old-${index}`, user.id, { authTime: before - index, expiresAt: now() + day }));
    }
    await visitor().signIn('everywhere@example.com');
    const ids = (await store.listSessions(tenant(), user.id, now())).map(({ id }) => id);
    expect([ids.length, ids.includes('old-99'), ids.includes('old-98')]).toEqual([100, false, true]);
    expect((await store.listSecurityEvents(tenant(), user.id, 9)).map(({ kind }) => kind)).toContain('session_ended');
    expect(t.server.log()).toContain('"event":"session_crowded_out"');
  });

  test('a hundred grants for each client, and a hundred codes: what was used longest ago makes room, and never for another client', async () => {
    const user = await t.server.user({ email: 'granted@example.com' });
    const { store } = t.server;
    const flow = t.flow();
    const at = now() - day;
    const ids = Array.from({ length: 100 }, (_, index) => timedId('grant', at - index));
    const grant = (id: string, usedAt: number, clientId = flow.client.id) =>
      store.createGrant(tenant(), aGrant(id, { userId: user.id, clientId, redeemedAt: usedAt, createdAt: usedAt, offline: true, expiresAt: now() + day }));
    await Promise.all(ids.map((id, index) => grant(id, at - index)));
    await Promise.all(ids.map((id, index) => grant(`${id}x`, at - 9 * day - index, 'another client')));
    const { json } = await flow.tokens({}, 'granted@example.com');
    const codes: string[] = [];
    // One code in sixteen looks whether there are too many: that none of the last 250 does happens once in ten million runs.
    for (let count = 0; count < 350; count += 1) {
      codes.push(await flow.code({ prompt: 'none' }));
    }
    const isThere = async (id: string) => (await store.findGrant(tenant(), id)) !== undefined;
    expect([await isThere(ids[99] ?? ''), await isThere(ids[98] ?? ''), await isThere(`${ids[99]}x`)]).toEqual([false, true, true]);
    // However many codes somebody makes the browser ask for, who is signed in with the application stays so.
    expect((await flow.refresh(json.refresh_token)).status).toBe(200);
    expect([(await flow.redeem(codes[0] ?? '')).status, (await flow.redeem(codes.at(-1) ?? '')).status]).toEqual([400, 200]);
    expect(t.server.log()).toContain('"event":"grant_crowded_out"');
  });

  test('a thousand events, shown page by page', async () => {
    const user = await t.server.user({ email: 'busy@example.com' });
    const { store } = t.server;
    const add = (index: number) => store.addSecurityEvent(tenant(), aSecurityEvent(`event-${index}`, user.id, { at: now() - day - index, expiresAt: now() + day }));
    await Promise.all(Array.from({ length: 1000 }, (_, index) => add(index)));
    const someone = visitor();
    await someone.signIn('busy@example.com');
    expect(await store.listSecurityEvents(tenant(), user.id, 2000)).toHaveLength(1000);
    const items = (page: Page) => page.text.match(/<li>/g)?.length ?? 0;
    const first = await someone.open('/account/activity');
    expect([items(first), first.text.includes('rel="prev"'), first.text.includes('href="/account/activity?page=2"')]).toEqual([25, false, true]);
    const last = await someone.open('/account/activity?page=40');
    expect([items(last), last.text.includes('href="/account/activity?page=39"'), last.text.includes('rel="next"')]).toEqual([25, true, false]);
    for (const page of ['0', '-1', '1e3', 'x', '', '41', '999', '99999999999999999999']) {
      expect((await someone.open(`/account/activity?page=${page}`)).status).toBe(200);
    }
  });

  test('sessions and applications are shown page by page, this browser first', async () => {
    const user = await t.server.user({ email: 'paged@example.com' });
    const { store } = t.server;
    for (let index = 0; index < 30; index += 1) {
      await store.startSession(tenant(), aSession(`paged-${index}`, user.id, { createdAt: now() + index + 1, expiresAt: now() + day }));
      const { id } = await t.server.client({ type: 'spa', name: `Application ${index}`, redirectUris: ['https://rp.example/callback'] });
      await store.addConsent(tenant(), { userId: user.id, clientId: id, allowed: { '': ['openid'] }, grantedAt: now() });
    }
    const someone = visitor();
    await someone.signIn('paged@example.com');
    const sessions = [await someone.open('/account/sessions'), await someone.open('/account/sessions?page=2')];
    expect(sessions.map(({ text }) => text.match(/id="device-/g)?.length)).toEqual([25, 6]);
    expect(sessions.map((page) => textOf(page).includes('This browser'))).toEqual([true, false]);
    const applications = [await someone.open('/account/applications'), await someone.open('/account/applications?page=2')];
    expect(applications.map(({ text }) => text.match(/id="application-/g)?.length)).toEqual([25, 5]);
  });
});
