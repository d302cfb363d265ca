import { html } from './html.ts';
import type { Html, Renderable } from './html.ts';

interface Steps {
  readonly issuer: string;
  readonly redirectUri: string;
  readonly user: { readonly email: string; readonly password: string };
}

/** One step of the walk. The script opens it when it is reached; until then anyone may peek. */
export function step(number: number, name: string, title: string, body: Renderable): Html {
  return html`<li class="step" data-step="${name}"><details>
<summary><span class="marker" aria-hidden="true">${number}</span><h2>${title}</h2></summary>
<div class="body">
${body}
</div>
</details></li>
`;
}

/** A button that starts the action of the same id. The script enables it when its turn comes. */
export function action(id: string, text: string, className = 'primary'): Html {
  return html`<button id="${id}" type="button" class="${className}" disabled>${text}</button>`;
}

/** Where the outcome of the action appears. */
export function resultOf(id: string): Html {
  return html`<div id="${id}-result" class="result"></div>`;
}

function copyable(name: string, value: string): Html {
  return html`<div><dt>${name}</dt><dd><code>${value}</code> <button type="button" class="small copy" hidden data-copy="${value}" aria-label="Copy the ${name}">Copy</button></dd></div>`;
}

/** The five steps from the bare domain to a set of tokens. */
export function steps(m: Steps): readonly Html[] {
  return [
    step(1, 'discover', 'Obtain the endpoints', html`<p>An application knows one address, the issuer. Everything else stands in a document below it.</p>
<p class="request"><b>GET</b> ${m.issuer}/.well-known/openid-configuration</p>
${action('walk-discover', 'Fetch the configuration')}
${resultOf('walk-discover')}`),
    step(2, 'generate', 'Generate PKCE codes', html`<p>The <b>code verifier</b> is a secret that never leaves this browser until the last step. Only its SHA-256 hash, the <b>code challenge</b>, goes through the address bar. Whoever steals the authorization code on its way back cannot use it without the verifier.</p>
<div class="code"><pre id="walk-generate-source" tabindex="0" aria-label="The code that generates them"></pre></div>
${action('walk-generate', 'Generate')}
${resultOf('walk-generate')}`),
    step(3, 'sign-in', 'Redirect the user', html`<p>The application sends the browser to the authorization endpoint with these parameters. The user signs in there, so the application never sees the password.</p>
<div id="walk-request" class="result"></div>
<div class="aside">
<p>Unless you are signed in already, you will be asked to. Take the demo account:</p>
<dl class="credentials">${copyable('email', m.user.email)}${copyable('password', m.user.password)}</dl>
</div>
${action('walk-sign-in', 'Sign in')}`),
    step(4, 'response', 'Receive the authorization code', html`<p>The server sent the browser back to <span class="nowrap">${m.redirectUri}</span>. The code lives for 60 seconds, works once, and is worth nothing without the verifier.</p>
${resultOf('walk-sign-in')}`),
    step(5, 'exchange', 'Exchange the code for tokens', html`<p>A public client has no secret to send: knowing the verifier proves that this is the application that started the sign-in.</p>
<div id="walk-exchange-request" class="result"></div>
${action('walk-exchange', 'Send the request')}
${resultOf('walk-exchange')}`),
  ];
}
