import { alert } from '../fields.ts';
import { html, phrase } from '../html.ts';
import type { Html } from '../html.ts';
import { accountFrame, cancelLink, card, ownForm, type OwnPage } from './frame.ts';

/** Offers everything that is kept about a person as one file. */
export function downloadPage(m: OwnPage): Html {
  const { words } = m.site;
  return accountFrame(m, {
    title: words['account.download'],
    content: card(
      undefined,
      html`<p>${words['account.download_lead']}</p>
${ownForm(m, '/account/download', html`<button id="download" class="primary">${words['account.download_submit']}</button>`)}`,
    ),
  });
}

const goes = ['profile', 'sessions', 'applications', 'events'] as const;

/** Says what goes with an account, and asks for its address before it goes. */
export function deletePage(m: OwnPage & { readonly problem?: string | undefined }): Html {
  const { words } = m.site;
  return accountFrame(m, {
    title: words['account.delete'],
    content: card(
      undefined,
      html`<p>${words['account.delete_lead']}</p>
<ul class="goes">
${goes.map((what) => html`<li>${words[`account.delete_${what}`]}</li>
`)}</ul>
${alert(m.problem)}${ownForm(
        m,
        '/account/delete',
        html`<label for="email">${phrase(words['account.delete_confirm'], { email: html`<bdi class="nowrap">${m.account.email}</bdi>` })}</label>
<input id="email" name="email" type="email" autocomplete="off" autocapitalize="none" spellcheck="false" required${m.problem !== undefined && html` aria-invalid="true" aria-describedby="problem"`}>
<div class="pair"><button id="delete-account" class="danger">${words['account.delete_submit']}</button> ${cancelLink(m)}</div>`,
      )}`,
    ),
  });
}
