import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answerOf, Flow, payloadOf, redirectUri } from '../support/flow.ts';
import { startServer, type TestServer } from '../support/server.ts';

const calendar = 'https://calendar.example/';
const mail = 'https://mail.example/';

describe('RFC 8707 §3, RFC 9700 §2.3: consent is for a resource', () => {
  let server: TestServer;
  let client: { id: string; secret: string };

  beforeAll(async () => {
    server = await startServer();
    client = await server.client({ type: 'spa', name: 'Reader', redirectUris: [redirectUri], thirdParty: true, scopes: ['openid', 'email', 'read'] });
    await server.resource({ identifier: calendar, name: 'Calendar <of> Acme', scopes: ['read'] });
    await server.resource({ identifier: mail, name: 'Mail of Acme', scopes: ['read'] });
  });
  afterAll(() => server.stop());

  async function consenting(email: string): Promise<Flow> {
    await server.user({ email });
    const flow = new Flow(server.issuer, client);
    await flow.code({ scope: 'openid read', resource: calendar }, email);
    return flow;
  }
  const silently = async (flow: Flow, resource: string | readonly string[] | undefined, scope = 'openid read') =>
    (await flow.answer({ prompt: 'none', scope, resource })).get('error') ?? 'a code';

  test('what was allowed at one API gives nothing at another with the same scope, nor at the tenant itself', async () => {
    const flow = await consenting('one@example.com');
    const other = 'http://localhost:3000/';
    const answers = [calendar, mail, undefined, [calendar, mail], other].map((resource) => silently(flow, resource));
    expect(await Promise.all(answers)).toEqual(['a code', 'consent_required', 'consent_required', 'consent_required', 'consent_required']);
    const code = (await flow.answer({ prompt: 'none', scope: 'openid read', resource: calendar })).get('code') ?? '';
    expect(payloadOf((await flow.redeem(code)).json.access_token)['aud']).toBe(calendar);
  });

  test('both allowed, each by itself, are allowed together; fewer scopes are too', async () => {
    const flow = await consenting('both@example.com');
    await flow.code({ scope: 'openid read', resource: mail });
    expect(await silently(flow, [calendar, mail])).toBe('a code');
    expect(await silently(flow, mail, 'openid')).toBe('a code');
    expect(await silently(flow, mail, 'openid email read')).toBe('consent_required');
  });

  test('whoever did not get a scope at sign-in gets no more by naming the resource at the token endpoint', async () => {
    const flow = await consenting('later@example.com');
    const code = (await flow.answer({ prompt: 'none', scope: 'openid read', resource: calendar })).get('code') ?? '';
    expect((await flow.redeem(code, { resource: mail })).json['error']).toBe('invalid_target');
  });

  test('the page names each API with what may be done there, as text', async () => {
    await server.user({ email: 'reading@example.com' });
    const flow = new Flow(server.issuer, client);
    const page = await flow.signIn(await flow.authorize({ scope: 'openid email read', resource: [calendar, 'http://localhost:3000/'] }), 'reading@example.com');
    const main = page.text.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
    expect(main).toMatch(/Know that it is you .*See your email address .*At Calendar &lt;of&gt; Acme Use read .*At http:\/\/localhost:3000\/ Use read/);
    expect(main).not.toContain('Mail of Acme');
  });

  test('an API without scopes of its own is named all the same', async () => {
    await server.user({ email: 'bare@example.com' });
    const flow = new Flow(server.issuer, client);
    const page = await flow.signIn(await flow.authorize({ scope: 'openid', resource: mail }), 'bare@example.com');
    expect(page.text.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ')).toContain('At Mail of Acme Act for you');
  });

  test('what was allowed before anybody knew for which API is asked for again, once', async () => {
    const user = await server.user({ email: 'before@example.com' });
    // As a version before has written it: its list of items says nothing of resources.
    await server.store.addConsent(server.record.id, { userId: user.id, clientId: client.id, allowed: {}, grantedAt: 1 });
    const flow = new Flow(server.issuer, client);
    const page = await flow.signIn(await flow.authorize({ scope: 'openid read', resource: calendar }), 'before@example.com');
    expect(page.url.pathname).toBe('/consent');
    expect(answerOf(await flow.agent.submit(page, { decision: 'allow' }, redirectUri)).has('code')).toBe(true);
    expect(await silently(flow, calendar)).toBe('a code');
  });
});
