import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changeSettings } from '../../src/admin/settings.ts';
import { directionOf, type Locale, locales } from '../../src/words/locale.ts';
import { wordsOf } from '../../src/words/words.ts';
import { type ClientOfTest, encode, Flow, redirectUri } from '../support/flow.ts';
import { startServer, type TestServer, unwrap } from '../support/server.ts';
import { type Page, readForm, send } from '../support/user-agent.ts';

let server: TestServer;
let client: ClientOfTest;

beforeAll(async () => {
  server = await startServer();
  client = await server.client({ type: 'web', redirectUris: [redirectUri] });
  await server.user();
});

afterAll(() => server.stop());

/** Opens the sign-in page as a browser that sends this Accept-Language. */
function signInPage(acceptLanguage: string | undefined, uiLocales?: string): Promise<Page> {
  const flow = new Flow(server.issuer, client);
  const headers = acceptLanguage === undefined ? {} : { 'accept-language': acceptLanguage };
  return openWith(flow, headers, uiLocales);
}

async function openWith(flow: Flow, headers: Readonly<Record<string, string>>, uiLocales?: string): Promise<Page> {
  let page = await flow.agent.request(flow.authorizationUrl({ ui_locales: uiLocales }), { headers });
  for (let location = page.headers['location']; typeof location === 'string'; location = page.headers['location']) {
    page = await flow.agent.request(new URL(location, page.url), { headers });
  }
  return page;
}

function expectLanguage(page: Page, locale: Locale): void {
  expect(page.text).toContain(`<html lang="${locale}" dir="${directionOf(locale)}">`);
  expect(page.text).toContain(`<h1>${wordsOf(locale)['sign_in.title']}</h1>`);
}

describe('the language of a page', () => {
  it.each(locales)('%s by Accept-Language, and by ui_locales against every other', async (locale) => {
    expectLanguage(await signInPage(`${locale}-001,en;q=0.5`), locale);
    for (const other of locales) {
      expectLanguage(await signInPage(other, locale), locale);
    }
  });

  it.each([
    [undefined, undefined, 'en'],
    ['tlh', undefined, 'en'],
    ['tlh', 'se', 'en'],
    // An application asks for what we do not speak: the browser’s language is better than none.
    ['fr', 'se', 'fr'],
    ['fr', 'se de-CH', 'de'],
    ['de;q=0.1, es;q=0.9', undefined, 'es'],
    ['de;q=NaN, es;q=-1, fr;q=0.1', undefined, 'fr'],
    ['*', undefined, 'en'],
    ['', undefined, 'en'],
    ['de'.repeat(5_120), undefined, 'en'],
    [`es,${'de,'.repeat(3_400)}`, undefined, 'es'],
  ] as const)('Accept-Language %s with ui_locales %s', async (acceptLanguage, uiLocales, expected) => {
    expectLanguage(await signInPage(acceptLanguage, uiLocales), expected);
  });

  it('stays when the password is wrong, for an application and for a browser that asked for it', async () => {
    const byApplication = new Flow(server.issuer, client);
    const refused = await byApplication.signIn(await openWith(byApplication, { 'accept-language': 'fr' }, 'de'), 'user1@example.com', 'wrong');
    expectLanguage(refused, 'de');
    expect(refused.text).toContain(wordsOf('de')['sign_in.wrong_credentials']);

    const byBrowser = new Flow(server.issuer, client);
    const form = readForm(await openWith(byBrowser, { 'accept-language': 'es' }));
    const answer = await byBrowser.agent.open(form.action, undefined, {
      method: 'POST',
      headers: { 'accept-language': 'es', 'content-type': 'application/x-www-form-urlencoded', origin: server.issuer, 'sec-fetch-site': 'same-origin' },
      body: encode({ ...form.fields, email: 'user1@example.com', password: 'wrong' }),
    });
    expectLanguage(answer, 'es');
    expect(answer.text).toContain(wordsOf('es')['sign_in.wrong_credentials']);
  });

  it('is also that of a page that does not exist', async () => {
    const page = await send(`${server.issuer}/nowhere`, { headers: { 'accept-language': 'fr', accept: 'text/html' } });
    expect(page.status).toBe(404);
    expect(page.text).toContain('<html lang="fr" dir="ltr">');
    expect(page.text).toContain(wordsOf('fr')['error.not_found_detail']);
  });

  it('has the tenant’s own sentence where it has one, and ours in the other languages', async () => {
    const acme = await server.tenant('acme');
    const own = await acme.client({ type: 'web', redirectUris: [redirectUri] });
    unwrap(await changeSettings(server.admin, acme.record.id, { texts: { de: { 'sign_in.title': 'Kommen Sie <herein>' } } }));
    const german = await openWith(new Flow(acme.issuer, own), {}, 'de');
    expect(german.text).toContain('<h1>Kommen Sie &lt;herein&gt;</h1>');
    expect(german.text).toContain(wordsOf('de')['common.password']);
    expectLanguage(await openWith(new Flow(acme.issuer, own), {}, 'fr'), 'fr');
  });
});

it('discovery lists the languages', async () => {
  const { text } = await send(`${server.issuer}/.well-known/openid-configuration`);
  expect((JSON.parse(text) as { ui_locales_supported: unknown }).ui_locales_supported).toStrictEqual([...locales]);
});
