import { detailList, detailRows } from './error.ts';
import { html, phrase } from './html.ts';
import type { Html } from './html.ts';
import { accountLine, clientName, slip } from './layout.ts';
import { safeHref } from './links.ts';
import type { PageAccount, PageClient, PageSite } from './models.ts';

interface SignOut {
  readonly site: PageSite;
  readonly client?: PageClient;
  readonly account: PageAccount;
  readonly request: string;
  readonly problem?: NoWayBack | undefined;
}

/** Why the person is not sent back to the application afterwards. */
interface NoWayBack {
  readonly details: readonly { readonly name: string; readonly value: string }[];
  readonly correlationId: string;
}

function noWayBack({ words }: PageSite, problem: NoWayBack | undefined): Html | undefined {
  return problem && html`<h2>${words['common.for_developers']}</h2>
${detailList(detailRows(problem))}`;
}

/** Asks before signing out: a link on a foreign page must not do it alone. */
export function signOutPage(m: SignOut): Html {
  const { words, name } = m.site;
  const tenant = html`<bdi>${name}</bdi>`;
  return slip({
    title: words['sign_out.title'],
    site: m.site,
    heading: words['sign_out.heading'],
    content: html`<p class="lead">${m.client ? phrase(words['sign_out.asked_by_client'], { client: clientName(m.client), tenant }) : phrase(words['sign_out.about_to'], { tenant })}</p>
${m.problem && html`<p class="note">${words['sign_out.no_way_back']}</p>`}
<form method="post" action="/logout/confirm">
<input type="hidden" name="request" value="${m.request}">
<div class="pair">
<button id="sign-out" class="primary" name="decision" value="sign_out">${words['sign_out.submit']}</button>
<button id="stay" name="decision" value="stay">${words['sign_out.stay']}</button>
</div>
</form>`,
    stub: html`<dl class="facts"><div><dt>${words['common.signed_in_as']}</dt><dd>${accountLine(m.account)}</dd></div></dl>
${noWayBack(m.site, m.problem)}`,
  });
}

/** Confirms that the session has ended. */
export function signedOutPage(m: { readonly site: PageSite; readonly client?: PageClient; readonly problem?: NoWayBack | undefined }): Html {
  const { words, name } = m.site;
  const uri = safeHref(m.client?.uri);
  return slip({
    title: words['signed_out.title'],
    site: m.site,
    heading: words['signed_out.heading'],
    content: html`<p class="lead">${phrase(words['signed_out.lead'], { tenant: html`<bdi>${name}</bdi>` })}</p>
${m.problem && html`<p class="note">${words['sign_out.no_way_back']}</p>`}
${m.client && uri && html`<p><a class="button" href="${uri}"><span>${phrase(words['signed_out.back_to'], { client: clientName(m.client) })}</span></a></p>`}`,
    stub: noWayBack(m.site, m.problem),
  });
}
