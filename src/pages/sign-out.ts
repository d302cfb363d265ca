import { html } from './html.ts';
import type { Html } from './html.ts';
import { accountLine, clientName, slip } from './layout.ts';
import { safeHref } from './links.ts';
import type { PageAccount, PageClient, PageTenant } from './models.ts';

interface SignOut {
  readonly tenant: PageTenant;
  readonly client?: PageClient;
  readonly account: PageAccount;
  readonly request: string;
}

/** Asks before signing out: a link on a foreign page must not do it alone. */
export function signOutPage(m: SignOut): Html {
  return slip({
    title: 'Sign out',
    tenant: m.tenant,
    heading: 'Sign out?',
    content: html`<p class="lead">${m.client ? html`${clientName(m.client)} asks to sign you out of` : 'You are about to sign out of'} <bdi>${m.tenant.name}</bdi>. Applications that you use with this account may ask you to sign in again.</p>
<form method="post" action="/logout/confirm">
<input type="hidden" name="request" value="${m.request}">
<div class="pair">
<button id="sign-out" class="primary" name="decision" value="sign_out">Sign out</button>
<button id="stay" name="decision" value="stay">Stay signed in</button>
</div>
</form>`,
    stub: html`<dl class="facts"><div><dt>Signed in as</dt><dd>${accountLine(m.account)}</dd></div></dl>`,
  });
}

/** Confirms that the session has ended. */
export function signedOutPage(m: { readonly tenant: PageTenant; readonly client?: PageClient }): Html {
  const uri = safeHref(m.client?.uri);
  return slip({
    title: 'Signed out',
    tenant: m.tenant,
    heading: 'You are signed out',
    content: html`<p class="lead">Your session at <bdi>${m.tenant.name}</bdi> has ended. On a shared computer, close the browser too.</p>
${m.client && uri && html`<p><a class="button" href="${uri}"><span>Back to ${clientName(m.client)}</span></a></p>`}`,
  });
}
