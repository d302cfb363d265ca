import { html } from './html.ts';
import type { Html } from './html.ts';
import { accountLine, clientName, slip } from './layout.ts';
import type { PageAccount, PageClient, PageTenant } from './models.ts';

interface SelectAccount {
  readonly tenant: PageTenant;
  readonly client: PageClient;
  readonly accounts: readonly (PageAccount & { readonly id: string })[];
  readonly interaction: string;
}

/** Asks with which of the signed-in accounts to continue. */
export function selectAccountPage(m: SelectAccount): Html {
  return slip({
    title: 'Choose an account',
    tenant: m.tenant,
    content: html`<p class="lead">to continue to ${clientName(m.client)}</p>
<form method="post" action="/select-account" class="choices">
<input type="hidden" name="interaction" value="${m.interaction}">
${m.accounts.map((account) => html`<button name="account" value="${account.id}">${accountLine(account)}</button>
`)}<button id="other-account" name="account" value="other">Use another account</button>
</form>`,
  });
}
