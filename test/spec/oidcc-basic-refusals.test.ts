import { describe, expect, test } from 'vitest';
import { type Plan, plan, responseModes } from '../support/conformance.ts';
import { answerOf, Flow, payloadOf } from '../support/flow.ts';

describe.each(responseModes)('oidcc-basic-certification-test-plan, refusals and reuse, response_mode=%s', (mode) => {
  const p: Plan = plan(mode);

  test('oidcc-response-type-missing', async () => {
    const answer = await p.flow().answer({ ...p.mode, response_type: undefined });
    expect(Object.fromEntries(answer)).toMatchObject({ error: 'invalid_request', state: 'state-of-test', iss: p.server.issuer });
  });

  test('oidcc-ensure-registered-redirect-uri', async () => {
    const page = await p.flow().agent.request(p.flow().authorizationUrl({ ...p.mode, redirect_uri: 'https://rp.example/callback/unregistered' }));
    expect([page.status, page.headers['location']]).toEqual([400, undefined]);
    expect(page.text).not.toContain('<form');
  });

  test('oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported', async () => {
    const answer = await p.flow().answer({ ...p.mode, request_uri: 'https://rp.example/request.jwt' });
    expect(answer.get('error')).toBe('request_uri_not_supported');
  });

  test('oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported', async () => {
    const request = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{"response_type":"code"}').toString('base64url')}.`;
    expect((await p.flow().answer({ ...p.mode, request })).get('error')).toBe('request_not_supported');
  });

  test('oidcc-ensure-request-object-with-redirect-uri', async () => {
    const claims = Buffer.from(JSON.stringify({ redirect_uri: 'https://rp.example/other' })).toString('base64url');
    const page = await p.flow().authorize({ ...p.mode, request: `${Buffer.from('{"alg":"none"}').toString('base64url')}.${claims}.` });
    expect(answerOf(page).get('error')).toBe('request_not_supported');
  });

  test('oidcc-codereuse', async () => {
    const flow = p.flow();
    const code = await flow.code(p.mode);
    expect((await flow.redeem(code)).status).toBe(200);
    const again = await flow.redeem(code);
    expect([again.status, again.json['error']]).toEqual([400, 'invalid_grant']);
  });

  test('oidcc-codereuse-30seconds', async () => {
    const flow = p.flow();
    const code = await flow.code(p.mode);
    const first = await flow.redeem(code);
    p.server.clock.advance(30_000);
    expect((await flow.userinfo(first.json.access_token)).status).toBe(200);
    expect((await flow.redeem(code)).json).toMatchObject({ error: 'invalid_grant' });
    expect((await flow.userinfo(first.json.access_token)).status).toBe(401);
    expect((await flow.refresh(first.json.refresh_token)).json).toMatchObject({ error: 'invalid_grant' });
  });

  test('oidcc-refresh-token', async () => {
    const flow = p.flow();
    const first = await flow.tokens({ ...p.mode, scope: 'openid offline_access', nonce: 'n-2' });
    const second = await flow.refresh(first.json.refresh_token);
    expect(second.status).toBe(200);
    expect(second.json.access_token).not.toBe(first.json.access_token);
    expect(second.json.access_token).toMatch(/^[\x20-\x7e]+$/);
    // OpenID Connect Core §12.2: the ID token of a refresh speaks of the same sign-in.
    const [before, after] = [payloadOf(first.json.id_token), payloadOf(second.json.id_token)];
    for (const claim of ['iss', 'sub', 'aud', 'auth_time', 'azp']) {
      expect(after[claim]).toEqual(before[claim]);
    }
    expect(after['iat']).toBeGreaterThanOrEqual(Number(before['iat']));
    expect(after).not.toHaveProperty('nonce');
    expect((await flow.refresh(second.json.refresh_token)).status).toBe(200);
  });

  test('oidcc-refresh-token: the second client is refused with the first one’s token', async () => {
    const flow = p.flow();
    const first = await flow.tokens({ ...p.mode, scope: 'openid offline_access' });
    const foreign = await new Flow(p.server.issuer, p.client2).refresh(first.json.refresh_token);
    expect([foreign.status, foreign.json['error']]).toEqual([400, 'invalid_grant']);
    expect((await flow.refresh(first.json.refresh_token)).status).toBe(200);
  });
});
