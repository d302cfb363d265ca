import { describe, expect, test } from 'vitest';
import { type Plan, plan, responseModes } from '../support/conformance.ts';
import { answerOf } from '../support/flow.ts';

describe.each(responseModes)('oidcc-basic-certification-test-plan, what the person sees, response_mode=%s', (mode) => {
  const p: Plan = plan(mode);

  test.each(['page', 'popup', 'touch', 'wap'])('oidcc-display-%s', async (display) => {
    expect((await p.signIn(p.flow(), { display })).tokens.id_token).toBeDefined();
  });

  test('oidcc-prompt-login', async () => {
    const flow = p.flow();
    const first = await p.signIn(flow);
    p.server.clock.advance(2000);
    const page = await flow.authorize({ ...p.mode, prompt: 'login' });
    expect(page.url.pathname).toBe('/sign-in');
    const second = await p.signIn(flow, { prompt: 'login' });
    expect(second.claims.sub).toBe(first.claims.sub);
    expect(second.claims.auth_time).toBeGreaterThan(first.claims.auth_time ?? 0);
  });

  test('oidcc-prompt-none-not-logged-in', async () => {
    const answer = await p.flow().answer({ ...p.mode, prompt: 'none' });
    expect(Object.fromEntries(answer)).toEqual({
      error: 'login_required',
      error_description: expect.stringMatching(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/) as string,
      state: 'state-of-test',
      iss: p.server.issuer,
    });
  });

  test('oidcc-prompt-none-logged-in', async () => {
    const flow = p.flow();
    const first = await p.signIn(flow);
    p.server.clock.advance(2000);
    const silent = await flow.authorize({ ...p.mode, prompt: 'none' });
    expect(answerOf(silent).has('code')).toBe(true);
    const second = await p.signIn(flow, { prompt: 'none' });
    expect([second.claims.sub, second.claims.auth_time]).toEqual([first.claims.sub, first.claims.auth_time]);
  });

  test('oidcc-max-age-1', async () => {
    const flow = p.flow();
    const first = await p.signIn(flow);
    p.server.clock.advance(2000);
    expect((await flow.authorize({ ...p.mode, max_age: '1' })).url.pathname).toBe('/sign-in');
    const second = await p.signIn(flow, { max_age: '1' });
    expect(second.claims.auth_time).toBeGreaterThan(first.claims.auth_time ?? 0);
  });

  test('oidcc-max-age-10000', async () => {
    const flow = p.flow();
    const first = await p.signIn(flow);
    p.server.clock.advance(2000);
    expect(answerOf(await flow.authorize({ ...p.mode, max_age: '10000' })).has('code')).toBe(true);
    const second = await p.signIn(flow, { max_age: '10000' });
    expect(second.claims.auth_time).toBe(first.claims.auth_time);
  });

  test('oidcc-id-token-hint', async () => {
    const flow = p.flow();
    const first = await p.signIn(flow);
    const second = await p.signIn(flow, { prompt: 'none', id_token_hint: first.tokens.id_token });
    expect(second.claims.sub).toBe(first.claims.sub);
  });

  test('oidcc-login-hint', async () => {
    const flow = p.flow();
    const page = await flow.authorize({ ...p.mode, login_hint: 'user1@example.com' });
    expect(page.text).toContain('value="user1@example.com"');
    expect((await p.signIn(flow, { login_hint: 'user1@example.com' })).tokens.id_token).toBeDefined();
  });

  test.each([
    ['oidcc-ui-locales', { ui_locales: 'se en' }],
    ['oidcc-claims-locales', { claims_locales: 'se en' }],
  ])('%s', async (_module, change) => {
    expect((await p.signIn(p.flow(), change)).tokens.id_token).toBeDefined();
  });

  test('oidcc-ensure-request-with-acr-values-succeeds', async () => {
    const { as } = await p.signIn(p.flow());
    const acr = as.acr_values_supported?.[0] ?? '';
    expect((await p.signIn(p.flow(), { acr_values: acr })).claims['acr']).toBe(acr);
    // Core §3.1.2.1: acr_values is a wish, so one that cannot be granted changes nothing.
    expect((await p.signIn(p.flow(), { acr_values: 'urn:unheard-of' })).claims['acr']).toBe(acr);
  });
});
