import { describe, expect, test } from 'vitest';
import { checkClientChange, checkNewClient, type NewClient } from '../../src/admin/client-rules.ts';
import { unwrap } from '../support/server.ts';

const uri = 'https://app.example.com/callback';
const spa: NewClient = { type: 'spa', name: 'App', redirectUris: [uri] };
const web: NewClient = { ...spa, type: 'web' };
const native: NewClient = { ...spa, type: 'native' };
const service: NewClient = { type: 'service', name: 'Job' };

/** What becomes of a sound client of this type that is changed to what is asked for. */
function changed({ type, redirectUris = [], postLogoutRedirectUris = [], scopes, ...rest }: NewClient): ReturnType<typeof checkClientChange> {
  const sound = unwrap(checkNewClient({ spa, web, native, service }[type]));
  const client = { ...sound, secretHash: null, enabled: true, createdAt: 0, version: 1, updatedAt: 0 };
  return checkClientChange(client, {
    ...rest,
    redirectUris: { replace: redirectUris },
    postLogoutRedirectUris: { replace: postLogoutRedirectUris },
    scopes: { replace: scopes },
  });
}

describe('what a type decides', () => {
  test.each([
    [spa, { authenticationMethod: 'none', grantTypes: ['authorization_code', 'refresh_token'], requirePkce: true, unprotectedCodes: false }],
    [native, { authenticationMethod: 'none', grantTypes: ['authorization_code', 'refresh_token'], requirePkce: true }],
    [web, { authenticationMethod: 'client_secret_basic', grantTypes: ['authorization_code', 'refresh_token'], requirePkce: false, unprotectedCodes: false }],
    [service, { authenticationMethod: 'client_secret_basic', grantTypes: ['client_credentials'], scopes: [], redirectUris: [] }],
  ])('$type', (input, settings) => {
    expect(checkNewClient(input)).toMatchObject({ ok: true, value: { firstParty: true, strictPkce: false, idTokenAlgorithm: 'RS256', ...settings } });
  });

  test('what is given twice counts once', () => {
    expect(checkNewClient({ ...spa, redirectUris: [uri, uri], scopes: ['openid', 'openid'] })).toMatchObject({
      value: { redirectUris: [uri], scopes: ['openid'] },
    });
  });
});

test('a query of the client’s own may stand in a redirect URI, and what only sign-ins answer with in one for sign-out', () => {
  expect(checkNewClient({ ...spa, redirectUris: [`${uri}?tenant=a&codes=1`], postLogoutRedirectUris: [`${uri}?error=signed_out`] })).toMatchObject({ ok: true });
});

describe('combinations that can only be a mistake', () => {
  test.each<[string, NewClient, RegExp]>([
    ['a single-page application without redirect URI', { type: 'spa', name: 'App' }, /needs at least one redirect URI\.$/],
    ['a web application without redirect URI', { type: 'web', name: 'App' }, /needs at least one redirect URI\.$/],
    ['a service with redirect URI', { ...service, redirectUris: [uri] }, /signs no one in, so it has no redirect URI\.$/],
    ['a service with post-logout redirect URI', { ...service, postLogoutRedirectUris: [uri] }, /signs no one in/],
    ['a service with personal scopes', { ...service, scopes: ['api', 'openid'] }, /cannot have the scope openid/],
    ['a service exempt from PKCE', { ...service, requirePkce: false }, /has no codes for PKCE/],
    ['a service strict about PKCE', { ...service, strictPkce: true }, /has no codes for PKCE/],
    ['a service that asks for consent', { ...service, thirdParty: true }, /has no consent to ask for\.$/],
    ['a service that shows popups', { ...service, popup: true }, /has no popup to show\.$/],
    ['a service that asks for a second factor', { ...service, secondFactor: 'required' }, /has no second factor to ask for\.$/],
    ['a service with signed ID tokens', { ...service, idTokenAlgorithm: 'ES256' }, /has no ID tokens to sign\.$/],
    ['a service that does not authenticate', { ...service, authenticationMethod: 'none' }, /^A service must authenticate/],
    ['a web application that does not authenticate', { ...web, authenticationMethod: 'none' }, /^A web application must authenticate/],
    ['a single-page application with a secret', { ...spa, authenticationMethod: 'client_secret_post' }, /cannot keep a secret/],
    ['a native application with a secret', { ...native, authenticationMethod: 'client_secret_basic' }, /cannot keep a secret/],
    ['a single-page application exempt from PKCE', { ...spa, requirePkce: false }, /cannot be exempt from PKCE/],
    ['a native application exempt from PKCE', { ...native, requirePkce: false }, /cannot be exempt from PKCE/],
    ['let off PKCE and nonce and held to PKCE', { ...web, unprotectedCodes: true, requirePkce: true }, /cannot be held to PKCE/],
    ['let off PKCE and nonce and strict about it', { ...web, unprotectedCodes: true, strictPkce: true }, /cannot be held to PKCE/],
    ['of a third party and let off PKCE and nonce', { ...web, unprotectedCodes: true, thirdParty: true }, /^A third-party client cannot do without/],
    ['a single-page application let off PKCE and nonce', { ...spa, unprotectedCodes: true }, /only PKCE protects its codes/],
    ['a service let off PKCE and nonce', { ...service, unprotectedCodes: true }, /has no codes for PKCE/],
  ])('%s, new or changed', (_, input, sentence) => {
    const refused = { ok: false, failure: { reason: 'invalid', message: expect.stringMatching(sentence) } };
    expect([checkNewClient(input), changed(input)]).toEqual([refused, refused]);
  });
});

describe('values that cannot be', () => {
  test.each<[NewClient, RegExp]>([
    [{ ...spa, name: '' }, /^The client's name must have 1 to 100 characters on one line\.$/],
    [{ ...spa, name: 'a\nb' }, /^The client's name /],
    [{ ...spa, name: 'Bank\u202egnp' }, /^The client's name /],
    [{ ...spa, name: 'x'.repeat(101) }, /^The client's name /],
    [{ ...spa, id: 'a b' }, /^The client id "a b" must be /],
    [{ ...spa, id: 'a:b' }, /^The client id "a:b" must be /],
    [{ ...spa, id: '' }, /^The client id "" must be /],
    [{ ...spa, uri: 'javascript:alert(1)' }, /must be an https address/],
    [{ ...spa, uri: 'http://example.com/' }, /must be an https address/],
    [{ ...spa, uri: 'https://exam\nple.com/' }, /must be an https address/],
    [{ ...spa, redirectUris: ['http://example.com/'] }, /^The redirect URI "http:\/\/example.com\/" uses http/],
    [{ ...spa, redirectUris: [uri, 'com.example.app:/'] }, /private-use scheme/],
    [{ ...spa, redirectUris: ['https://*.example.com/callback'] }, /contains \*, but redirect URIs are no patterns/],
    [{ ...spa, redirectUris: ['https://app.example.com/*'] }, /contains \*, but redirect URIs are no patterns/],
    [{ ...spa, redirectUris: ['https://@app.example.com/'] }, /carries a user name/],
    ...['code', 'state', 'iss', 'error', 'error_description', 'error_uri', 'session_state', 'id_token', 'access_token', 'token_type', 'expires_in', 'response'].map(
      (name) => [{ ...spa, redirectUris: [`${uri}?a=b&${name}=x`] }, new RegExp(`has a parameter ${name}, which answers carry themselves`)] as [NewClient, RegExp],
    ),
    [{ ...spa, redirectUris: [`${uri}?c%6Fde`] }, /has a parameter code,/],
    [{ ...native, redirectUris: ['com.example.app:/callback?state=x'] }, /has a parameter state,/],
    [{ ...spa, postLogoutRedirectUris: [`${uri}?state=x`] }, /has a parameter state,/],
    [{ ...spa, postLogoutRedirectUris: ['data:text/html,x'] }, /^The redirect URI "data:/],
    [{ ...spa, scopes: ['a"b'] }, /is not a scope/],
    [{ ...spa, scopes: ['ä'] }, /is not a scope/],
  ])('%j, new or changed', (input, sentence) => {
    const refused = { ok: false, failure: { reason: 'invalid', message: expect.stringMatching(sentence) } };
    expect(checkNewClient(input)).toEqual(refused);
    // An id stays for ever.
    expect(changed(input)).toEqual(input.id === undefined ? refused : expect.objectContaining({ ok: true }));
  });
});
