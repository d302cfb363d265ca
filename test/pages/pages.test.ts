import { describe, expect, test } from 'vitest';
import { assets } from '../../src/pages/assets.ts';
import { consentPage } from '../../src/pages/consent.ts';
import { errorPage } from '../../src/pages/error.ts';
import { formPostPage } from '../../src/pages/form-post.ts';
import { homePage } from '../../src/pages/home.ts';
import { html, toText } from '../../src/pages/html.ts';
import { safeHref } from '../../src/pages/links.ts';
import type { PageSite } from '../../src/pages/models.ts';
import { secondFactorPage } from '../../src/pages/second-factor.ts';
import { returnPage } from '../../src/pages/return.ts';
import { selectAccountPage } from '../../src/pages/select-account.ts';
import { chooseFactorPage, recoveryCodesPage, setUpPasskeyPage, setUpTotpPage } from '../../src/pages/set-up-factor.ts';
import { signInPage } from '../../src/pages/sign-in.ts';
import { signedOutPage, signOutPage } from '../../src/pages/sign-out.ts';
import { walkPage } from '../../src/pages/walk.ts';
import { wordsOf } from '../../src/words/words.ts';

const hostile = `"><script>alert('1')</script>&\u2028`;
const brand = { stylesheet: hostile, logo: hostile, icon: hostile, terms: 'javascript:alert(1)', privacy: hostile };
const site: PageSite = { name: hostile, locale: 'en', words: wordsOf('en'), brand };
const client = { name: hostile, uri: 'javascript:alert(1)' };
const account = { name: hostile, email: hostile };
const link = { href: 'javascript:alert(1)', text: hostile };

const pages = {
  signIn: signInPage({ site, client, interaction: hostile, passkeyOptions: hostile, email: hostile, problem: 'wrong_credentials' }),
  signInAgain: signInPage({ site, client, interaction: hostile, passkeyOptions: hostile, email: '', reason: 'again' }),
  consent: consentPage({ site, client, redirectHost: hostile, account, groups: [{ api: hostile, items: [{ title: hostile, detail: hostile }] }], interaction: hostile }),
  selectAccount: selectAccountPage({ site, client, accounts: [{ id: hostile, ...account }], interaction: hostile }),
  ...Object.fromEntries(
    (['passkey', 'totp', 'email', 'recovery_code'] as const).map((way) => [
      `secondFactor by ${way}`,
      secondFactorPage({ site, client, interaction: hostile, account, signedIn: true, way, others: [{ way, href: hostile }], passkeyOptions: hostile, sent: true, rememberDays: 30, problem: 'wrong' }),
    ]),
  ),
  chooseFactor: chooseFactorPage({ site, interaction: hostile, passkeyHref: hostile, totpHref: hostile, problem: 'expired' }),
  setUpPasskey: setUpPasskeyPage({ site, interaction: hostile, options: hostile, chooseHref: hostile }),
  setUpTotp: setUpTotpPage({ site, interaction: hostile, seed: hostile, uri: `otpauth://totp/${encodeURIComponent(hostile)}`, pending: hostile, chooseHref: hostile }),
  recoveryCodes: recoveryCodesPage({ site, action: '/set-up-factor', interaction: hostile, codes: [hostile] }),
  error: errorPage({ site, title: hostile, explanation: hostile, details: [{ name: hostile, value: hostile }], help: link, back: link, correlationId: hostile }),
  signOut: signOutPage({ site, client, account, request: hostile }),
  signedOut: signedOutPage({ site, client }),
  returnByLink: returnPage({ site, client, host: hostile, way: { href: 'https://app.example/callback' }, details: [{ name: hostile, value: hostile }], correlationId: hostile }),
  returnByForm: returnPage({ site, client, host: hostile, way: { action: 'https://app.example/callback', fields: [{ name: 'state', value: hostile }] }, details: [], correlationId: hostile }),
  formPost: formPostPage({ site, action: 'https://app.example/callback', fields: [{ name: 'state', value: hostile }] }),
  home: homePage({ site, issuer: hostile, signedInAs: hostile, walkHref: '/walk', discoveryHref: '/.well-known/openid-configuration' }),
  walk: walkPage({ site, issuer: hostile, clientId: hostile, redirectUri: hostile, user: { email: hostile, password: hostile }, application: { clientId: hostile, redirectUri: hostile }, commandLine: hostile }),
};

describe.each(Object.entries(pages))('%s', (_name, page) => {
  const text = toText(page);

  test('sends what is typed into it to us, or to the redirect URI alone', () => {
    const targets = [...text.matchAll(/\s(?:form)?action="([^"]*)"/g)].map(([, target]) => target ?? '');
    expect(targets.filter((target) => !/^\/[a-z/-]*$/.test(target) && target !== 'https://app.example/callback')).toEqual([]);
    // None leaves it to the address of the page where it goes.
    expect(text.match(/<form\b/g)?.length ?? 0).toBe(text.match(/<form\b[^>]* action=/g)?.length ?? 0);
  });

  test('escapes every value', () => {
    expect(text).not.toContain('<script>');
    expect(text).not.toContain('javascript:');
    expect(text).not.toContain('\u2028');
  });

  test('holds nothing inline, so that a strict Content-Security-Policy can stand', () => {
    expect(text).not.toMatch(/<style|\sstyle=|\son\w+=/);
    expect(text).not.toMatch(/<script(?![^>]* src=)/);
  });

  test('loads only assets that exist', () => {
    const paths = [...text.matchAll(/"(\/assets\/[^"]+)"/g)].map(([, path]) => path ?? '');
    expect(paths.length).toBeGreaterThan(1);
    expect(paths.filter((path) => !assets.has(path))).toEqual([]);
  });
});

test('html takes templates as they are, and renders nothing for undefined and false', () => {
  expect(toText(html`<p>${html`<b>${'<'}</b>`}${undefined}${false}${0}${['a', html`<i>b</i>`]}</p>`)).toBe('<p><b>&lt;</b>0a<i>b</i></p>');
});

test('links lead to this site or over http(s)', () => {
  expect(['/x', 'https://a.example/', 'http://localhost/'].map(safeHref)).not.toContain(undefined);
  expect(['//a.example', '/\\a.example', '/\t/a.example', 'javascript:x', ' javascript:x', 'data:text/html,x', 'https://', ''].filter(safeHref)).toEqual([]);
});

test('the sign-in page with its styles and its script weighs less than 20 kB', () => {
  const text = toText(signInPage({ site: { name: 'Northwind', locale: 'en', words: wordsOf('en'), brand: {} }, client: { name: 'App' }, interaction: 'i'.repeat(600), passkeyOptions: 'o'.repeat(200), email: '' }));
  const linked = [...assets.values()].filter((asset) => text.includes(asset.path));
  expect(linked.length).toBe(4);
  expect(text.length + linked.reduce((sum, asset) => sum + asset.body.byteLength, 0)).toBeLessThan(20_000);
});

test('our scripts make no markup of text, so Trusted Types stop nothing of ours', () => {
  const scripts = [...assets].filter(([path]) => path.endsWith('.js'));
  expect(scripts.length).toBeGreaterThan(5);
  const making = scripts.filter(([, { body }]) => /innerHTML|outerHTML|insertAdjacentHTML|parseFromString|createContextualFragment|document\.write|srcdoc|\beval\b|new Function/.test(String(body)));
  expect(making.map(([path]) => path)).toEqual([]);
});
