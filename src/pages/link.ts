import { html, phrase } from './html.ts';
import type { Html } from './html.ts';
import { slip } from './layout.ts';
import type { PageSite } from './models.ts';

/** Asks whoever opened a link of a mail to go on: following a link must do nothing by itself, for scanners follow them all. */
export function linkPage(m: { readonly site: PageSite; readonly ticket: string; readonly email: string; readonly purpose: 'sign_in' | 'sign_up' }): Html {
  const { words } = m.site;
  return slip({
    title: words[`link.${m.purpose}`],
    site: m.site,
    content: html`<p class="lead">${phrase(words['link.lead'], { email: html`<bdi class="nowrap">${m.email}</bdi>` })}</p>
<form method="post" action="/link">
<input type="hidden" name="ticket" value="${m.ticket}">
<button id="continue" class="primary" autofocus>${words['link.submit']}</button>
</form>`,
  });
}

/** Shows the code of a link that cannot go on where it was opened: in another browser than the one that asked for it, mostly. */
export function otherBrowserPage(m: { readonly site: PageSite; readonly code: string }): Html {
  const { words } = m.site;
  return slip({
    title: words['link.other_browser'],
    site: m.site,
    content: html`<p class="lead">${words['link.other_browser_lead']}</p>
<p class="code-shown" id="code" dir="ltr">${`${m.code.slice(0, 4)} ${m.code.slice(4)}`}</p>
<p class="alert">${words['link.other_browser_warning']}</p>`,
  });
}
