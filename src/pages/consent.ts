import { html } from './html.ts';
import type { Html } from './html.ts';
import { accountLine, clientName, slip } from './layout.ts';
import { safeHref } from './links.ts';
import type { PageAccount, PageClient, PageTenant } from './models.ts';

interface Consent {
  readonly tenant: PageTenant;
  readonly client: PageClient;
  readonly redirectHost: string;
  readonly account: PageAccount;
  readonly items: readonly { readonly title: string; readonly detail: string }[];
  readonly interaction: string;
}

/** Asks whether the client may have what it asks for. */
export function consentPage(m: Consent): Html {
  const uri = safeHref(m.client.uri);
  return slip({
    title: 'Allow access',
    tenant: m.tenant,
    heading: 'Allow access?',
    content: html`<p class="lead">${uri ? html`<a href="${uri}" rel="noreferrer" target="_blank">${clientName(m.client)}</a>` : clientName(m.client)} would like to</p>
<ul class="items">
${m.items.map((item) => html`<li><b>${item.title}</b> <span>${item.detail}</span></li>`)}
</ul>
<form method="post" action="/consent">
<input type="hidden" name="interaction" value="${m.interaction}">
<div class="pair">
<button id="allow" class="primary" name="decision" value="allow">Allow</button>
<button id="deny" name="decision" value="deny">Do not allow</button>
</div>
</form>`,
    stub: html`<dl class="facts">
<div><dt>Signed in as</dt><dd>${accountLine(m.account)}</dd></div>
<div><dt>Will send you back to</dt><dd class="host"><bdi>${m.redirectHost}</bdi></dd></div>
</dl>`,
  });
}
