import { detailList, detailRows } from './error.ts';
import { html, phrase } from './html.ts';
import type { Html } from './html.ts';
import { clientName, slip } from './layout.ts';
import type { PageClient, PageSite } from './models.ts';

interface Return {
  readonly site: PageSite;
  readonly client: PageClient;
  /** Where it leads, as a person can judge it. */
  readonly host: string;
  /** A registered redirect URI with the answer, as a link or as a form. */
  readonly way: { readonly href: string } | { readonly action: string; readonly fields: readonly { readonly name: string; readonly value: string }[] };
  readonly details: readonly { readonly name: string; readonly value: string }[];
  readonly correlationId: string;
}

/** Says that a request cannot be answered, and lets the person decide whether to go where it came from. */
export function returnPage(m: Return): Html {
  const { words } = m.site;
  const text = phrase(words['return.go_on'], { host: html`<bdi>${m.host}</bdi>` });
  return slip({
    title: words['return.title'],
    site: m.site,
    content: html`<p class="lead">${phrase(words['return.lead'], { client: clientName(m.client) })}</p>
${
  'href' in m.way
    ? html`<p><a id="go-on" class="button" href="${m.way.href}" rel="noreferrer"><span>${text}</span></a></p>`
    : html`<form method="post" action="${m.way.action}">
${m.way.fields.map((field) => html`<input type="hidden" name="${field.name}" value="${field.value}">
`)}<button id="go-on"><span>${text}</span></button>
</form>`
}`,
    stub: html`<h2>${words['common.for_developers']}</h2>
${detailList(detailRows(m))}`,
  });
}
