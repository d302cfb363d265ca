import { describe, expect, test } from 'vitest';
import { answerOf, payloadOf, redirectUri } from '../support/flow.ts';
import { codeIn, linkIn } from '../support/mail-server.ts';
import { send, UserAgent } from '../support/user-agent.ts';
import { setting } from './setting.ts';

describe('sign-in by a code or link in a mail', () => {
  const t = setting();

  async function askFor(email: string) {
    await t.decide({ emailSignIn: true });
    const flow = t.flow();
    const sent = t.mail.mails.length;
    const page = await flow.agent.submit(await flow.authorize(), { email }, undefined, '/sign-in/email');
    return { flow, page, sent };
  }

  test('the code signs in, as one factor', async () => {
    await t.server.user({ email: 'code@example.com' });
    const { flow, page, sent } = await askFor('code@example.com');
    const code = codeIn(await t.mail.waitFor('code@example.com', sent));
    const done = await flow.agent.submit(page, { code: `${code.slice(0, 4)} ${code.slice(4)}` }, redirectUri);
    const claims = payloadOf((await flow.redeem(answerOf(done).get('code') ?? '')).json.id_token);
    expect([claims['acr'], claims['amr']]).toEqual(['urn:microauth:acr:single-factor', ['email']]);
    // Good once.
    expect((await flow.agent.submit(page, { code })).status).toBe(401);
  });

  test('an address from which a code or link has come back is verified, until it changes (OpenID Connect Core §5.1)', async () => {
    const verified = async (id: string) => (await t.server.store.findUser(t.server.record.id, id))?.emailVerified;
    for (const way of ['code', 'link', 'reset'] as const) {
      const email = `unverified-${way}@example.com`;
      const user = await t.server.user({ email });
      await t.server.store.updateUser(t.server.record.id, { ...user, emailVerified: false });
      if (way === 'reset') {
        const agent = new UserAgent();
        const sent = t.mail.mails.length;
        await agent.submit(await agent.open(`${t.server.issuer}/forgot-password`), { email });
        const page = await agent.open(linkIn(await t.mail.waitFor(email, sent)));
        expect(await verified(user.id)).toBe(false);
        expect((await agent.submit(page, { new_password: 'a pelican under my umbrella' })).status).toBe(200);
      } else {
        const { flow, page, sent } = await askFor(email);
        const received = await t.mail.waitFor(email, sent);
        await (way === 'code' ? flow.agent.submit(page, { code: codeIn(received) }, redirectUri) : flow.agent.submit(await flow.agent.open(linkIn(received)), {}, redirectUri));
      }
      expect([way, await verified(user.id)]).toEqual([way, true]);
    }
  });

  test('the link signs in in the browser that asked, after a press of the button, once', async () => {
    await t.server.user({ email: 'link@example.com' });
    const { flow, sent } = await askFor('link@example.com');
    const link = linkIn(await t.mail.waitFor('link@example.com', sent));
    const page = await flow.agent.open(link);
    expect(flow.agent.cookies('localhost').has('microauth-session')).toBe(false);
    expect(answerOf(await flow.agent.submit(page, {}, redirectUri)).has('code')).toBe(true);
    expect((await flow.agent.open(link)).status).toBe(400);
  });

  test('in another browser the link shows the code and signs nobody in, whatever is sent', async () => {
    await t.server.user({ email: 'thief@example.com' });
    const { sent } = await askFor('thief@example.com');
    const link = linkIn(await t.mail.waitFor('thief@example.com', sent));
    const thief = new UserAgent();
    expect((await thief.open(link)).text).toContain('Type this code in the browser window');
    const forced = await send(`${t.server.issuer}/link`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: t.server.issuer },
      body: new URL(link).search.slice(1),
    });
    expect([forced.status, forced.headers['set-cookie']]).toEqual([400, undefined]);
  });

  test('A119 for an address without an account everything is the same but the mail', async () => {
    await t.server.user({ email: 'somebody@example.com' });
    const known = await askFor('somebody@example.com');
    const unknown = await askFor('nobody@example.com');
    await t.mail.waitFor('somebody@example.com', known.sent);
    const blank = (text: string) => text.replace(/value="[^"]*"/g, '').replace(/(some|no)body@/g, 'x@');
    expect([unknown.page.status, blank(unknown.page.text)]).toEqual([known.page.status, blank(known.page.text)]);
    expect((await unknown.flow.agent.submit(unknown.page, { code: '12345678' })).status).toBe(401);
    expect(t.mail.mails.some(({ to }) => to === 'nobody@example.com')).toBe(false);
  });

  test('A124 a disabled user gets no mail, and a code from before signs nobody in', async () => {
    const user = await t.server.user({ email: 'gone@example.com' });
    const { flow, page, sent } = await askFor('gone@example.com');
    const code = codeIn(await t.mail.waitFor('gone@example.com', sent));
    await t.server.store.updateUser(t.server.record.id, { ...user, enabled: false });
    expect((await flow.agent.submit(page, { code })).status).toBe(401);
  });

  test('a tenant that does not want it does not have it', async () => {
    await t.decide({ emailSignIn: false });
    const flow = t.flow();
    const page = await flow.authorize();
    expect(page.text).not.toContain('/sign-in/email');
    expect((await flow.agent.submit(page, { email: 'code@example.com' }, undefined, '/sign-in/email')).status).toBe(400);
  });

  test('A165 one address gets five mails an hour, and the page does not tell', async () => {
    await t.server.user({ email: 'flooded@example.com' });
    await t.decide({ emailSignIn: true });
    const before = t.mail.mails.length;
    for (let round = 0; round < 8; round += 1) {
      expect((await askFor('flooded@example.com')).page.status).toBe(200);
    }
    await t.server.user({ email: 'after@example.com' });
    const { sent } = await askFor('after@example.com');
    await t.mail.waitFor('after@example.com', sent);
    expect(t.mail.mails.slice(before).filter(({ to }) => to === 'flooded@example.com')).toHaveLength(5);
  });
});
