import { consentGroups } from '../consent-groups.ts';
import { html, phrase } from '../html.ts';
import type { Html } from '../html.ts';
import { clientName } from '../layout.ts';
import { safeHref } from '../links.ts';
import type { ConsentGroup, PageClient } from '../models.ts';
import { accountFrame, ownForm, type OwnPage, type Pager, pagerLinks } from './frame.ts';

interface ListedApplication {
  readonly id: string;
  readonly client: PageClient;
  readonly groups: readonly ConsentGroup[];
  readonly since: Html;
  readonly lastUsed: Html | undefined;
}

/** Which applications can use the account, and what each may. */
export function applicationsPage(m: OwnPage & { readonly applications: readonly ListedApplication[]; readonly pager: Pager }): Html {
  const { words } = m.site;
  return accountFrame(m, {
    title: words['account.applications'],
    lead: m.applications.length === 0 ? words['account.applications_none'] : words['account.applications_lead'],
    content: html`${m.applications.map(({ id, client, groups, since, lastUsed }, index) => {
      const uri = safeHref(client.uri);
      const name = uri ? html`<a href="${uri}" rel="noreferrer" target="_blank">${clientName(client)}</a>` : clientName(client);
      return html`<section class="card">
<h2 class="big" id="application-${index}">${name}</h2>
<p>${phrase(words['account.application_since'], { date: since })} · ${lastUsed === undefined ? words['account.application_unused'] : phrase(words['account.application_used'], { date: lastUsed })}</p>
<h3>${words['account.application_may']}</h3>
${consentGroups(m.site, groups, 'h4')}${ownForm(
  m,
  '/account/applications/revoke',
  html`<input type="hidden" name="client" value="${id}">
<button class="small" id="revoke-${index}" aria-labelledby="revoke-${index} application-${index}">${words['account.application_revoke']}</button>`,
)}
</section>
`;
    })}${pagerLinks(m, '/account/applications', m.pager)}`,
  });
}
