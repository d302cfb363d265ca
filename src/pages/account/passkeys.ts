import { alert } from '../fields.ts';
import { html, phrase } from '../html.ts';
import type { Html } from '../html.ts';
import { passkeyAsset, passkeyForm } from '../passkey.ts';
import { accountFrame, card, ownForm, type OwnPage } from './frame.ts';

interface ListedPasskey {
  readonly id: string;
  readonly name: string;
  readonly added: Html;
  readonly lastUsed: Html | undefined;
  readonly synced: boolean;
}

interface Passkeys extends OwnPage {
  readonly passkeys: readonly ListedPasskey[];
  /** The options of WebAuthn for a new one, in JSON, with their challenge on its way back, sealed. */
  readonly options: string;
  readonly challenge: string;
  readonly problem?: string | undefined;
}

/** The passkeys of an account, and a way to add one. */
export function passkeysPage(m: Passkeys): Html {
  const { words } = m.site;
  return accountFrame(m, {
    title: words['account.passkeys'],
    lead: words['account.passkeys_lead'],
    assets: [passkeyAsset],
    content: html`${alert(m.problem)}${
      m.passkeys.length > 0 &&
      card(
        undefined,
        html`<ul class="things">
${m.passkeys.map((passkey, index) => item(m, passkey, index))}</ul>`,
      )
    }${card(
      words['account.passkey_add'],
      html`<p>${words['account.passkey_add_detail']}</p>
<p class="note" id="passkey-unavailable">${words['account.passkey_unavailable']}</p>
${passkeyForm({
  action: '/account/passkeys/add',
  purpose: 'create',
  options: m.options,
  before: html`<input type="hidden" name="session" value="${m.session}"><input type="hidden" name="challenge" value="${m.challenge}">`,
  label: words['account.passkey_add'],
  primary: true,
  cancelled: words['account.passkey_cancelled'],
})}`,
    )}`,
  });
}

function item(m: OwnPage, { id, name, added, lastUsed, synced }: ListedPasskey, index: number): Html {
  const { words } = m.site;
  const own = html`<input type="hidden" name="id" value="${id}">`;
  return html`<li><div class="thing"><b id="passkey-${index}"><bdi>${name}</bdi></b>
<p>${phrase(words['account.passkey_added'], { date: added })}${lastUsed && html` · ${phrase(words['account.passkey_used'], { date: lastUsed })}`}</p>
${synced && html`<p>${words['account.passkey_synced']}</p>`}
<details><summary id="rename-${index}" aria-labelledby="rename-${index} passkey-${index}">${words['account.passkey_rename']}</summary>
${ownForm(
  m,
  '/account/passkeys/rename',
  html`${own}<label for="name-${index}">${words['account.passkey_name']}</label>
<input id="name-${index}" name="name" type="text" maxlength="100" required value="${name}">
<button class="small">${words['account.save']}</button>`,
)}</details></div>
${ownForm(m, '/account/passkeys/remove', html`${own}<button class="small" id="remove-${index}" aria-labelledby="remove-${index} passkey-${index}">${words['account.passkey_remove']}</button>`)}</li>
`;
}
