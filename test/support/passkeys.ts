import type { UserRecord } from '../../src/store/records.ts';
import { Authenticator, type Lies, optionsOf, registrationOf } from './authenticator.ts';
import type { Flow } from './flow.ts';
import { acr, essential } from './second-factors.ts';
import { type Page, readForm } from './user-agent.ts';

/** Sends a passkey from the sign-in page, as its script does. */
export function sendPasskey(flow: Flow, page: Page, credential: string): Promise<Page> {
  return flow.agent.open(new URL('/sign-in/passkey', flow.issuer), flow.redirectUri, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: flow.issuer, 'sec-fetch-site': 'same-origin' },
    body: new URLSearchParams({ interaction: readForm(page).fields['interaction'] ?? '', credential }).toString(),
  });
}

/** Uses a passkey at the page of a further proof. */
export function usePasskey(flow: Flow, page: Page, authenticator: Authenticator): Promise<Page> {
  return flow.agent.submit(page, { credential: authenticator.get(optionsOf(page)) }, flow.redirectUri);
}

/** Opens the page on which somebody who signs in by password has to make a passkey. */
export async function openRegistration(flow: Flow, user: UserRecord): Promise<Page> {
  const page = await flow.signIn(await flow.authorize({ prompt: 'login', ...essential(acr.resistant) }), user.email);
  if (page.url.pathname !== '/set-up-factor') {
    throw new Error(`expected to set up a passkey, got ${page.url.pathname}`);
  }
  return page;
}

/** Makes a passkey for a user through the pages, in a browser of its own. */
export async function registerPasskey(flow: Flow, user: UserRecord, authenticator = new Authenticator(flow.issuer), lies: Lies = {}): Promise<Authenticator> {
  const page = await openRegistration(flow, user);
  const done = await flow.agent.submit(page, { credential: authenticator.create(registrationOf(page), lies) }, flow.redirectUri);
  if (!done.text.includes('id="recovery-codes"')) {
    throw new Error(`no passkey was made: ${done.status} ${done.text}`);
  }
  // What was set up has to be used before any token says so.
  await usePasskey(flow, await flow.agent.submit(done, {}, flow.redirectUri), authenticator);
  return authenticator;
}
