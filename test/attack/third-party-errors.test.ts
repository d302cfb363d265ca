import { describe, expect, test } from 'vitest';
import { answerOf, Flow, redirectUri } from '../support/flow.ts';
import { readForm } from '../support/user-agent.ts';
import { forEachVariant, target } from './target.ts';

/** Every mistake in a request whose client and redirect URI are right, and one that only the flow finds. */
const mistakes = [
  { response_type: 'token' },
  { response_type: undefined },
  { scope: '"' },
  { scope: 'unheard-of' },
  { prompt: 'unheard-of' },
  { max_age: 'x' },
  { code_challenge: undefined },
  { code_challenge_method: 'plain' },
  { request: 'x' },
  { request_uri: 'https://evil.example/' },
  { registration: '{}' },
  { response_mode: 'fragment' },
  { claims: '{' },
  { resource: 'x' },
  { id_token_hint: 'x' },
  { claims: JSON.stringify({ id_token: { acr: { essential: true, value: 'urn:nobody:reaches:this' } } }) },
];

describe('RFC 9700 §4.11.2: an error does not make us an open redirector', () => {
  const t = target();
  const automatic = (location: unknown) => typeof location === 'string' && location.startsWith(redirectUri);

  test('a third party’s goes nowhere before somebody has signed in or acted: the person sees where it leads, and decides', () =>
    forEachVariant(mistakes, async (change) => {
      const page = await t.flow('thirdParty').authorize(change);
      expect([page.status, page.headers['location']]).toEqual([400, undefined]);
      expect(page.text.replaceAll(/<[^>]*>/g, '')).toContain('Continue to rp.example');
      const href = /<a id="go-on" class="button" href="([^"]*)"/.exec(page.text)?.[1]?.replaceAll('&amp;', '&') ?? '';
      const { searchParams } = new URL(href);
      expect(href.startsWith(`${redirectUri}?error=`)).toBe(true);
      expect([searchParams.get('state'), searchParams.get('iss')]).toEqual(['state-of-test', t.server.issuer]);
      expect(page.text).not.toContain('http-equiv');
    }));

  test('by form_post neither: there is no script that sends it', async () => {
    const page = await t.flow('thirdParty').authorize({ response_mode: 'form_post', scope: '"' });
    expect(page.status).toBe(400);
    expect(page.text).not.toContain('<script');
    const { action, fields } = readForm(page);
    expect([action.href, fields['error'], fields['state']]).toEqual([redirectUri, 'invalid_scope', 'state-of-test']);
    expect(page.headers['content-security-policy']).not.toContain('form-action');
  });

  test('prompt=none always answers, beside any mistake: nobody sees a page there', () =>
    forEachVariant(mistakes.filter((change) => !('prompt' in change)), async (change) => {
      const page = await t.flow('thirdParty').authorize({ prompt: 'none', ...change });
      expect(automatic(page.headers['location'])).toBe(true);
    }));

  test('of somebody who is signed in, of somebody who has acted, and of a first party, as ever', async () => {
    const signedIn = t.flow('thirdParty');
    await signedIn.code();
    expect(answerOf(await signedIn.authorize({ scope: '"' })).get('error')).toBe('invalid_scope');
    const acting = new Flow(t.server.issuer, t.clients.thirdParty);
    const consent = await acting.signIn(await acting.authorize({ prompt: 'consent' }));
    expect(answerOf(await acting.agent.submit(consent, { decision: 'deny' }, redirectUri)).get('error')).toBe('access_denied');
    for (const change of mistakes) {
      expect(automatic((await t.flow('spa').authorize(change)).headers['location'])).toBe(true);
    }
  });
});
