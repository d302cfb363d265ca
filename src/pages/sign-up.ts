import { alert, emailField, newPasswordField, termsField } from './fields.ts';
import { html, phrase } from './html.ts';
import type { Html } from './html.ts';
import { clientName, slip } from './layout.ts';
import type { PageClient, PageSite } from './models.ts';

interface SignUp {
  readonly site: PageSite;
  readonly client?: PageClient | undefined;
  readonly interaction: string;
  readonly email: string;
  readonly problem?: string | undefined;
}

/** Asks for the address of a new account; the rest comes when it is proven. */
export function signUpPage(m: SignUp): Html {
  const { words } = m.site;
  return slip({
    title: words['sign_up.title'],
    site: m.site,
    content: html`${m.client && html`<p class="lead">${phrase(words['common.continue_to'], { client: clientName(m.client) })}</p>`}
${alert(m.problem)}
<form method="post" action="/sign-up">
<input type="hidden" name="interaction" value="${m.interaction}">
${emailField(m.site, m.email, { problem: m.problem !== undefined })}
<button id="sign-up" class="primary">${words['sign_up.submit']}</button>
</form>`,
    stub: html`<form method="get" action="/sign-in"><input type="hidden" name="interaction" value="${m.interaction}"><p>${words['sign_up.have_account']} <button id="to-sign-in" class="link">${words['sign_in.title']}</button></p></form>`,
  });
}

interface NewAccount {
  readonly site: PageSite;
  /** Where the form goes, and what travels with it. */
  readonly action: '/sign-up/account' | '/link';
  readonly hidden: { readonly name: 'interaction' | 'ticket'; readonly value: string };
  readonly email: string;
  readonly name: string;
  readonly minimumLength: number;
  readonly problem?: { readonly field: 'password' | 'other'; readonly text: string } | undefined;
}

/** Asks for what a new account needs beside its proven address. */
export function newAccountPage(m: NewAccount): Html {
  const { words } = m.site;
  return slip({
    title: words['new_account.title'],
    site: m.site,
    content: html`<p class="lead">${phrase(words['new_account.lead'], { email: html`<bdi class="nowrap">${m.email}</bdi>` })}</p>
${alert(m.problem?.text)}
<form method="post" action="${m.action}">
<input type="hidden" name="${m.hidden.name}" value="${m.hidden.value}">
<input type="hidden" name="email" autocomplete="username" value="${m.email}">
<label for="name">${words['new_account.name']}</label>
<input id="name" name="name" type="text" autocomplete="name" maxlength="100" value="${m.name}"${m.problem?.field !== 'password' && html` autofocus`}>
${newPasswordField(m.site, m.minimumLength, { problem: m.problem?.field === 'password', autofocus: m.problem?.field === 'password' })}
${termsField(m.site)}
<button id="create-account" class="primary">${words['new_account.submit']}</button>
</form>`,
  });
}
