import { html, phrase } from './html.ts';
import type { Html } from './html.ts';
import { slip } from './layout.ts';
import { safeHref } from './links.ts';
import type { PageSite } from './models.ts';

interface Home {
  readonly site: PageSite;
  readonly issuer: string;
  readonly signedInAs?: string;
  readonly walkHref?: string;
  readonly discoveryHref: string;
}

/** What someone sees who opens the tenant's bare domain. */
export function homePage(m: Home): Html {
  const { words, name } = m.site;
  const walk = safeHref(m.walkHref);
  return slip({
    title: words['home.title'],
    site: m.site,
    heading: phrase(words['home.heading'], { tenant: html`<bdi>${name ?? ''}</bdi>` }),
    content: html`<p class="lead">${words['home.lead']}</p>
${m.signedInAs !== undefined && html`<p class="note">${phrase(words['home.signed_in_as'], { account: html`<bdi>${m.signedInAs}</bdi>` })}</p>`}
${m.signedInAs !== undefined && html`<p><a class="button" id="to-account" href="/account">${words['home.account']}</a></p>`}
${walk && html`<p><a class="button" href="${walk}">${words['home.walk']}</a></p>`}`,
    stub: html`<h2>${words['common.for_developers']}</h2>
<dl class="details" lang="en" dir="ltr"><div><dt>issuer</dt><dd><bdi>${m.issuer}</bdi></dd></div></dl>
<p><a href="${safeHref(m.discoveryHref)}">OpenID configuration</a></p>`,
  });
}
