import { consentGroups } from './consent-groups.ts';
import { html, phrase } from './html.ts';
import type { Html } from './html.ts';
import { accountLine, clientName, slip } from './layout.ts';
import { safeHref } from './links.ts';
import type { ConsentGroup, PageAccount, PageClient, PageSite } from './models.ts';

interface Consent {
  readonly site: PageSite;
  readonly client: PageClient;
  readonly redirectHost: string;
  readonly account: PageAccount;
  readonly groups: readonly ConsentGroup[];
  readonly interaction: string;
}

/** Asks whether the client may have what it asks for. */
export function consentPage(m: Consent): Html {
  const { words } = m.site;
  const uri = safeHref(m.client.uri);
  const client = uri ? html`<a href="${uri}" rel="noreferrer" target="_blank">${clientName(m.client)}</a>` : clientName(m.client);
  return slip({
    title: words['consent.title'],
    site: m.site,
    heading: words['consent.heading'],
    content: html`<p class="lead">${phrase(words['consent.would_like'], { client })}</p>
${consentGroups(m.site, m.groups, 'h2')}<form method="post" action="/consent">
<input type="hidden" name="interaction" value="${m.interaction}">
<div class="pair">
<button id="allow" class="primary" name="decision" value="allow">${words['consent.allow']}</button>
<button id="deny" name="decision" value="deny">${words['consent.deny']}</button>
</div>
</form>`,
    stub: html`<dl class="facts">
<div><dt>${words['common.signed_in_as']}</dt><dd>${accountLine(m.account)}</dd></div>
<div><dt>${words['consent.leads_to']}</dt><dd class="host"><bdi>${m.redirectHost}</bdi></dd></div>
</dl>`,
  });
}
