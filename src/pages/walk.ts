import { html } from './html.ts';
import type { Html } from './html.ts';
import { document } from './layout.ts';
import type { PageTenant } from './models.ts';

interface Walk {
  readonly tenant: PageTenant;
  readonly issuer: string;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly user: { readonly email: string; readonly password: string };
}

/** Leads a newcomer through the authorization code flow with PKCE, against this very server. */
export function walkPage(m: Walk): Html {
  return document({
    title: 'Walk through a sign-in',
    tenant: m.tenant,
    body: html`<main id="walk" class="walk" data-issuer="${m.issuer}" data-client-id="${m.clientId}" data-redirect-uri="${m.redirectUri}">
<h1>A sign-in, step by step</h1>
<p class="lead">Demo account: ${m.user.email}, ${m.user.password}</p>
</main>`,
  });
}
