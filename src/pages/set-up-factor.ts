import { html, phrase } from './html.ts';
import type { Html } from './html.ts';
import { slip } from './layout.ts';
import type { PageSite } from './models.ts';
import { passkeyAsset, passkeyForm } from './passkey.ts';
import { qrCode } from './qr-code.ts';

/** Why the last attempt did not succeed. */
export type SetUpProblem = 'wrong' | 'expired' | 'refused' | 'too_many';

interface SetUp {
  readonly site: PageSite;
  readonly interaction: string;
  readonly problem?: SetUpProblem | undefined;
}

/** Offers the ways to protect the account; each address leads to the page of one. */
export function chooseFactorPage(m: SetUp & { readonly passkeyHref: string; readonly totpHref: string }): Html {
  const { words } = m.site;
  const choice = (id: string, href: string, name: string, detail: string) =>
    html`<a class="button" id="${id}" href="${href}"><span class="who"><bdi>${name}</bdi> <span class="email">${detail}</span></span></a>
`;
  return slip({
    title: words['set_up_factor.title'],
    site: m.site,
    assets: ['second-factor.css'],
    content: html`<p class="lead">${phrase(words['set_up_factor.lead'], { tenant: html`<bdi>${m.site.name}</bdi>` })}</p>
${problem(m)}
<div class="choices factors">
${choice('choose-passkey', m.passkeyHref, words['set_up_factor.choose_passkey'], words['set_up_factor.choose_passkey_detail'])}${choice('choose-totp', m.totpHref, words['set_up_factor.choose_totp'], words['set_up_factor.choose_totp_detail'])}</div>`,
  });
}

/** Creates a passkey. `chooseHref` is missing where nothing else would do. */
export function setUpPasskeyPage(m: SetUp & { readonly options: string; readonly chooseHref?: string | undefined }): Html {
  const { words } = m.site;
  return slip({
    title: words['set_up_factor.passkey_title'],
    site: m.site,
    assets: ['second-factor.css', passkeyAsset],
    content: html`<p class="lead">${words['set_up_factor.passkey_lead']}</p>
${problem(m)}
<p class="alert" id="passkey-unavailable">${words['set_up_factor.passkey_unavailable']}</p>
${passkeyForm({
  action: '/set-up-factor',
  page: '/set-up-factor',
  interaction: m.interaction,
  purpose: 'create',
  options: m.options,
  before: html`<input type="hidden" name="method" value="passkey">`,
  label: words['set_up_factor.passkey_submit'],
  primary: true,
  cancelled: words['set_up_factor.passkey_cancelled'],
})}`,
    stub: otherWay(m),
  });
}

interface SetUpTotp extends SetUp {
  readonly seed: string;
  readonly uri: string;
  /** The seed on its way back, sealed. */
  readonly pending: string;
  readonly chooseHref: string;
}

/** Sets up an authenticator app: the QR code, the key to type, and a code of it as proof that it works. */
export function setUpTotpPage(m: SetUpTotp): Html {
  const { words } = m.site;
  return slip({
    title: words['set_up_factor.totp_title'],
    site: m.site,
    assets: ['second-factor.css'],
    content: html`<p class="lead">${words['set_up_factor.totp_scan']}</p>
${totpPicture(m.site, m)}
${problem(m)}
<form method="post" action="/set-up-factor">
<input type="hidden" name="interaction" value="${m.interaction}">
<input type="hidden" name="method" value="totp">
${totpFields(m.site, m)}
<button id="confirm" class="primary">${words['set_up_factor.submit']}</button>
</form>`,
    stub: otherWay(m),
  });
}

/** What goes into an authenticator app: as a picture, as a link, and to type. */
export function totpPicture({ words }: PageSite, { seed, uri }: { readonly seed: string; readonly uri: string }): Html {
  return html`${qrCode(uri, words['set_up_factor.totp_picture'])}
<p class="app"><a id="open-app" href="${uri}">${words['set_up_factor.totp_open']}</a></p>
<p class="seed">${words['set_up_factor.totp_type']} <code id="seed">${grouped(seed)}</code></p>`;
}

/** The code that proves that the app works, with the seed on its way back. */
export function totpFields({ words }: PageSite, m: { readonly pending: string; readonly problem?: SetUpProblem | undefined }): Html {
  return html`<input type="hidden" name="pending" value="${m.pending}">
<label for="code">${words['set_up_factor.totp_code']}</label>
<input id="code" name="code" class="code-input" type="text" inputmode="numeric" autocomplete="one-time-code" dir="ltr" required${m.problem === 'wrong' && html` aria-invalid="true" autofocus`}${m.problem && html` aria-describedby="problem"`}>`;
}

/** Shows recovery codes, once. */
export function recoveryCodesPage(m: { readonly site: PageSite; readonly action: string; readonly interaction: string; readonly codes: readonly string[] }): Html {
  const { words } = m.site;
  return slip({
    title: words['recovery_codes.title'],
    site: m.site,
    assets: ['second-factor.css', 'recovery-codes.js'],
    content: html`<p class="lead">${words['recovery_codes.lead']}</p>
${shownCodes(m.site, m.codes)}
<form method="post" action="${m.action}">
<input type="hidden" name="interaction" value="${m.interaction}">
<button id="continue" class="primary">${words['recovery_codes.submit']}</button>
</form>`,
  });
}

/** Recovery codes as they are shown once, with ways to keep them. */
export function shownCodes({ words }: PageSite, codes: readonly string[]): Html {
  return html`<ol class="codes" id="recovery-codes" aria-label="${words['recovery_codes.list']}">
${codes.map((code) => html`<li><code>${code}</code></li>
`)}</ol>
<div class="pair" id="recovery-actions" hidden>
<button type="button" id="copy" data-copied="${words['recovery_codes.copied']}">${words['recovery_codes.copy']}</button>
<button type="button" id="print">${words['recovery_codes.print']}</button>
</div>
<p class="copied" id="copied" role="status"></p>
<p class="note">${words['recovery_codes.once']}</p>`;
}

function problem({ site, problem: reason }: SetUp): Html | undefined {
  return reason && html`<p class="alert" role="alert" id="problem">${site.words[`set_up_factor.${reason}`]}</p>`;
}

function otherWay({ site, chooseHref }: SetUp & { readonly chooseHref?: string | undefined }): Html | undefined {
  return chooseHref === undefined ? undefined : html`<p><a id="other-way" href="${chooseHref}">${site.words['set_up_factor.other_way']}</a></p>`;
}

/** In groups of four, which are easier to type. */
function grouped(seed: string): string {
  return seed.replaceAll(/(.{4})(?=.)/g, '$1 ');
}
