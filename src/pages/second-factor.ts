import { html, phrase } from './html.ts';
import type { Html } from './html.ts';
import { clientName, slip } from './layout.ts';
import type { PageAccount, PageClient, PageSite } from './models.ts';
import { passkeyAsset, passkeyForm } from './passkey.ts';
import { inUnits } from '../words/time.ts';

type Way = 'passkey' | 'totp' | 'email' | 'recovery_code';

/** Why the last attempt did not succeed. */
export type SecondFactorProblem = 'wrong' | 'dead' | 'not_sent' | 'refused' | 'expired' | 'too_many_attempts';

interface SecondFactor {
  readonly site: PageSite;
  readonly client?: PageClient | undefined;
  readonly interaction: string;
  readonly account: PageAccount;
  /** Whether the person is signed in already and proves more on top. */
  readonly signedIn: boolean;
  readonly way: Way;
  readonly others: readonly { readonly way: Way; readonly href: string }[];
  /** The options of WebAuthn in JSON, where a passkey is asked for. */
  readonly passkeyOptions?: string | undefined;
  /** Whether a code is on its way by mail. */
  readonly sent: boolean;
  /** For how many days this browser may be remembered; 0 where that is not offered. */
  readonly rememberDays: number;
  readonly problem?: SecondFactorProblem | undefined;
  readonly retryAfterMinutes?: number | undefined;
}

/** Asks for a further proof, one way at a time, with links to the others. */
export function secondFactorPage(m: SecondFactor): Html {
  const { words } = m.site;
  const values = {
    account: html`<bdi class="client">${m.account.email}</bdi>`,
    // Nobody but the person's own account page asks without an application.
    client: m.client ? clientName(m.client) : html`<bdi>${m.site.name}</bdi>`,
  };
  return slip({
    title: words['second_factor.title'],
    site: m.site,
    assets: ['second-factor.css', ...(m.way === 'passkey' ? [passkeyAsset] : [])],
    content: html`<p class="lead">${phrase(words[m.signedIn ? 'second_factor.lead_signed_in' : 'second_factor.lead'], values)}</p>
${m.problem && html`<p class="alert" role="alert" id="problem">${problemText(m, m.problem)}</p>`}
${bodies[m.way](m)}`,
    stub: html`${m.others.length > 0 && html`<h2>${words['second_factor.other_ways']}</h2>
<ul class="ways">${m.others.map(({ way, href }) => html`<li><a id="by-${way}" href="${href}">${words[`second_factor.by_${way}`]}</a></li>`)}</ul>`}
<form method="post" action="/second-factor" class="quiet">
<input type="hidden" name="interaction" value="${m.interaction}">
<button id="other-account" name="other" value="account">${words['common.other_account']}</button>
</form>`,
  });
}

function problemText({ site, way, retryAfterMinutes }: SecondFactor, problem: SecondFactorProblem): Html | string {
  const { words, locale } = site;
  if (problem === 'wrong' && way === 'recovery_code') {
    return words['second_factor.wrong_recovery_code'];
  }
  return phrase(words[`second_factor.${problem}`], { time: inUnits(locale, retryAfterMinutes ?? 1, 'minute') });
}

const bodies: Readonly<Record<Way, (m: SecondFactor) => Html>> = {
  passkey: (m) => {
    const { words } = m.site;
    return html`<p class="note">${words['second_factor.passkey_lead']}</p>
<p class="alert" id="passkey-unavailable">${words['second_factor.passkey_unavailable']}</p>
${passkeyForm({
  action: '/second-factor',
  page: '/second-factor',
  interaction: m.interaction,
  purpose: 'get',
  options: m.passkeyOptions ?? '',
  before: html`<input type="hidden" name="method" value="passkey">
${remember(m)}`,
  label: words['second_factor.passkey'],
  primary: true,
  cancelled: words['second_factor.passkey_cancelled'],
})}`;
  },
  totp: (m) => codeForm(m, m.site.words['second_factor.code'], 'numeric', m.site.words['second_factor.code_hint']),
  email: (m) => {
    const { words } = m.site;
    const email = html`<bdi class="client">${m.account.email}</bdi>`;
    const send = (label: string, primary: boolean) => html`<form method="post" action="/second-factor"${!primary && html` class="quiet"`}>
<input type="hidden" name="interaction" value="${m.interaction}">
<input type="hidden" name="method" value="email">
<button id="send" name="send" value="yes"${primary && html` class="primary"`}>${label}</button>
</form>`;
    return m.sent
      ? html`${!m.problem && html`<p class="note">${phrase(words['second_factor.email_sent'], { email })}</p>`}
${codeForm(m, words['second_factor.email_code'], 'numeric')}
${send(words['second_factor.email_again'], false)}`
      : html`<p class="note">${phrase(words['second_factor.email_send'], { email })}</p>
${send(words['second_factor.email_send_submit'], true)}`;
  },
  recovery_code: (m) => codeForm(m, m.site.words['second_factor.recovery_code'], 'text', m.site.words['second_factor.recovery_code_hint']),
};

/** A field for a code. It is text, not a number: leading zeros count, and there is nothing to step through. */
function codeForm(m: SecondFactor, label: string, mode: 'numeric' | 'text', hint?: string): Html {
  const described = [m.problem && 'problem', hint && 'hint'].filter(Boolean).join(' ');
  return html`<form method="post" action="/second-factor">
<input type="hidden" name="interaction" value="${m.interaction}">
<input type="hidden" name="method" value="${m.way}">
<label for="code">${label}</label>
${hint && html`<p class="hint" id="hint">${hint}</p>`}
<input id="code" name="code" class="code-input" type="text" inputmode="${mode}" autocomplete="${m.way === 'recovery_code' ? 'off' : 'one-time-code'}" autocapitalize="none" spellcheck="false" dir="ltr" required autofocus${m.problem === 'wrong' && html` aria-invalid="true"`}${described !== '' && html` aria-describedby="${described}"`}>
${remember(m)}
<button id="confirm" class="primary">${m.site.words['second_factor.submit']}</button>
</form>`;
}

function remember({ site, rememberDays }: SecondFactor): Html | undefined {
  if (rememberDays === 0) {
    return undefined;
  }
  return html`<label class="check"><input type="checkbox" id="remember" name="remember" value="yes"> <span>${phrase(site.words['second_factor.remember'], { days: inUnits(site.locale, rememberDays, 'day') })}</span></label>`;
}
