import { html } from './html.ts';
import type { Html } from './html.ts';
import { document, mark } from './layout.ts';
import type { PageSite } from './models.ts';
import { experiments } from './walk-experiments.ts';
import { action, step, steps } from './walk-steps.ts';

interface Walk {
  readonly site: PageSite;
  readonly issuer: string;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly user: { readonly email: string; readonly password: string };
}

/** Leads a newcomer through the authorization code flow with PKCE, against this very server. */
export function walkPage(m: Walk): Html {
  return document({
    title: 'Walk through a sign-in',
    site: m.site,
    assets: ['walk.css', 'walk-results.css', 'walk.js'],
    body: html`<div class="band"></div>
<main id="walk" class="walk" data-issuer="${m.issuer}" data-client-id="${m.clientId}" data-redirect-uri="${m.redirectUri}">
<header>
${mark(m.site)}
<h1>A sign-in, step by step</h1>
<p class="lead">This page is a small application that signs a user in with the authorization code flow and PKCE. Every request goes to <b class="nowrap">${m.issuer}</b>, and every value you see is real.</p>
<noscript><p class="alert">This page plays the part of an application in the browser, so it needs JavaScript. The sign-in pages themselves work without it.</p></noscript>
<p class="tools">${action('walk-restart', 'Start again', 'small')}</p>
</header>
<p id="walk-status" class="hidden" role="status"></p>
<ol class="steps">
${steps(m)}
${experiments()}
${ending(m)}
</ol>
</main>`,
  });
}

function ending(m: Walk): Html {
  const configuration = `issuer:        ${m.issuer}
client_id:     ${m.clientId}
redirect_uri:  your application's own callback
scope:         openid profile email
PKCE:          S256`;
  return step(7, 'end', 'Now in your own application', html`<p>Any OpenID Connect library does these steps for you. Give it the issuer and a client, and register your own redirect URI for that client first: it must match to the letter.</p>
<div class="code"><button type="button" class="small copy" hidden data-copy="${configuration}">Copy</button><pre tabindex="0">${configuration}</pre></div>
<p><a href="/.well-known/openid-configuration">OpenID configuration</a> · <a href="/">The page at this domain</a></p>
<button type="button" data-action="walk-restart">Start again</button>`);
}
