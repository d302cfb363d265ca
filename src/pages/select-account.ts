import { html, phrase } from './html.ts';
import type { Html } from './html.ts';
import { accountLine, clientName, slip } from './layout.ts';
import type { PageAccount, PageClient, PageSite } from './models.ts';

interface SelectAccount {
  readonly site: PageSite;
  readonly client?: PageClient;
  readonly accounts: readonly (PageAccount & { readonly id: string })[];
  readonly interaction: string;
}

/** Asks with which of the signed-in accounts to continue. */
export function selectAccountPage(m: SelectAccount): Html {
  const { words } = m.site;
  return slip({
    title: words['select_account.title'],
    site: m.site,
    content: html`${m.client && html`<p class="lead">${phrase(words['common.continue_to'], { client: clientName(m.client) })}</p>`}
<form method="post" action="/select-account" class="choices">
<input type="hidden" name="interaction" value="${m.interaction}">
${m.accounts.map((account) => html`<button name="account" value="${account.id}">${accountLine(account)}</button>
`)}<button id="other-account" name="account" value="other">${words['common.other_account']}</button>
</form>`,
  });
}
