import { html, phrase } from '../html.ts';
import type { Html, Renderable } from '../html.ts';
import { accountFrame, card, ownForm, type OwnPage } from './frame.ts';

interface Overview extends OwnPage {
  readonly hasPassword: boolean;
  readonly passkeys: string;
  /** Whether one passkey is all that stands beside the password. */
  readonly onePasskey: boolean;
  /** None where the tenant asks for no second step and the person has none. */
  readonly secondStep: { readonly authenticator: boolean; readonly recoveryCodes: string } | undefined;
  readonly devices: string;
  readonly applications: string;
  /** What happened last, and when. */
  readonly lastEvent: Html | undefined;
}

/** What somebody sees first: a line for each thing that they can look after. */
export function overviewPage(m: Overview): Html {
  const { words } = m.site;
  return accountFrame(m, {
    title: words['account.title'],
    lead: words['account.lead'],
    back: false,
    content: html`${m.onePasskey && html`<p class="note" id="one-passkey">${words['account.one_passkey']} <a href="/account/recovery-codes">${words['account.recovery_codes']}</a></p>`}${card(
      words['account.section_person'],
      rows([
        { href: '/account/profile', name: words['account.profile'], value: bdi(m.account.name === m.account.email ? words['account.not_given'] : m.account.name) },
        { href: '/account/email', name: words['account.email'], value: bdi(m.account.email) },
      ]),
    )}${card(
      words['account.section_sign_in'],
      rows([
        { href: '/account/password', name: words['account.password'], value: words[m.hasPassword ? 'account.password_set' : 'account.password_not_set'] },
        { href: '/account/passkeys', name: words['account.passkeys'], value: m.passkeys },
        ...(m.secondStep === undefined
          ? []
          : ([
              { href: '/account/authenticator', name: words['account.authenticator'], value: words[m.secondStep.authenticator ? 'account.authenticator_on' : 'account.authenticator_off'] },
              { href: '/account/recovery-codes', name: words['account.recovery_codes'], value: phrase(words['account.recovery_codes_left'], { count: m.secondStep.recoveryCodes }) },
            ] as const)),
      ]),
    )}${card(
      words['account.section_access'],
      rows([
        { href: '/account/sessions', name: words['account.sessions'], value: m.devices },
        { href: '/account/applications', name: words['account.applications'], value: m.applications },
        { href: '/account/activity', name: words['account.activity'], value: m.lastEvent },
      ]),
    )}${card(
      words['account.section_data'],
      rows([
        { href: '/account/download', name: words['account.download'] },
        { href: '/account/delete', name: words['account.delete'] },
      ]),
    )}
${ownForm(m, '/account/sign-out', html`<button id="sign-out">${words['sign_out.submit']}</button>`)}`,
  });
}

function bdi(text: string): Html {
  return html`<bdi>${text}</bdi>`;
}

interface Row {
  readonly href: `/account/${string}`;
  readonly name: string;
  readonly value?: Renderable;
}

function rows(all: readonly Row[]): Html {
  return html`<ul class="rows">
${all.map(({ href, name, value }) => html`<li><a href="${href}"><span class="row-name">${name}</span> <span class="row-value">${value}</span></a></li>
`)}</ul>`;
}
