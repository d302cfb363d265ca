import { alert } from '../fields.ts';
import { html, phrase } from '../html.ts';
import type { Html } from '../html.ts';
import { type SetUpProblem, shownCodes, totpFields, totpPicture } from '../set-up-factor.ts';
import { accountFrame, cancelLink, card, ownForm, type OwnPage } from './frame.ts';

/** The authenticator app that somebody has. */
export function authenticatorPage(m: OwnPage & { readonly since: Html; readonly problem?: string | undefined }): Html {
  const { words } = m.site;
  return accountFrame(m, {
    title: words['account.authenticator'],
    lead: words['account.authenticator_lead'],
    content: html`${alert(m.problem)}${card(
      undefined,
      html`<ul class="things"><li><div class="thing"><b>${words['account.authenticator']}</b>
<p>${phrase(words['account.authenticator_since'], { date: m.since })}</p></div>
${ownForm(m, '/account/authenticator/remove', html`<button id="remove-authenticator" class="small">${words['account.authenticator_remove']}</button>`)}</li></ul>
<p><a class="button" id="replace-authenticator" href="/account/authenticator/set-up">${words['account.authenticator_replace']}</a></p>`,
    )}`,
  });
}

interface SetUp extends OwnPage {
  readonly seed: string;
  readonly uri: string;
  readonly pending: string;
  readonly replaces: boolean;
  readonly problem?: SetUpProblem | undefined;
}

/** Sets an authenticator app up, or another one in its place. */
export function setUpAuthenticatorPage(m: SetUp): Html {
  const { words } = m.site;
  return accountFrame(m, {
    title: words['set_up_factor.totp_title'],
    lead: words[m.replaces ? 'account.authenticator_replace_detail' : 'account.authenticator_lead'],
    assets: ['second-factor.css'],
    content: card(
      words['set_up_factor.totp_scan'],
      html`${totpPicture(m.site, m)}
${alert(m.problem && words[`set_up_factor.${m.problem}`])}${ownForm(
        m,
        '/account/authenticator/set-up',
        html`${totpFields(m.site, m)}
<div class="pair"><button id="confirm" class="primary">${words['account.authenticator_submit']}</button> ${cancelLink(m, m.replaces ? '/account/authenticator' : '/account')}</div>`,
      )}`,
    ),
  });
}

/** How many recovery codes are left, and a way to new ones. */
export function recoveryCodesLeftPage(m: OwnPage & { readonly left: string; readonly possible: boolean }): Html {
  const { words } = m.site;
  return accountFrame(m, {
    title: words['account.recovery_codes'],
    lead: words['account.recovery_codes_lead'],
    content: card(
      undefined,
      m.possible
        ? html`<p><b>${phrase(words['account.recovery_codes_left'], { count: m.left })}</b></p>
<p>${words['account.recovery_codes_new_detail']}</p>
${ownForm(m, '/account/recovery-codes', html`<button id="new-codes" class="primary">${words['account.recovery_codes_new']}</button>`)}`
        : html`<p>${words['account.recovery_codes_first']}</p>`,
    ),
  });
}

/** Shows new recovery codes, once. */
export function newRecoveryCodesPage(m: OwnPage & { readonly codes: readonly string[] }): Html {
  const { words } = m.site;
  return accountFrame(m, {
    title: words['recovery_codes.title'],
    lead: words['recovery_codes.lead'],
    assets: ['second-factor.css', 'recovery-codes.js'],
    content: card(
      undefined,
      html`${shownCodes(m.site, m.codes)}
<p><a class="button" id="codes-kept" href="/account">${words['recovery_codes.submit']}</a></p>`,
    ),
  });
}
