import { alert } from '../fields.ts';
import { html, phrase } from '../html.ts';
import type { Html } from '../html.ts';
import { accountFrame, cancelLink, card, ownForm, type OwnPage } from './frame.ts';

interface NewEmail extends OwnPage {
  readonly email: string;
  readonly problem?: string | undefined;
  /** Without mail nobody can prove an address. */
  readonly possible: boolean;
}

/** Asks for the new address. */
export function emailPage(m: NewEmail): Html {
  const { words } = m.site;
  const form = ownForm(
    m,
    '/account/email',
    html`<label for="email">${words['account.email_new']}</label>
<input id="email" name="email" type="email" autocomplete="email" autocapitalize="none" spellcheck="false" maxlength="254" required value="${m.email}"${m.problem !== undefined && html` aria-invalid="true" aria-describedby="problem"`} autofocus>
<div class="pair"><button id="send-codes" class="primary">${words['account.email_submit']}</button> ${cancelLink(m)}</div>`,
  );
  return accountFrame(m, {
    title: words['account.email_title'],
    lead: m.possible ? phrase(words['account.email_lead'], { email: address(m.account.email) }) : words['account.email_no_mail'],
    content: m.possible && card(undefined, html`${alert(m.problem)}${form}`),
  });
}

/** An address that is asked for its code, or has agreed. */
interface Asked {
  readonly email: string;
  readonly agreed: boolean;
  readonly wrong: boolean;
}

interface EmailCodes extends OwnPage {
  readonly change: string;
  readonly old: Asked;
  readonly new: Asked;
  readonly problem?: string | undefined;
}

/** Takes the two codes. It says that they are on their way whoever the new address belongs to. */
export function emailCodesPage(m: EmailCodes): Html {
  const { words } = m.site;
  const field = (side: 'old' | 'new') => {
    const { email, agreed, wrong } = m[side];
    return agreed
      ? html`<p class="agreed">${phrase(words['account.email_agreed'], { email: address(email) })}</p>
`
      : html`<label for="code-${side}">${phrase(words[`account.email_code_${side}`], { email: address(email) })}</label>
<input id="code-${side}" name="code_${side}" class="code-input" type="text" inputmode="numeric" autocomplete="one-time-code" autocapitalize="none" spellcheck="false" maxlength="20" dir="ltr" required${wrong && html` aria-invalid="true" aria-describedby="problem"`}>
`;
  };
  return accountFrame(m, {
    title: words['account.email_codes_title'],
    lead: phrase(words['account.email_codes_lead'], { email: address(m.new.email) }),
    content: card(
      undefined,
      html`${alert(m.problem ?? (m.old.wrong || m.new.wrong ? words['account.email_wrong'] : undefined))}${ownForm(
        m,
        '/account/email/codes',
        html`<input type="hidden" name="change" value="${m.change}">
${field('old')}${field('new')}<div class="pair"><button id="confirm-email" class="primary">${words['account.email_confirm']}</button> ${cancelLink(m)}</div>`,
      )}`,
    ),
  });
}

/** Says that the codes have died. */
export function emailDeadPage(m: OwnPage): Html {
  const { words } = m.site;
  return accountFrame(m, {
    title: words['account.email_title'],
    content: card(undefined, html`${alert(words['account.email_dead'])}<p><a class="button" href="/account/email">${words['account.email_start_over']}</a></p>`),
  });
}

function address(email: string): Html {
  return html`<bdi class="nowrap">${email}</bdi>`;
}
