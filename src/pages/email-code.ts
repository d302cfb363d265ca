import { alert, codeField } from './fields.ts';
import { html, phrase } from './html.ts';
import type { Html } from './html.ts';
import { slip } from './layout.ts';
import type { PageSite } from './models.ts';

interface EmailCode {
  readonly site: PageSite;
  readonly interaction: string;
  readonly email: string;
  readonly problem?: string | undefined;
}

/** Says that a mail is on its way, and takes the code in it. It says so whoever the address belongs to. */
export function emailCodePage(m: EmailCode): Html {
  const { words } = m.site;
  return slip({
    title: words['email_code.title'],
    site: m.site,
    content: html`<p class="lead">${phrase(words['email_code.lead'], { email: html`<bdi class="nowrap">${m.email}</bdi>` })}</p>
${alert(m.problem)}
<form method="post" action="/email-code">
<input type="hidden" name="interaction" value="${m.interaction}">
${codeField(words['email_code.code'], { length: 8, problem: m.problem !== undefined })}
<button id="confirm-code" class="primary">${words['email_code.submit']}</button>
</form>`,
    stub: html`<form method="get" action="/sign-in"><input type="hidden" name="interaction" value="${m.interaction}"><p>${words['email_code.nothing_came']} <button id="start-over" class="link">${words['email_code.start_over']}</button></p></form>`,
  });
}
