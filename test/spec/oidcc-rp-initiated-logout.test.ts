import { generateKeyPair, SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { setClientEnabled } from '../../src/admin/clients.ts';
import { plan } from '../support/conformance.ts';
import { encode, type Flow, type ParameterValue, payloadOf, redirectUri } from '../support/flow.ts';
import { unwrap } from '../support/server.ts';
import type { Page } from '../support/user-agent.ts';

const signedOutUri = 'https://rp.example/signed-out';

describe('oidcc-rp-initiated-logout-certification-test-plan', () => {
  const p = plan();

  /** A browser in which somebody is signed in, with the ID token of that sign-in. */
  async function signedIn(): Promise<{ flow: Flow; idToken: string }> {
    const flow = p.flow();
    const { json } = await flow.tokens();
    return { flow, idToken: json.id_token };
  }

  function logout(flow: Flow, parameters: Readonly<Record<string, ParameterValue>>): Promise<Page> {
    return flow.agent.open(`${p.server.issuer}/logout?${encode(parameters)}`, 'https://');
  }

  async function isSignedIn(flow: Flow): Promise<boolean> {
    return (await flow.answer({ prompt: 'none' })).has('code');
  }

  /** The request was not carried out: a page, no redirect, and the person is still signed in. */
  async function expectRefused(flow: Flow, page: Page): Promise<void> {
    expect([page.status, page.headers['location']]).toEqual([400, undefined]);
    expect(page.headers['content-type']).toContain('text/html');
    expect(await isSignedIn(flow)).toBe(true);
  }

  /** The person was asked, and says yes. */
  async function confirmSignOut(flow: Flow, page: Page): Promise<Page> {
    expect([page.status, page.headers['location']]).toEqual([200, undefined]);
    expect(await isSignedIn(flow)).toBe(true);
    return flow.agent.submit(page, { decision: 'sign_out' }, 'https://');
  }

  test('oidcc-rp-initiated-logout-discovery-endpoint-verification', async () => {
    const page = await p.flow().agent.request(`${p.server.issuer}/.well-known/openid-configuration`);
    expect(JSON.parse(page.text)).toMatchObject({ end_session_endpoint: `${p.server.issuer}/logout` });
  });

  test('oidcc-rp-initiated-logout', async () => {
    const { flow, idToken } = await signedIn();
    const page = await logout(flow, { id_token_hint: idToken, post_logout_redirect_uri: signedOutUri, state: 'a b&c' });
    expect([page.status, page.headers['location']]).toEqual([303, `${signedOutUri}?state=a%20b%26c`]);
    expect((await flow.answer({ prompt: 'none' })).get('error')).toBe('login_required');
  });

  test('oidcc-rp-initiated-logout, by POST', async () => {
    const { flow, idToken } = await signedIn();
    const page = await flow.agent.open(`${p.server.issuer}/logout`, 'https://', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: encode({ id_token_hint: idToken, post_logout_redirect_uri: signedOutUri }),
    });
    expect(page.headers['location']).toBe(signedOutUri);
    expect(await isSignedIn(flow)).toBe(false);
  });

  test('oidcc-rp-initiated-logout-bad-post-logout-redirect-uri', async () => {
    const { flow, idToken } = await signedIn();
    await expectRefused(flow, await logout(flow, { id_token_hint: idToken, post_logout_redirect_uri: 'https://rp.example/signed-out/other' }));
  });

  test('oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri', async () => {
    const { flow, idToken } = await signedIn();
    await expectRefused(flow, await logout(flow, { id_token_hint: idToken, post_logout_redirect_uri: `${signedOutUri}?foo=bar` }));
  });

  test('oidcc-rp-initiated-logout-modified-id-token-hint', async () => {
    const { flow, idToken } = await signedIn();
    const header = Buffer.from('{"alg":"none"}').toString('base64url');
    const unsigned = `${header}.${idToken.split('.')[1]}.`;
    await expectRefused(flow, await logout(flow, { id_token_hint: unsigned, post_logout_redirect_uri: signedOutUri }));
  });

  test('oidcc-rp-initiated-logout-bad-id-token-hint', async () => {
    const { flow, idToken } = await signedIn();
    const { privateKey } = await generateKeyPair('RS256');
    const foreign = await new SignJWT(payloadOf(idToken)).setProtectedHeader({ alg: 'RS256', typ: 'JWT' }).sign(privateKey);
    await expectRefused(flow, await logout(flow, { id_token_hint: foreign, post_logout_redirect_uri: signedOutUri }));
  });

  test('oidcc-rp-initiated-logout-no-id-token-hint', async () => {
    const { flow } = await signedIn();
    await expectRefused(flow, await logout(flow, { post_logout_redirect_uri: signedOutUri, state: 's' }));
  });

  test('oidcc-rp-initiated-logout-no-params', async () => {
    const { flow } = await signedIn();
    const page = await confirmSignOut(flow, await logout(flow, {}));
    expect([page.status, page.headers['location']]).toEqual([200, undefined]);
    expect(await isSignedIn(flow)).toBe(false);
  });

  test('oidcc-rp-initiated-logout-only-state', async () => {
    const { flow } = await signedIn();
    const page = await confirmSignOut(flow, await logout(flow, { state: 's' }));
    expect([page.status, page.headers['location']]).toEqual([200, undefined]);
    expect(await isSignedIn(flow)).toBe(false);
  });

  test('oidcc-rp-initiated-logout-no-post-logout-redirect-uri', async () => {
    const { flow, idToken } = await signedIn();
    const page = await logout(flow, { id_token_hint: idToken, state: 's' });
    expect([page.status, page.headers['location']]).toEqual([200, undefined]);
    expect(await isSignedIn(flow)).toBe(false);
  });

  test('oidcc-rp-initiated-logout-no-state', async () => {
    const { flow, idToken } = await signedIn();
    const page = await logout(flow, { id_token_hint: idToken, post_logout_redirect_uri: signedOutUri });
    expect(page.headers['location']).toBe(signedOutUri);
    expect(await isSignedIn(flow)).toBe(false);
  });

  describe('OpenID Connect RP-Initiated Logout 1.0', () => {
    test('§2: client_id in place of a hint leads back too, once the person has said yes', async () => {
      const { flow } = await signedIn();
      const page = await confirmSignOut(flow, await logout(flow, { client_id: p.client.id, post_logout_redirect_uri: signedOutUri, state: 's' }));
      expect(page.headers['location']).toBe(`${signedOutUri}?state=s`);
      expect(await isSignedIn(flow)).toBe(false);
    });

    test('§2: a client_id that differs from the hint’s audience is refused', async () => {
      const { flow, idToken } = await signedIn();
      await expectRefused(flow, await logout(flow, { id_token_hint: idToken, client_id: p.client2.id, post_logout_redirect_uri: signedOutUri }));
    });

    test('a client that was disabled leads nobody back', async () => {
      const { flow } = await signedIn();
      const disabled = await p.server.client({ type: 'web', redirectUris: [redirectUri], postLogoutRedirectUris: [signedOutUri] });
      unwrap(await setClientEnabled(p.server.admin, p.server.record.id, disabled.id, false));
      await expectRefused(flow, await logout(flow, { client_id: disabled.id, post_logout_redirect_uri: signedOutUri }));
    });

    test('§2: ui_locales, on the page that asks and on the one that says so', async () => {
      const { flow, idToken } = await signedIn();
      const asking = await logout(flow, { ui_locales: 'xx de' });
      expect(asking.text).toContain('<html lang="de"');
      expect((await confirmSignOut(flow, asking)).text).toContain('<html lang="de"');
      expect((await logout(flow, { id_token_hint: idToken, ui_locales: 'fr' })).text).toContain('<html lang="fr"');
    });

    test('§2: staying signed in is a choice', async () => {
      const { flow } = await signedIn();
      const page = await logout(flow, {});
      await flow.agent.submit(page, { decision: 'stay' });
      expect(await isSignedIn(flow)).toBe(true);
    });

    test('§4: an expired ID token is still a hint', async () => {
      const { flow, idToken } = await signedIn();
      p.server.clock.advance(90 * 60_000);
      const page = await logout(flow, { id_token_hint: idToken, post_logout_redirect_uri: signedOutUri });
      expect(page.headers['location']).toBe(signedOutUri);
      expect(await isSignedIn(flow)).toBe(false);
    });

    test('§2: the ID token of an earlier session of this browser asks first', async () => {
      const { flow, idToken } = await signedIn();
      await logout(flow, { id_token_hint: idToken });
      await flow.tokens();
      const page = await confirmSignOut(flow, await logout(flow, { id_token_hint: idToken, post_logout_redirect_uri: signedOutUri }));
      expect(page.headers['location']).toBe(signedOutUri);
    });

    test('signing out ends what rests on the session, but not offline access', async () => {
      const { flow, idToken } = await signedIn();
      const bound = await flow.tokens();
      const offline = await flow.tokens({ scope: 'openid offline_access' });
      await logout(flow, { id_token_hint: idToken });
      expect((await flow.userinfo(bound.json.access_token)).status).toBe(401);
      expect((await flow.refresh(bound.json.refresh_token)).json).toMatchObject({ error: 'invalid_grant' });
      expect((await flow.userinfo(offline.json.access_token)).status).toBe(200);
      expect((await flow.refresh(offline.json.refresh_token)).status).toBe(200);
    });

    test('signing out where nobody is signed in leads back all the same', async () => {
      const { idToken } = await signedIn();
      const page = await logout(p.flow(), { id_token_hint: idToken, post_logout_redirect_uri: signedOutUri });
      expect(page.headers['location']).toBe(signedOutUri);
    });

    test('a post-logout redirect URI is not taken from the redirect URIs', async () => {
      const { flow, idToken } = await signedIn();
      await expectRefused(flow, await logout(flow, { id_token_hint: idToken, post_logout_redirect_uri: redirectUri }));
    });
  });
});
