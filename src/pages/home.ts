import { html } from './html.ts';
import type { Html } from './html.ts';
import { slip } from './layout.ts';
import { safeHref } from './links.ts';
import type { PageTenant } from './models.ts';

interface Home {
  readonly tenant: PageTenant;
  readonly issuer: string;
  readonly signedInAs?: string;
  readonly walkHref?: string;
  readonly discoveryHref: string;
}

/** What someone sees who opens the tenant's bare domain. */
export function homePage(m: Home): Html {
  const walk = safeHref(m.walkHref);
  return slip({
    title: 'Welcome',
    tenant: m.tenant,
    heading: `This is where ${m.tenant.name} signs people in`,
    content: html`<p class="lead">There is nothing to do here. Open the application that you want to use, and it will bring you back when it needs to know who you are.</p>
${m.signedInAs !== undefined && html`<p class="note">You are signed in as <bdi>${m.signedInAs}</bdi>.</p>`}
${walk && html`<p><a class="button" href="${walk}">Walk through a sign-in</a></p>`}`,
    stub: html`<h2>For the developer</h2>
<dl class="details"><div><dt>issuer</dt><dd><bdi>${m.issuer}</bdi></dd></div></dl>
<p><a href="${safeHref(m.discoveryHref)}">OpenID configuration</a></p>`,
  });
}
