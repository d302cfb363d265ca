import { html, phrase } from './html.ts';
import type { Html } from './html.ts';
import { safeHref } from './links.ts';
import type { PageSite } from './models.ts';

/** Where an error stands beside the form that it is about. */
export function alert(problem: string | Html | undefined): Html | undefined {
  return problem === undefined ? undefined : html`<p class="alert" role="alert" id="problem">${problem}</p>`;
}

/** The field of an e-mail address that somebody is known by. */
export function emailField({ words }: PageSite, value: string, { problem, autofocus = true }: { readonly problem?: boolean; readonly autofocus?: boolean } = {}): Html {
  return html`<label for="email">${words['common.email']}</label>
<input id="email" name="email" type="email" autocomplete="username" autocapitalize="none" spellcheck="false" required value="${value}"${problem === true && html` aria-invalid="true" aria-describedby="problem"`}${autofocus && html` autofocus`}>`;
}

/** The field of a new password, with what is asked of it. */
export function newPasswordField({ words }: PageSite, minimumLength: number, { problem = false, autofocus = false } = {}): Html {
  return html`<label for="new-password">${words['password.new']}</label>
<input id="new-password" name="new_password" type="password" autocomplete="new-password" minlength="${minimumLength}" required aria-describedby="password-rule${problem && ' problem'}"${problem && html` aria-invalid="true"`}${autofocus && html` autofocus`}>
<p class="hint" id="password-rule">${phrase(words['password.rule'], { count: minimumLength })}</p>`;
}

/** The field of a code that came by mail or from an application. */
export function codeField(label: string, { length, problem = false }: { readonly length: number; readonly problem?: boolean }): Html {
  return html`<label for="code">${label}</label>
<input id="code" name="code" class="code-input" type="text" inputmode="numeric" autocomplete="one-time-code" autocapitalize="none" spellcheck="false" maxlength="${2 * length + 4}" dir="ltr" required autofocus${problem && html` aria-invalid="true" aria-describedby="problem"`}>`;
}

/** The question whether the tenant's terms are accepted; nothing where it has none. */
export function termsField({ words, brand }: PageSite): Html | undefined {
  const terms = safeHref(brand.terms);
  const link = terms && html`<a href="${terms}" target="_blank" rel="noreferrer">${words['common.terms']}</a>`;
  return link ? html`<label class="check"><input id="terms" name="terms" type="checkbox" value="accepted" required> <span>${phrase(words['sign_up.accept'], { terms: link })}</span></label>` : undefined;
}
