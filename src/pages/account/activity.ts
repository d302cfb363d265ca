import { html, phrase } from '../html.ts';
import type { Html } from '../html.ts';
import { accountFrame, card, type OwnPage, type Pager, pagerLinks } from './frame.ts';

interface Happening {
  readonly what: Html;
  /** The browser in which it happened; undefined where an operator did it. */
  readonly browser: { readonly device: string; readonly address: string } | undefined;
  readonly at: Html;
}

/** What happened to the account, the latest first. */
export function activityPage(m: OwnPage & { readonly happenings: readonly Happening[]; readonly pager: Pager }): Html {
  const { words } = m.site;
  return accountFrame(m, {
    title: words['account.activity'],
    lead: m.happenings.length === 0 ? words['account.activity_none'] : words['account.activity_lead'],
    content: html`${
      m.happenings.length > 0 &&
      card(
        undefined,
        html`<ul class="things">
${m.happenings.map(
          ({ what, browser, at }) => html`<li><div class="thing"><b>${what}</b>
<p>${at}</p>
<p>${
            browser === undefined
              ? words['account.by_operator']
              : html`${browser.device} ${phrase(words['account.session_address'], { address: html`<bdi>${browser.address}</bdi>` })}`
          }</p></div></li>
`,
        )}</ul>`,
      )
    }${pagerLinks(m, '/account/activity', m.pager)}`,
  });
}
