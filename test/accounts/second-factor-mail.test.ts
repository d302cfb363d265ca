import { describe, expect, test } from 'vitest';
import { answerOf, payloadOf, redirectUri } from '../support/flow.ts';
import { codeIn } from '../support/mail-server.ts';
import { acr, byWay, giveRecoveryCodes, giveTotp, proveMailbox, sendCode, totpCode } from '../support/second-factors.ts';
import { setting } from './setting.ts';

describe('second factors and mail', () => {
  const t = setting();

  /** Signs in as far as the second step. */
  async function atSecondStep(email: string) {
    const user = await t.server.user({ email });
    const seed = await giveTotp(t.server, t.server, user);
    const flow = t.flow();
    return { user, seed, flow, page: await flow.signIn(await flow.authorize(), email) };
  }

  test('a code by mail is the second step after the password of whoever has no other', async () => {
    await t.decide({ secondFactor: 'required' });
    await t.server.user({ email: 'second@example.com' });
    const flow = t.flow();
    const offer = await flow.signIn(await flow.authorize(), 'second@example.com');
    expect(offer.text).toContain('We will send a code to');
    const sent = await flow.agent.submit(offer, { send: 'yes' }, redirectUri);
    expect([sent.status, sent.url.pathname, sent.text.includes('We have sent a code to')]).toEqual([200, '/second-factor', true]);
    const wrong = await sendCode(flow, sent, '00000000');
    expect([wrong.status, wrong.text.includes('id="problem"')]).toEqual([401, true]);
    const code = codeIn(await t.mail.waitFor('second@example.com'));
    const { json } = await flow.redeem(answerOf(await sendCode(flow, wrong, code)).get('code') ?? '');
    expect([payloadOf(json.id_token)['acr'], payloadOf(json.id_token)['amr']]).toEqual([acr.multi, ['pwd', 'email', 'mfa']]);
    await t.decide({ secondFactor: 'optional' });
  });

  test('beside an authenticator app only where the tenant says so in words that name the risk', async () => {
    const { flow, page, user } = await atSecondStep('beside@example.com');
    expect(page.text).not.toContain('id="by-email"');
    await t.decide({ mailGetsPastFactors: true });
    const offered = await flow.signIn(await flow.authorize(), user.email);
    const done = await proveMailbox(flow.agent, await byWay(flow, offered, 'email'), t.mail, user.email, redirectUri);
    const { json } = await flow.redeem(answerOf(done).get('code') ?? '');
    expect([payloadOf(json.id_token)['acr'], payloadOf(json.id_token)['amr']]).toEqual([acr.multi, ['pwd', 'email', 'mfa']]);
    await t.decide({ mailGetsPastFactors: false });
    // And it counts no longer than that.
    expect((await flow.answer({ prompt: 'none' })).get('error')).toBe('login_required');
  });

  test('after a sign-in by mail another mail proves nothing more', async () => {
    await t.decide({ emailSignIn: true });
    const { user, seed } = await atSecondStep('mailed@example.com');
    const flow = t.flow();
    const before = t.mail.mails.length;
    const asked = await flow.agent.submit(await flow.authorize(), { email: user.email }, undefined, '/sign-in/email');
    const page = await sendCode(flow, asked, codeIn(await t.mail.waitFor(user.email, before)));
    expect([page.url.pathname, page.text.includes('by-email')]).toEqual(['/second-factor', false]);
    const forced = await flow.agent.submit(page, { method: 'email', send: 'yes' }, redirectUri);
    expect(forced.text).not.toContain('We have sent a code to');
    const { json } = await flow.redeem(answerOf(await sendCode(flow, page, totpCode(seed, t.server.clock.now()))).get('code') ?? '');
    expect([payloadOf(json.id_token)['acr'], payloadOf(json.id_token)['amr']]).toEqual([acr.multi, ['email', 'otp', 'mfa']]);
  });

  test('the code of a sign-in by mail is no code of a second step', async () => {
    await t.decide({ emailSignIn: true, mailGetsPastFactors: true });
    const { flow, page, user } = await atSecondStep('mixed@example.com');
    const before = t.mail.mails.length;
    await flow.agent.submit(await flow.authorize({ prompt: 'login' }), { email: user.email }, undefined, '/sign-in/email');
    const code = codeIn(await t.mail.waitFor(user.email, before));
    expect((await sendCode(flow, page, code, { method: 'email' })).status).toBe(401);
    await t.decide({ mailGetsPastFactors: false });
  });

  test('where a second factor is required, whoever can be mailed has one', async () => {
    await t.decide({ secondFactor: 'required' });
    const user = await t.server.user({ email: 'required@example.com' });
    const flow = t.flow();
    const offer = await flow.signIn(await flow.authorize(), user.email);
    expect([offer.url.pathname, offer.text.includes('We will send a code to')]).toEqual(['/second-factor', true]);
    await t.decide({ secondFactor: 'optional' });
  });

  test('people are told when a recovery code is used', async () => {
    const { flow, page, user } = await atSecondStep('codes@example.com');
    const [code = ''] = await giveRecoveryCodes(t.server, t.server, user);
    const before = t.mail.mails.length;
    await sendCode(flow, page, code, { method: 'recovery_code' });
    expect((await t.mail.waitFor(user.email, before)).text).toContain('recovery code');
  });
});
