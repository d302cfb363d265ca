import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { UserRecord } from '../../src/store/records.ts';
import { Flow, pkce, postToken, payloadOf, redirectUri } from '../support/flow.ts';
import { startServer, type TestServer } from '../support/server.ts';

describe('the five steps that a newcomer follows', () => {
  let server: TestServer;
  let client: { id: string; secret: string };
  let user: UserRecord;

  beforeAll(async () => {
    server = await startServer();
    client = await server.client({ type: 'spa', redirectUris: [redirectUri] });
    user = await server.user();
  });
  afterAll(() => server.stop());

  test('discovery, PKCE, redirect, code, and a token request without client_id give JWT access, refresh and ID tokens', async () => {
    const flow = new Flow(server.issuer, client);
    const code = await flow.code();
    const answer = await postToken(`${server.issuer}/token`, {
      grant_type: 'authorization_code',
      code,
      code_verifier: flow.pkce.verifier,
      redirect_uri: redirectUri,
    });
    expect(answer.status).toBe(200);
    expect(answer.json['scope']).toBe('openid');
    expect(payloadOf(answer.json.access_token)['iss']).toBe(server.issuer);
    expect(payloadOf(answer.json.refresh_token)['client_id']).toBe(client.id);
    expect(payloadOf(answer.json.id_token)['aud']).toBe(client.id);
  });

  test.each([32, 34, 38, 42, 43])('a verifier of %i letters and digits is accepted', async (length) => {
    const flow = new Flow(server.issuer, client);
    const { verifier, challenge } = pkce('aB3'.repeat(50).slice(0, length));
    const answer = await flow.redeem(await flow.code({ code_challenge: challenge }), { code_verifier: verifier });
    expect(answer.status).toBe(200);
  });

  test('after a wrong verifier no token is ever issued for that code', async () => {
    const flow = new Flow(server.issuer, client);
    const access = () => server.store.listAccessOfUser(server.record.id, user.id, server.clock.now());
    const before = await access();
    const code = await flow.code();
    const wrong = await flow.redeem(code, { code_verifier: pkce().verifier });
    expect(wrong.json).toMatchObject({ error: 'invalid_grant' });
    const right = await flow.redeem(code);
    expect(right.status).toBe(400);
    expect(right.json).toMatchObject({ error: 'invalid_grant' });
    // Nor is it left behind as something that the person has granted.
    expect(await access()).toEqual(before);
  });

  test('refresh rotates, and the previous token gives the same successor for a moment', async () => {
    const flow = new Flow(server.issuer, client);
    const first = await flow.tokens();
    const second = await flow.refresh(first.json.refresh_token);
    const again = await flow.refresh(first.json.refresh_token);
    expect(second.status).toBe(200);
    expect(second.json.refresh_token).not.toBe(first.json.refresh_token);
    expect(again.json.refresh_token).toBe(second.json.refresh_token);
  });
});
