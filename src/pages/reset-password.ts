import { alert, emailField, newPasswordField } from './fields.ts';
import { html, phrase } from './html.ts';
import type { Html } from './html.ts';
import { slip } from './layout.ts';
import type { PageSite } from './models.ts';

/** Asks where to send the link. */
export function forgotPasswordPage(m: { readonly site: PageSite; readonly email: string; readonly problem?: string | undefined }): Html {
  const { words } = m.site;
  return slip({
    title: words['forgot_password.title'],
    site: m.site,
    content: html`<p class="lead">${words['forgot_password.lead']}</p>
${alert(m.problem)}
<form method="post" action="/forgot-password">
${emailField(m.site, m.email, { problem: m.problem !== undefined })}
<button id="send-link" class="primary">${words['forgot_password.submit']}</button>
</form>`,
  });
}

/** Asks for the new password. */
export function resetPasswordPage(m: { readonly site: PageSite; readonly ticket: string; readonly email: string; readonly minimumLength: number; readonly problem?: string | undefined }): Html {
  const { words } = m.site;
  return slip({
    title: words['reset_password.title'],
    site: m.site,
    content: html`<p class="lead">${phrase(words['reset_password.lead'], { email: html`<bdi class="nowrap">${m.email}</bdi>` })}</p>
${alert(m.problem)}
<form method="post" action="/link">
<input type="hidden" name="ticket" value="${m.ticket}">
<input type="hidden" name="email" autocomplete="username" value="${m.email}">
${newPasswordField(m.site, m.minimumLength, { problem: m.problem !== undefined, autofocus: true })}
<button id="set-password" class="primary">${words['reset_password.submit']}</button>
</form>`,
  });
}

/** A page with something to read and at most one way on. */
export function messagePage(m: { readonly site: PageSite; readonly title: string; readonly text: string | Html; readonly way?: { readonly href: string; readonly text: string } | undefined }): Html {
  return slip({
    title: m.title,
    site: m.site,
    content: html`<p class="lead">${m.text}</p>
${m.way && html`<p><a class="button" href="${m.way.href}">${m.way.text}</a></p>`}`,
  });
}
