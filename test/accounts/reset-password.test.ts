import { describe, expect, test } from 'vitest';
import { day } from '../../src/core/clock.ts';
import { linkIn } from '../support/mail-server.ts';
import { send, UserAgent } from '../support/user-agent.ts';
import { setting } from './setting.ts';

const chosen = 'a pelican under my umbrella';

describe('a forgotten password', () => {
  const t = setting();

  async function askFor(email: string, headers: Readonly<Record<string, string>> = {}) {
    const sent = t.mail.mails.length;
    const page = await send(`${t.server.issuer}/forgot-password`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: t.server.issuer, ...headers },
      body: new URLSearchParams({ email }).toString(),
    });
    return { page, sent };
  }

  async function linkFor(email: string): Promise<string> {
    const { sent } = await askFor(email);
    return linkIn(await t.mail.waitFor(email, sent));
  }

  test('A132 the link sets a new one once; looking at it uses nothing up; every session and token ends; the owner is told', async () => {
    await t.server.user({ email: 'reset@example.com' });
    const before = t.flow();
    const tokens = await before.tokens({}, 'reset@example.com');
    const link = await linkFor('reset@example.com');
    const agent = new UserAgent();
    const page = await agent.open(link);
    expect((await agent.open(link)).status).toBe(200);
    const sent = t.mail.mails.length;
    const both = await Promise.all([0, 1].map(() => agent.submit(page, { new_password: chosen })));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 400]);
    expect(agent.cookies('localhost').has('microauth-session')).toBe(false);
    expect((await t.mail.waitFor('reset@example.com', sent)).subject).toContain('password');
    expect((await before.refresh(tokens.json.refresh_token)).status).toBe(400);
    expect((await before.answer({ prompt: 'none' })).get('error')).toBe('login_required');
    const flow = t.flow();
    expect((await flow.signIn(await flow.authorize(), 'reset@example.com')).status).toBe(401);
    const again = t.flow();
    expect((await again.signIn(await again.authorize(), 'reset@example.com', chosen)).status).toBe(303);
    expect((await agent.open(link)).status).toBe(400);
  });

  test('A119 an unknown address gets the same page and no mail', async () => {
    await t.server.user({ email: 'known@example.com' });
    const known = await askFor('known@example.com');
    const unknown = await askFor('unknown@example.com');
    expect(unknown.page.text.replaceAll('unknown@', 'x@')).toBe(known.page.text.replaceAll('known@', 'x@'));
    await t.mail.waitFor('known@example.com', known.sent);
    expect(t.mail.mails.some(({ to }) => to === 'unknown@example.com')).toBe(false);
  });

  test('A131 the link is on the tenant’s own origin, whatever the request says', async () => {
    await t.server.user({ email: 'poisoned@example.com' });
    const { sent } = await askFor('poisoned@example.com', { 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example' });
    expect(linkIn(await t.mail.waitFor('poisoned@example.com', sent)).startsWith(`${t.server.issuer}/link?`)).toBe(true);
  });

  test('A132 a link is worth nothing after another password or address, in another tenant, and after 30 minutes', async () => {
    const user = await t.server.user({ email: 'stale@example.com' });
    const { store, record, clock } = t.server;
    const dead = async (link: string) => expect((await new UserAgent().open(link)).status).toBe(400);
    const first = await linkFor('stale@example.com');
    const other = await t.server.tenant('elsewhere');
    await dead(first.replace(t.server.issuer, other.issuer));
    await store.setPassword(record.id, user.id, { hash: 'x', byMail: false }, clock.now());
    await dead(first);
    const second = await linkFor('stale@example.com');
    await store.changeEmail(record.id, user.id, { email: 'moved@example.com', emailKey: 'moved@example.com' }, clock.now());
    await dead(second);
    const third = await linkFor('moved@example.com');
    clock.advance(31 * 60_000);
    await dead(third);
  });

  test('A124 a disabled user cannot come back this way', async () => {
    const user = await t.server.user({ email: 'locked@example.com' });
    const link = await linkFor('locked@example.com');
    const page = await new UserAgent().open(link);
    await t.server.store.updateUser(t.server.record.id, { ...user, enabled: false });
    expect((await new UserAgent().submit(page, { new_password: chosen })).status).toBe(400);
  });

  test('a bad new password is refused in words and costs nothing', async () => {
    await t.server.user({ email: 'weak@example.com' });
    const agent = new UserAgent();
    const page = await agent.open(await linkFor('weak@example.com'));
    const refused = await agent.submit(page, { new_password: 'weak@example.com' });
    expect([refused.status, refused.text.includes('made of your name')]).toEqual([400, true]);
    expect((await agent.submit(refused, { new_password: chosen })).status).toBe(200);
  });

  test('how many new passwords are judged for one network is bounded, whatever the judgement says', async () => {
    await t.server.user({ email: 'choosy@example.com' });
    const agent = new UserAgent();
    const page = await agent.open(await linkFor('choosy@example.com'));
    // A quarter of an hour in which nobody else has chosen any.
    t.server.clock.advance(15 * 60_000);
    for (let time = 0; time < 100; time += 1) {
      expect((await agent.submit(page, { new_password: 'password1' })).status).toBe(400);
    }
    expect((await agent.submit(page, { new_password: 'password1' })).status).toBe(503);
    expect(t.server.log()).toContain('"event":"new_password_throttled"');
    t.server.clock.advance(10_000);
    expect((await agent.submit(page, { new_password: chosen })).status).toBe(200);
  });

  test('A165 one address gets five mails an hour, and the page does not tell', async () => {
    await t.server.user({ email: 'flooded@example.com' });
    await t.server.user({ email: 'after@example.com' });
    // What the tests before have used of the budget of their network comes back.
    t.server.clock.advance(day);
    const before = t.mail.mails.length;
    for (let round = 0; round < 8; round += 1) {
      expect((await askFor('flooded@example.com')).page.status).toBe(200);
    }
    const { sent } = await askFor('after@example.com');
    await t.mail.waitFor('after@example.com', sent);
    expect(t.mail.mails.slice(before).filter(({ to }) => to === 'flooded@example.com')).toHaveLength(5);
  });
});
