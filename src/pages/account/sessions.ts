import { html, phrase } from '../html.ts';
import type { Html } from '../html.ts';
import { accountFrame, card, ownForm, type OwnPage, type Pager, pagerLinks } from './frame.ts';

interface Device {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly since: Html;
  readonly here: boolean;
}

/** Where somebody is signed in. */
export function sessionsPage(m: OwnPage & { readonly devices: readonly Device[]; readonly pager: Pager; readonly others: boolean }): Html {
  const { words } = m.site;
  const end = ({ id, here }: Device, index: number) =>
    ownForm(
      m,
      here ? '/account/sign-out' : '/account/sessions/end',
      html`<input type="hidden" name="id" value="${id}">
<button class="small" id="end-${index}" aria-labelledby="end-${index} device-${index}">${words['account.session_end']}</button>`,
    );
  return accountFrame(m, {
    title: words['account.sessions'],
    lead: words['account.sessions_lead'],
    content: html`${card(
      undefined,
      html`<ul class="things">
${m.devices.map(
        (device, index) => html`<li><div class="thing"><b id="device-${index}">${device.name}</b>${device.here && html` <span class="tag">${words['account.session_here']}</span>`}
<p>${phrase(words['account.session_since'], { date: device.since })} ${phrase(words['account.session_address'], { address: html`<bdi>${device.address}</bdi>` })}</p></div>
${end(device, index)}</li>
`,
      )}</ul>`,
    )}${pagerLinks(m, '/account/sessions', m.pager)}${
      m.others &&
      card(
        words['account.everywhere'],
        html`<p>${words['account.everywhere_detail']}</p>
${ownForm(m, '/account/sessions/end-others', html`<button id="everywhere">${words['account.everywhere']}</button>`)}`,
      )
    }`,
  });
}
