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
  readonly application: { readonly clientId: string; readonly redirectUri: string };
  readonly commandLine: string;
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

function ending({ issuer, application, commandLine }: Walk): Html {
  const settings: readonly (readonly [name: string, value: string])[] = [
    ['issuer', issuer],
    ['client_id', application.clientId],
    ['redirect_uri', application.redirectUri],
    ['scope', 'openid profile email'],
    ['PKCE', 'S256'],
  ];
  const register = `${commandLine} client create --type spa --name "My app" --redirect-uri http://localhost:8000/callback`;
  return step(7, 'end', 'Now in your own application', html`<p>Any OpenID Connect library does these steps for you. Give it the issuer and a client. One is ready for an application on this machine:</p>
<dl class="rows">${settings.map(([name, value]) => html`<div><dt>${name}</dt><dd><code>${value}</code></dd></div>`)}</dl>
<p>A redirect URI must match to the letter. For another one, register a client of your own:</p>
<div class="code"><button type="button" class="small copy" hidden data-copy="${register}" aria-label="Copy the command">Copy</button><pre class="wrapped">${register}</pre></div>
<p><a href="/.well-known/openid-configuration">OpenID configuration</a> · <a href="/account">Your account</a> · <a href="/">The page at this domain</a></p>
<button type="button" data-action="walk-restart">Start again</button>`);
}
