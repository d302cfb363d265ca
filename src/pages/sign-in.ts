import { inUnits } from '../words/time.ts';
import { html, phrase } from './html.ts';
import type { Html } from './html.ts';
import { clientName, slip } from './layout.ts';
import type { PageClient, PageSite, SignInProblem } from './models.ts';
import { passkeyAsset, passkeyForm } from './passkey.ts';

interface SignIn {
  readonly site: PageSite;
  readonly client?: PageClient;
  readonly interaction: string;
  /** The options of WebAuthn, in JSON. */
  readonly passkeyOptions: string;
  readonly email: string;
  readonly problem?: SignInProblem;
  readonly retryAfterMinutes?: number;
  readonly reason?: 'signed_out' | 'again';
  /** What else this page offers beside the password. */
  readonly offers?: { readonly email: boolean; readonly signUp: boolean; readonly reset: boolean };
}

function problemText({ words, locale }: PageSite, problem: SignInProblem, minutes: number | undefined): Html {
  // Which of address and password was wrong stays unsaid: it would tell a stranger which addresses have an account.
  return phrase(words[`sign_in.${problem}`], { time: inUnits(locale, minutes ?? 1, 'minute') });
}

function reasonText({ words }: PageSite, reason: 'signed_out' | 'again', client: PageClient | undefined): Html {
  const text =
    reason === 'signed_out'
      ? words['sign_in.signed_out']
      : client === undefined
        ? // Nobody but the person's own account page asks without an application.
          words['account.fresh']
        : phrase(words['sign_in.again'], { client: clientName(client) });
  return html`<p class="note">${text}</p>`;
}

/** Asks for email and password. */
export function signInPage(m: SignIn): Html {
  const { words } = m.site;
  const wrong = m.problem === 'wrong_credentials' && html` aria-invalid="true"`;
  const described = m.problem && html` aria-describedby="problem"`;
  const focus = html` autofocus`;
  return slip({
    title: words['sign_in.title'],
    site: m.site,
    assets: [passkeyAsset],
    content: html`${m.client && html`<p class="lead">${phrase(words['common.continue_to'], { client: clientName(m.client) })}</p>`}
${m.problem && html`<p class="alert" role="alert" id="problem">${problemText(m.site, m.problem, m.retryAfterMinutes)}</p>`}
${m.reason && !m.problem && reasonText(m.site, m.reason, m.client)}
<form method="post" action="/sign-in" id="password-form">
<input type="hidden" name="interaction" value="${m.interaction}">
<label for="email">${words['common.email']}</label>
<input id="email" name="email" type="email" autocomplete="username webauthn" autocapitalize="none" spellcheck="false" required value="${m.email}"${wrong}${described}${m.email === '' && focus}>
<label for="password">${words['common.password']}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required${wrong}${described}${m.email !== '' && focus}>
<button id="sign-in" class="primary">${words['sign_in.submit']}</button>
</form>
${m.offers?.reset === true && html`<p class="aside"><a id="forgot-password" href="/forgot-password">${words['sign_in.forgot_password']}</a></p>`}
${m.offers?.email === true && html`<p class="or">${words['sign_in.or']}</p>
<p class="other-way"><button id="email-code" form="password-form" formaction="/sign-in/email" formnovalidate>${words['sign_in.with_email']}</button></p>
`}${passkeyForm({
  action: '/sign-in/passkey',
  page: '/sign-in',
  interaction: m.interaction,
  purpose: 'get',
  options: m.passkeyOptions,
  conditional: true,
  before: m.offers?.email === true ? undefined : html`<p class="or">${words['sign_in.or']}</p>
`,
  label: words['sign_in.passkey'],
  primary: false,
  cancelled: words['sign_in.passkey_cancelled'],
})}`,
    stub:
      m.offers?.signUp === true &&
      html`<form method="get" action="/sign-up"><input type="hidden" name="interaction" value="${m.interaction}"><p>${words['sign_in.no_account']} <button id="to-sign-up" class="link">${words['sign_up.title']}</button></p></form>`,
  });
}
