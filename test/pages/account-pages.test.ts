import { describe, expect, test } from 'vitest';
import { activityPage } from '../../src/pages/account/activity.ts';
import { applicationsPage } from '../../src/pages/account/applications.ts';
import { deviceName } from '../../src/pages/account/device-name.ts';
import { emailCodesPage, emailPage } from '../../src/pages/account/email.ts';
import { overviewPage } from '../../src/pages/account/overview.ts';
import { deletePage, downloadPage } from '../../src/pages/account/own-data.ts';
import { passkeysPage } from '../../src/pages/account/passkeys.ts';
import { passwordPage } from '../../src/pages/account/password.ts';
import { profilePage } from '../../src/pages/account/profile.ts';
import { authenticatorPage, newRecoveryCodesPage, recoveryCodesLeftPage, setUpAuthenticatorPage } from '../../src/pages/account/second-step.ts';
import { sessionsPage } from '../../src/pages/account/sessions.ts';
import { assets } from '../../src/pages/assets.ts';
import { html, toText } from '../../src/pages/html.ts';
import type { PageSite } from '../../src/pages/models.ts';
import { wordsOf } from '../../src/words/words.ts';

const hostile = `"><script>alert('1')</script>&\u2028`;
const brand = { stylesheet: hostile, logo: hostile, icon: hostile, terms: 'javascript:alert(1)', privacy: hostile };
const words = wordsOf('en');
const site: PageSite = { name: hostile, locale: 'en', words, brand };
const pager = { previous: 1, next: 3 };
const own = { site, account: { name: hostile, email: hostile }, session: hostile, note: hostile };
const date = html`<time>${hostile}</time>`;
const values = { name: hostile, given_name: hostile, family_name: hostile, nickname: hostile, birthdate: hostile, phone_number: hostile, locale: hostile, zoneinfo: hostile };
const asked = { email: hostile, agreed: false, wrong: true };

const pages = {
  overview: overviewPage({ ...own, hasPassword: true, passkeys: hostile, onePasskey: true, secondStep: { authenticator: true, recoveryCodes: hostile }, devices: hostile, applications: hostile, lastEvent: date }),
  profile: profilePage({ ...own, values, problems: ['name', 'zoneinfo'], own: (['string', 'number', 'boolean', 'strings'] as const).map((type) => ({ field: `${type}${hostile}`, label: hostile, type, value: hostile, wrong: true })), alert: 'account.problem_size', locales: [{ value: hostile, text: hostile }], timeZones: [] }),
  email: emailPage({ ...own, email: hostile, problem: hostile, possible: true }),
  emailCodes: emailCodesPage({ ...own, change: hostile, old: asked, new: { ...asked, agreed: true } }),
  password: passwordPage({ ...own, hasPassword: true, minimumLength: 8, problem: { field: 'new', text: hostile } }),
  passkeys: passkeysPage({ ...own, passkeys: [{ id: hostile, name: hostile, added: date, lastUsed: date, synced: true }], options: hostile, challenge: hostile, problem: hostile }),
  authenticator: authenticatorPage({ ...own, since: date, problem: hostile }),
  setUpAuthenticator: setUpAuthenticatorPage({ ...own, seed: hostile, uri: `otpauth://totp/${encodeURIComponent(hostile)}`, pending: hostile, replaces: true, problem: 'wrong' }),
  recoveryCodesLeft: recoveryCodesLeftPage({ ...own, left: hostile, possible: true }),
  newRecoveryCodes: newRecoveryCodesPage({ ...own, codes: [hostile] }),
  sessions: sessionsPage({ ...own, devices: [{ id: hostile, name: hostile, address: hostile, since: date, here: true }, { id: hostile, name: hostile, address: hostile, since: date, here: false }], pager, others: true }),
  applications: applicationsPage({ ...own, applications: [{ id: hostile, client: { name: hostile, uri: 'javascript:alert(1)' }, groups: [{ api: hostile, items: [{ title: hostile, detail: hostile }] }], since: date, lastUsed: date }], pager }),
  activity: activityPage({ ...own, happenings: [{ what: html`${hostile}`, browser: { device: hostile, address: hostile }, at: date }, { what: html`${hostile}`, browser: undefined, at: date }], pager }),
  download: downloadPage(own),
  delete: deletePage({ ...own, problem: hostile }),
};

describe.each(Object.entries(pages))('%s', (_name, page) => {
  const text = toText(page);

  test('sends what is typed into it to us, or to the redirect URI alone', () => {
    const targets = [...text.matchAll(/\s(?:form)?action="([^"]*)"/g)].map(([, target]) => target ?? '');
    expect(targets.filter((target) => !/^\/[a-z/-]*$/.test(target) && target !== 'https://app.example/callback')).toEqual([]);
    // None leaves it to the address of the page where it goes.
    expect(text.match(/<form\b/g)?.length ?? 0).toBe(text.match(/<form\b[^>]* action=/g)?.length ?? 0);
  });

  test('A113 escapes every value, and holds nothing inline', () => {
    expect(text).not.toContain('<script>');
    expect(text).not.toContain('javascript:');
    expect(text).not.toContain('\u2028');
    expect(text).not.toMatch(/<style|\sstyle=|\son\w+=/);
    expect(text).not.toMatch(/<script(?![^>]* src=)/);
  });

  test('loads only assets that exist, ties each form to its session, and uses no id twice', () => {
    const paths = [...text.matchAll(/"(\/assets\/[^"]+)"/g)].map(([, path]) => path ?? '');
    expect(paths.filter((path) => !assets.has(path))).toEqual([]);
    expect(text.match(/<form /g)?.length ?? 0).toBe(text.match(/<input type="hidden" name="session"/g)?.length ?? 0);
    const ids = [...text.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });
});

test.each([
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox on Windows'],
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15', 'Safari on Mac'],
  ['Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0 Mobile/15E148 Safari/604.1', 'Chrome on iPhone'],
  ['Mozilla/5.0 (Linux; Android 15; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/26.0 Chrome/122.0 Mobile Safari/537.36', 'Samsung Internet on Android'],
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0', 'Edge on Windows'],
  ['Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36', 'Chrome on ChromeOS'],
  ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 OPR/120.0', 'Opera on Linux'],
  ['', 'An unknown browser'],
  ['<script>alert(1)</script>', 'An unknown browser'],
])('%s is %s', (userAgent, name) => {
  expect(deviceName(words, userAgent)).toBe(name);
});
