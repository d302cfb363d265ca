import { describe, expect, test } from 'vitest';
import { invite } from '../../src/flow/invitations.ts';
import { tenantSecretsReader } from '../../src/keys/tenant-secrets.ts';
import { createMailer } from '../../src/mail/outbox.ts';
import { tenantOf } from '../../src/oauth/tenant.ts';
import { answerOf } from '../support/flow.ts';
import { linkIn } from '../support/mail-server.ts';
import { unwrap } from '../support/server.ts';
import { UserAgent } from '../support/user-agent.ts';
import { setting } from './setting.ts';

const chosen = 'a pelican under my umbrella';

describe('invitations', () => {
  const t = setting();

  function context() {
    const { store, clock, admin, record } = t.server;
    return { store, clock, tenant: tenantOf(record, tenantSecretsReader(admin.sealingKey), admin.url), mailer: createMailer({ store, clock, poke: () => undefined }) };
  }

  test('the mailed link makes one account with the invited address, and signs its owner in', async () => {
    const { link } = unwrap(await invite(context(), { email: 'guest@example.com', locale: 'en' }));
    expect(linkIn(await t.mail.waitFor('guest@example.com'))).toBe(link);
    const agent = new UserAgent();
    const page = await agent.open(link);
    const refused = await agent.submit(page, { name: 'Guest', new_password: 'short' });
    expect(refused.status).toBe(400);
    await agent.submit(refused, { name: 'Guest', new_password: chosen, email: 'other@example.com' });
    const user = await t.server.store.findUserByEmail(t.server.record.id, 'guest@example.com');
    expect([user?.emailVerified, user?.claims]).toEqual([true, '{"name":"Guest"}']);
    expect(await t.server.store.findUserByEmail(t.server.record.id, 'other@example.com')).toBeUndefined();
    expect(agent.cookies('localhost').has('microauth-session')).toBe(true);
    const flow = t.flow();
    expect(answerOf(await flow.signIn(await flow.authorize(), 'guest@example.com', chosen)).has('code')).toBe(true);
    expect((await new UserAgent().open(link)).status).toBe(400);
  });

  test('A134 is worth nothing after it was revoked or replaced, in another tenant, after a week, and for an address that has an account', async () => {
    const { store, record, clock } = t.server;
    const dead = async (link: string) => expect((await new UserAgent().open(link)).status).toBe(400);
    const first = unwrap(await invite(context(), { email: 'late@example.com', locale: 'en' }));
    const second = unwrap(await invite(context(), { email: 'Late@example.com', locale: 'en' }));
    await dead(first.link);
    const other = await t.server.tenant('elsewhere');
    await dead(second.link.replace(t.server.issuer, other.issuer));
    await store.deleteTicket(record.id, second.id);
    await dead(second.link);
    const third = unwrap(await invite(context(), { email: 'late@example.com', locale: 'en' }));
    clock.advance(8 * 86_400_000);
    await dead(third.link);
    const fourth = unwrap(await invite(context(), { email: 'raced@example.com', locale: 'en' }));
    await t.server.user({ email: 'raced@example.com' });
    const agent = new UserAgent();
    expect((await agent.submit(await agent.open(fourth.link), { new_password: chosen })).status).toBe(400);
    expect((await invite(context(), { email: 'raced@example.com', locale: 'en' })).ok).toBe(false);
  });
});
