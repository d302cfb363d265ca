import { alert, newPasswordField } from '../fields.ts';
import { html } from '../html.ts';
import type { Html } from '../html.ts';
import { accountFrame, cancelLink, card, ownForm, type OwnPage } from './frame.ts';

interface PasswordPage extends OwnPage {
  readonly hasPassword: boolean;
  readonly minimumLength: number;
  readonly problem?: { readonly field: 'current' | 'new' | 'neither'; readonly text: string } | undefined;
}

/** Takes a new password, and the present one where there is one. */
export function passwordPage(m: PasswordPage): Html {
  const { words } = m.site;
  const current = html`<label for="current-password">${words['account.password_current']}</label>
<input id="current-password" name="current_password" type="password" autocomplete="current-password" required${m.problem?.field === 'current' && html` aria-invalid="true" aria-describedby="problem"`}>
`;
  return accountFrame(m, {
    title: words[m.hasPassword ? 'account.password_title' : 'account.password_title_first'],
    lead: words['account.password_lead'],
    content: card(
      undefined,
      html`${alert(m.problem?.text)}${ownForm(
        m,
        '/account/password',
        html`<input type="hidden" name="email" autocomplete="username" value="${m.account.email}">
${m.hasPassword && current}${newPasswordField(m.site, m.minimumLength, { problem: m.problem?.field === 'new' })}
<div class="pair"><button id="change-password" class="primary">${words[m.hasPassword ? 'account.password_submit' : 'account.password_submit_first']}</button> ${cancelLink(m)}</div>`,
      )}`,
    ),
  });
}
