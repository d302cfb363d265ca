import { describe, expect, test } from 'vitest';
import { day } from '../../src/core/clock.ts';
import { answerOf, payloadOf, redirectUri } from '../support/flow.ts';
import { codeIn, linkIn } from '../support/mail-server.ts';
import { UserAgent } from '../support/user-agent.ts';
import { setting } from './setting.ts';

const chosen = 'a pelican under my umbrella';

describe('sign-up', () => {
  const t = setting();

  async function askFor(email: string) {
    const flow = t.flow();
    const sent = t.mail.mails.length;
    const page = await flow.agent.submit(await flow.authorize({ prompt: 'create' }), { email });
    return { flow, page, sent };
  }

  test('closed: prompt=create is refused, and discovery does not list it', async () => {
    await t.decide({ signUp: 'closed' });
    expect((await t.flow().answer({ prompt: 'create' })).get('error')).toBe('invalid_request');
    const discovery = JSON.parse((await t.flow().agent.request(`${t.server.issuer}/.well-known/openid-configuration`)).text) as { prompt_values_supported: string[] };
    expect(discovery.prompt_values_supported).not.toContain('create');
    const signIn = await t.flow().authorize();
    expect(signIn.text).not.toContain('/sign-up');
  });

  test('open: the address by a code, then name and password, and the application has its user', async () => {
    await t.decide({ signUp: 'open' });
    const { flow, page, sent } = await askFor('new@example.com');
    expect(page.url.pathname).toBe('/email-code');
    const mail = await t.mail.waitFor('new@example.com', sent);
    const details = await flow.agent.submit(page, { code: codeIn(mail) });
    expect(details.url.pathname).toBe('/sign-up/account');
    const done = await flow.agent.submit(details, { name: 'Ada New', new_password: chosen }, redirectUri);
    const tokens = await flow.redeem(answerOf(done).get('code') ?? '', {});
    const claims = payloadOf(tokens.json.id_token);
    // Name the proofs, and that both came by one mail.
    expect([claims['acr'], claims['amr']]).toEqual(['urn:microauth:acr:single-factor', ['pwd', 'email']]);
    const user = await t.server.store.findUser(t.server.record.id, String(claims['sub']));
    expect([user?.email, user?.emailVerified, user?.claims]).toEqual(['new@example.com', true, '{"name":"Ada New"}']);
    const again = t.flow();
    expect(answerOf(await again.signIn(await again.authorize(), 'new@example.com', chosen)).has('code')).toBe(true);
  });

  test('the link of the mail goes on in the browser that asked, and shows the code in any other', async () => {
    const { flow, sent } = await askFor('linked@example.com');
    const mail = await t.mail.waitFor('linked@example.com', sent);
    const elsewhere = await new UserAgent().open(linkIn(mail));
    expect(elsewhere.text.replace(/ /g, '')).toContain(codeIn(mail));
    expect(elsewhere.text).not.toContain('<form');
    const here = await flow.agent.open(linkIn(mail));
    // Opening it, as scanners of mail do, has used nothing up.
    expect((await flow.agent.open(linkIn(mail))).status).toBe(200);
    const details = await flow.agent.submit(here, {});
    expect(details.url.pathname).toBe('/sign-up/account');
    expect((await flow.agent.submit(here, {})).status).toBe(400);
  });

  test('A119 the page says the same for an address that has an account; the mail tells its owner', async () => {
    await t.server.user({ email: 'taken@example.com' });
    const known = await askFor('taken@example.com');
    const unknown = await askFor('free@example.com');
    const blank = (text: string) => text.replace(/value="[^"]*"/g, '').replaceAll('taken@', 'x@').replaceAll('free@', 'x@');
    expect([known.page.status, blank(known.page.text)]).toEqual([unknown.page.status, blank(unknown.page.text)]);
    const mail = await t.mail.waitFor('taken@example.com', known.sent);
    expect(mail.subject).toContain('already have an account');
    expect(codeIn(mail)).toBe('');
  });

  test('the rest cannot be reached without the code, nor with that of another address', async () => {
    const { flow, page } = await askFor('skipper@example.com');
    const box = new URL(page.url).searchParams.get('interaction') ?? '';
    expect((await flow.agent.open(`${t.server.issuer}/sign-up/account?interaction=${box}`)).status).toBe(400);
    const mine = await askFor('mine@example.com');
    const mail = await t.mail.waitFor('mine@example.com', mine.sent);
    expect((await flow.agent.submit(page, { code: codeIn(mail) })).status).toBe(401);
  });

  test('a code dies after five wrong ones', async () => {
    const { flow, page, sent } = await askFor('guess@example.com');
    const mail = await t.mail.waitFor('guess@example.com', sent);
    for (let guess = 0; guess < 5; guess += 1) {
      expect((await flow.agent.submit(page, { code: String(10_000_000 + guess) })).status).toBe(401);
    }
    const late = await flow.agent.submit(page, { code: codeIn(mail) });
    expect([late.status, late.text.includes('no longer valid')]).toEqual([401, true]);
  });

  test.each([
    ['short', 'too short'],
    ['password1', 'first that strangers would try'],
    ['judge.example', 'made of your name'],
  ])('a password like %j is refused in words', async (bad, words) => {
    await t.decide({ signUp: 'open' });
    const email = `judge.${bad.length}@example.com`;
    const { flow, page, sent } = await askFor(email);
    const details = await flow.agent.submit(page, { code: codeIn(await t.mail.waitFor(email, sent)) });
    const refused = await flow.agent.submit(details, { name: 'Judge Example', new_password: bad });
    expect([refused.status, refused.text.includes(words)]).toEqual([400, true]);
    expect(await t.server.store.findUserByEmail(t.server.record.id, email)).toBeUndefined();
  });

  test('terms have to be accepted where the tenant has some', async () => {
    const tenant = await t.server.store.findTenant(t.server.record.id);
    await t.decide({ brand: { ...(tenant ?? t.server.record).settings.brand, termsUri: 'https://acme.example/terms' } });
    const { flow, page, sent } = await askFor('terms@example.com');
    const details = await flow.agent.submit(page, { code: codeIn(await t.mail.waitFor('terms@example.com', sent)) });
    expect(details.text).toContain('https://acme.example/terms');
    const refused = await flow.agent.submit(details, { new_password: chosen, terms: '' });
    expect(refused.status).toBe(400);
    const done = await flow.agent.submit(refused, { new_password: chosen, terms: 'accepted' }, redirectUri);
    expect(answerOf(done).has('code')).toBe(true);
    expect((await t.server.store.findUserByEmail(t.server.record.id, 'terms@example.com'))?.termsAcceptedAt).not.toBeNull();
    await t.decide({ brand: { ...(tenant ?? t.server.record).settings.brand, termsUri: null } });
  });

  test('by e-mail domain: only addresses of those', async () => {
    await t.decide({ signUp: 'email_domain', signUpDomains: ['acme.example'] });
    const refused = await askFor('someone@elsewhere.example');
    expect([refused.page.status, refused.page.url.pathname]).toEqual([400, '/sign-up']);
    const evil = await askFor('someone@evil-acme.example');
    expect(evil.page.status).toBe(400);
    const allowed = await askFor('someone@ACME.example');
    expect(allowed.page.url.pathname).toBe('/email-code');
    await t.decide({ signUp: 'open' });
  });

  test('two tabs that finish at once make one account', async () => {
    const { flow, page, sent } = await askFor('twice@example.com');
    const details = await flow.agent.submit(page, { code: codeIn(await t.mail.waitFor('twice@example.com', sent)) });
    const both = await Promise.all([0, 1].map(() => flow.agent.submit(details, { new_password: chosen }, redirectUri)));
    expect(both.map(({ status }) => status).sort()).toEqual([303, 400]);
  });

  test('A165 one address gets five mails an hour, and the page does not tell', async () => {
    // What the tests before have used of the budget of their network comes back.
    t.server.clock.advance(day);
    const before = t.mail.mails.length;
    for (let round = 0; round < 8; round += 1) {
      const { page } = await askFor('sign-up-flooded@example.com');
      expect([page.status, page.url.pathname]).toEqual([200, '/email-code']);
    }
    const { sent } = await askFor('sign-up-after@example.com');
    await t.mail.waitFor('sign-up-after@example.com', sent);
    expect(t.mail.mails.slice(before).filter(({ to }) => to === 'sign-up-flooded@example.com')).toHaveLength(5);
  });
});
