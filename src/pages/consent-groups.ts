import { html, type Html, phrase } from './html.ts';
import type { ConsentGroup, PageSite } from './models.ts';

/** What a client may, as lists: what is about the person themselves, and what may be done at each API. */
export function consentGroups({ words }: PageSite, groups: readonly ConsentGroup[], heading: 'h2' | 'h4'): readonly Html[] {
  return groups.map(({ api, items }) => {
    const at = api === undefined ? undefined : phrase(words['consent.at_api'], { api: html`<bdi>${api}</bdi>` });
    return html`${at && (heading === 'h2' ? html`<h2 class="api">${at}</h2>
` : html`<h4 class="api">${at}</h4>
`)}<ul class="items">
${items.map((item) => html`<li><b>${item.title}</b> <span>${item.detail}</span></li>
`)}</ul>
`;
  });
}
