import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encode, Flow, type ParameterValue, postToken, redirectUri } from '../support/flow.ts';
import { send } from '../support/user-agent.ts';
import { expectPage, target } from './target.ts';

type Change = Readonly<Record<string, ParameterValue>>;

/** Each row: a change to a valid authorization request, and its error; `page` where nothing may be sent anywhere. */
const authorizeVectors: readonly (readonly [change: Change, outcome: string])[] = [
  [{ client_id: undefined }, 'page'],
  [{ client_id: '' }, 'page'],
  [{ client_id: ' ' }, 'page'],
  [{ client_id: 'unknown' }, 'page'],
  [{ client_id: 'a'.repeat(600) }, 'page'],
  [{ client_id: '\0' }, 'page'],
  [{ client_id: ['a', 'b'] }, 'page'],
  [{ redirect_uri: undefined }, 'page'],
  [{ redirect_uri: '' }, 'page'],
  [{ redirect_uri: '\0' }, 'page'],
  [{ redirect_uri: `${redirectUri}\uFFFD` }, 'page'],
  [{ redirect_uri: [redirectUri, redirectUri] }, 'page'],
  [{ state: ['a', 'b'] }, 'page'],
  [{ state: 'a\0' }, 'page'],
  [{ state: '\uFFFD' }, 'page'],
  [{ state: 'a'.repeat(4097) }, 'page'],
  [{ nonce: 'a\0' }, 'page'],
  [{ scope: ['openid', 'email'] }, 'page'],
  [{ scope: '"' }, 'invalid_scope'],
  [{ scope: 'openid\n' }, 'invalid_scope'],
  [{ scope: 'ünknown' }, 'invalid_scope'],
  [{ scope: 'unknown' }, 'invalid_scope'],
  [{ scope: ' ' }, 'invalid_scope'],
  [{ response_type: undefined }, 'invalid_request'],
  [{ response_type: '' }, 'invalid_request'],
  [{ response_type: 'token' }, 'unsupported_response_type'],
  [{ response_type: 'code ' }, 'unsupported_response_type'],
  [{ response_type: ' code' }, 'unsupported_response_type'],
  [{ response_type: 'Code' }, 'unsupported_response_type'],
  [{ response_type: ['code', 'code'] }, 'page'],
  [{ response_mode: 'fragment' }, 'invalid_request'],
  [{ response_mode: 'form_post ' }, 'invalid_request'],
  [{ response_mode: 'query form_post' }, 'invalid_request'],
  [{ code_challenge: undefined }, 'invalid_request'],
  [{ code_challenge_method: undefined }, 'invalid_request'],
  [{ code_challenge_method: 'plain' }, 'invalid_request'],
  [{ code_challenge: 'x' }, 'invalid_request'],
  [{ code_challenge: `${'a'.repeat(42)}\n` }, 'invalid_request'],
  [{ prompt: 'none login' }, 'invalid_request'],
  [{ prompt: 'unknown' }, 'invalid_request'],
  [{ prompt: 'none,login' }, 'invalid_request'],
  [{ prompt: 'none\tlogin' }, 'invalid_request'],
  [{ prompt: 'none' }, 'login_required'],
  [{ prompt: ' none ' }, 'login_required'],
  [{ max_age: '-1' }, 'invalid_request'],
  [{ max_age: '1.0' }, 'invalid_request'],
  [{ max_age: '+1' }, 'invalid_request'],
  [{ max_age: '1\n' }, 'invalid_request'],
  [{ max_age: '\u0661' }, 'invalid_request'],
  [{ claims: '{' }, 'invalid_request'],
  [{ claims: '[]' }, 'invalid_request'],
  [{ claims: 'null' }, 'invalid_request'],
  [{ claims: '{"userinfo":1}' }, 'invalid_request'],
  [{ claims: '{"id_token":{"acr":{"essential":true,"value":"x"}}}' }, 'unmet_authentication_requirements'],
  [{ claims: '{"id_token":{"sub":{"value":1}}}' }, 'invalid_request'],
  [{ claims: '{"id_token":{"sub":{"values":["a","b"]}}}' }, 'invalid_request'],
  [{ id_token_hint: 'x' }, 'invalid_request'],
  [{ id_token_hint: '..' }, 'invalid_request'],
  [{ id_token_hint: 'eyJhbGciOiJub25lIn0.e30.' }, 'invalid_request'],
  [{ request: 'x' }, 'request_not_supported'],
  [{ request_uri: 'https://evil.example/' }, 'request_uri_not_supported'],
  [{ request_uri: 'urn:ietf:params:oauth:request_uri:x' }, 'request_uri_not_supported'],
  [{ request: 'x', request_uri: 'y' }, 'request_not_supported'],
  [{ registration: '{}' }, 'registration_not_supported'],
  [{ resource: 'x' }, 'invalid_target'],
  [{ resource: 'https://unknown.example/' }, 'invalid_target'],
  [{ resource: 'https://unknown.example/#' }, 'invalid_target'],
  [{ resource: ['http://localhost/', 'x'] }, 'invalid_target'],
  [{ resource: 'http://[::1' }, 'invalid_target'],
];

/** Each row: the form of a token request, its status and error. */
const tokenVectors: readonly (readonly [form: Change, status: number, error: string])[] = [
  [{}, 400, 'invalid_request'],
  [{ grant_type: '' }, 400, 'invalid_request'],
  [{ grant_type: '\0' }, 400, 'invalid_request'],
  [{ grant_type: 'password', username: 'u', password: 'a password that is right' }, 400, 'unsupported_grant_type'],
  [{ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: 'a.b.c' }, 400, 'unsupported_grant_type'],
  [{ grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange' }, 400, 'unsupported_grant_type'],
  [{ grant_type: 'urn:ietf:params:oauth:grant-type:device_code' }, 400, 'unsupported_grant_type'],
  [{ grant_type: 'authorization_code ' }, 400, 'unsupported_grant_type'],
  [{ grant_type: 'AUTHORIZATION_CODE' }, 400, 'unsupported_grant_type'],
  [{ grant_type: '__proto__' }, 400, 'unsupported_grant_type'],
  [{ grant_type: 'toString' }, 400, 'unsupported_grant_type'],
  [{ grant_type: ['authorization_code', 'authorization_code'] }, 400, 'invalid_request'],
  [{ grant_type: 'authorization_code' }, 400, 'invalid_request'],
  [{ grant_type: 'authorization_code', code: '' }, 400, 'invalid_request'],
  [{ grant_type: 'authorization_code', code: 'x' }, 400, 'invalid_grant'],
  [{ grant_type: 'authorization_code', code: '\0' }, 400, 'invalid_request'],
  [{ grant_type: 'authorization_code', code: 'x'.repeat(513) }, 400, 'invalid_request'],
  [{ grant_type: 'authorization_code', code: 'x', client_id: 'unknown' }, 401, 'invalid_client'],
  [{ grant_type: 'authorization_code', code: 'x', client_id: '\0' }, 400, 'invalid_request'],
  [{ grant_type: 'authorization_code', code: 'x', client_id: ['a', 'b'] }, 400, 'invalid_request'],
  [{ grant_type: 'authorization_code', code: 'x', client_secret: 'a secret without a client' }, 400, 'invalid_grant'],
  [{ grant_type: 'authorization_code', code: 'x', client_assertion: 'x' }, 401, 'invalid_client'],
  [{ grant_type: 'authorization_code', code: 'x', scope: ['a', 'b'] }, 400, 'invalid_request'],
  [{ grant_type: 'refresh_token' }, 400, 'invalid_request'],
  [{ grant_type: 'refresh_token', refresh_token: 'x' }, 400, 'invalid_grant'],
  [{ grant_type: 'refresh_token', refresh_token: '..' }, 400, 'invalid_grant'],
  [{ grant_type: 'refresh_token', refresh_token: 'eyJhbGciOiJIUzI1NiIsInR5cCI6InJ0K2p3dCJ9..' }, 400, 'invalid_grant'],
  [{ grant_type: 'refresh_token', refresh_token: 'eyJhbGciOiJIUzI1NiIsInR5cCI6InJ0K2p3dCJ9.e30.x' }, 400, 'invalid_grant'],
  [{ grant_type: 'refresh_token', refresh_token: 'x'.repeat(4097) }, 400, 'invalid_request'],
  [{ grant_type: 'client_credentials' }, 401, 'invalid_client'],
  [{ grant_type: 'client_credentials', client_id: 'unknown', client_secret: 'a secret of nobody' }, 401, 'invalid_client'],
  [{ grant_type: 'client_credentials', client_secret: 'a secret of nobody' }, 401, 'invalid_client'],
];

describe('malformed requests', () => {
  const t = target();

  test.each([{ by: 'GET' }, { by: 'POST' }])('authorization, by $by: every row ends where it must', async ({ by }) => {
    for (const [change, outcome] of authorizeVectors) {
      const url = new URL(t.flow().authorizationUrl(change));
      const page =
        by === 'GET'
          ? await send(url)
          : await send(`${url.origin}/authorize`, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: url.searchParams.toString() });
      const location = page.headers['location'];
      const error = typeof location === 'string' && location.startsWith(`${redirectUri}?`) ? new URL(location).searchParams.get('error') : location;
      expect([JSON.stringify(change), error ?? 'page']).toEqual([JSON.stringify(change), outcome]);
      if (outcome === 'page') {
        expectPage(page);
      }
    }
  });

  test('token: every row has its status and error', async () => {
    for (const [form, status, error] of tokenVectors) {
      const answer = await postToken(`${t.server.issuer}/token`, form);
      expect([JSON.stringify(form), answer.status, answer.json['error']]).toEqual([JSON.stringify(form), status, error]);
      expect(answer.headers['cache-control']).toBe('no-store');
      expect(String(answer.json['error_description'])).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
    }
  });

  describe('anything at all', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.constantFrom('', ' ', '\0', 'none', 'code', 'openid', 'S256', 'query', 'form_post', redirectUri, 'https://evil.example/', '{}', '{"id_token":{"acr":null}}', '0', '-1', 'x'.repeat(5_000), '%', '%00', '\r\nX: y', 'http://localhost/', '../', "' OR 1=1--"),
    );
    const names = ['response_type', 'response_mode', 'client_id', 'redirect_uri', 'scope', 'state', 'nonce', 'code_challenge', 'code_challenge_method', 'prompt', 'max_age', 'login_hint', 'id_token_hint', 'ui_locales', 'claims', 'resource', 'request', 'request_uri', 'display', 'acr_values'];
    const changes = fc.dictionary(fc.constantFrom(...names), fc.oneof({ weight: 5, arbitrary: text }, { weight: 1, arbitrary: fc.array(text, { maxLength: 3 }) }, { weight: 1, arbitrary: fc.constant(undefined) }), { maxKeys: 4 });

    test('authorization: no 5xx, and no redirect but to ourselves or a registered address', async () => {
      await fc.assert(
        fc.asyncProperty(changes, fc.constantFrom('spa', 'native', 'thirdParty', 'web'), async (change, client) => {
          const flow = t.flow(client);
          const page = await send(new Flow(t.server.issuer, flow.client, { redirectUri: flow.redirectUri }).authorizationUrl(change));
          expect([200, 303, 400, 431]).toContain(page.status);
          const location = page.headers['location'];
          if (page.status === 303) {
            expect(location).toMatch(/^(\/(sign-in|consent|select-account)\?interaction=|https:\/\/rp\.example\/callback\?|http:\/\/127\.0\.0\.1\/callback\?)/);
          }
          if (page.text.includes('id="form-post"')) {
            expect(page.text).toMatch(/action="(https:\/\/rp\.example\/callback|http:\/\/127\.0\.0\.1\/callback)"/);
          }
        }),
        { numRuns: 300 },
      );
    });

    test('the direct endpoints and sign-out: no 5xx, JSON or a page, never a redirect', async () => {
      const form = fc.dictionary(
        fc.constantFrom('grant_type', 'code', 'code_verifier', 'redirect_uri', 'client_id', 'client_secret', 'refresh_token', 'scope', 'resource', 'token', 'token_type_hint', 'access_token', 'id_token_hint', 'post_logout_redirect_uri', 'interaction', 'decision', 'email', 'password'),
        text,
        { maxKeys: 6 },
      );
      const grantType = fc.constantFrom(undefined, 'authorization_code', 'refresh_token', 'client_credentials');
      const path = fc.constantFrom('/token', '/revoke', '/introspect', '/userinfo', '/logout', '/sign-in', '/consent', '/select-account', '/logout/confirm');
      const header = fc.option(fc.stringMatching(/^(Basic|Bearer|basic) [A-Za-z0-9+/=:._~-]{0,40}$/), { nil: undefined });
      await fc.assert(
        fc.asyncProperty(path, form, grantType, header, async (where, fields, grant_type, authorization) => {
          const page = await send(`${t.server.issuer}${where}`, {
            method: 'POST',
            headers: { 'content-type': 'application/x-www-form-urlencoded', ...(authorization === undefined ? {} : { authorization }) },
            body: encode(grant_type === undefined ? fields : { ...fields, grant_type }),
          });
          expect([200, 400, 401]).toContain(page.status);
          expect(page.headers['location']).toBeUndefined();
        }),
        { numRuns: 400 },
      );
    });
  });
});
