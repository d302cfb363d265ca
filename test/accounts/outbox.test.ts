import { describe, expect, test } from 'vitest';
import { send } from '../support/user-agent.ts';
import { setting } from './setting.ts';

describe('the outbox', () => {
  const t = setting();

  function askFor(email: string) {
    return send(`${t.server.issuer}/forgot-password`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: t.server.issuer },
      body: new URLSearchParams({ email }).toString(),
    });
  }
  const messages = () => t.server.store.listMessages(t.server.record.id, 100);

  test('a mail is text and HTML in the tenant’s name, and says that a program wrote it', async () => {
    await t.server.user({ email: 'shape@example.com' });
    await askFor('shape@example.com');
    const mail = await t.mail.waitFor('shape@example.com');
    expect(mail.from).toBe('Tenant default <no-reply@localhost>');
    expect(mail.headers).toContainEqual({ key: 'auto-submitted', value: 'auto-generated' });
    expect(mail.html).toContain('<html lang="en" dir="ltr">');
    expect(mail.html).not.toMatch(/<script|<img|url\(/);
    expect(mail.text).toContain('good for 30 minutes');
  });

  test('a mail server that is away loses nothing: the mail goes out when it is back, once', async () => {
    await t.server.user({ email: 'away@example.com' });
    await t.mail.stop();
    expect((await askFor('away@example.com')).status).toBe(200);
    await expect.poll(async () => (await messages()).some(({ failure }) => failure?.includes('ECONNREFUSED') === true), { timeout: 10_000 }).toBe(true);
    await t.mail.start();
    t.server.clock.advance(61_000);
    // What makes it look again is the next mail, or ten seconds.
    await t.server.user({ email: 'back@example.com' });
    await askFor('back@example.com');
    await t.mail.waitFor('away@example.com');
    await t.mail.waitFor('back@example.com');
    expect(t.mail.mails.filter(({ to }) => to === 'away@example.com')).toHaveLength(1);
  });

  test('a refusal for now is tried again, one for good is not; the log tells both without the address', async () => {
    await t.server.user({ email: 'greylisted@example.com' });
    await t.server.user({ email: 'refused@example.com' });
    t.mail.refuse({ code: 450, text: '4.7.1 <greylisted@example.com> at [192.0.2.7] later, says 2001:db8::7' });
    await askFor('greylisted@example.com');
    await expect.poll(async () => (await messages()).some(({ failure }) => failure === 'EENVELOPE RCPT TO 450 4.7.1')).toBe(true);
    t.mail.refuse({ code: 550, text: 'no mailbox refused at example dot com (refused+40example.com)' });
    await askFor('refused@example.com');
    await expect.poll(() => t.server.log().includes('"event":"mail_refused"')).toBe(true);
    t.mail.refuse(undefined);
    t.server.clock.advance(61_000);
    await t.server.user({ email: 'next@example.com' });
    await askFor('next@example.com');
    await t.mail.waitFor('greylisted@example.com');
    await t.mail.waitFor('next@example.com');
    expect(t.mail.mails.some(({ to }) => to === 'refused@example.com')).toBe(false);
    // Whatever a server says of the recipient and of machines, by whatever spelling: none of its words are kept.
    for (const kept of [t.server.log(), JSON.stringify(await messages())]) {
      expect(kept).not.toMatch(/greylisted|refused@|refused at|40example|192\.0\.2\.7|2001:db8/);
    }
  });

  test('A177 what waits to be sent is sealed', async () => {
    const rows = await messages();
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toMatch(/example\.com|link_|password/);
  });
});
