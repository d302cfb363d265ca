import { html } from './html.ts';
import type { Html } from './html.ts';
import { slip } from './layout.ts';
import { safeHref } from './links.ts';
import type { PageSite } from './models.ts';

interface Link {
  readonly href: string;
  readonly text: string;
}

interface Failure {
  readonly site: PageSite;
  readonly title: string;
  readonly explanation: string;
  readonly details: readonly { readonly name: string; readonly value: string }[];
  readonly help?: Link;
  readonly back?: Link;
  readonly correlationId?: string;
}

function link(to: Link | undefined, className: string): Html | undefined {
  const href = safeHref(to?.href);
  return to && href ? html`<p><a class="${className}" href="${href}" rel="noreferrer">${to.text}</a></p>` : undefined;
}

type Details = Failure['details'];

/** What is known of a failure, with the reference that names the request in the log. */
export function detailRows({ details, correlationId }: Pick<Failure, 'details' | 'correlationId'>): Details {
  return [...details, ...(correlationId === undefined ? [] : [{ name: 'reference', value: correlationId }])];
}

/** The same as a list for developers. */
export function detailList(rows: Details): Html {
  return html`<dl class="details" lang="en" dir="ltr">
${rows.map((row) => html`<div><dt>${row.name}</dt><dd><bdi>${row.value}</bdi></dd></div>
`)}</dl>`;
}

/** Says what went wrong: first for the person, then for the developer of the client. */
export function errorPage(m: Failure): Html {
  const rows = detailRows(m);
  const help = link(m.help, 'help');
  return slip({
    title: m.title,
    site: m.site,
    content: html`<p class="lead">${m.explanation}</p>
${link(m.back, 'button')}`,
    stub: (rows.length > 0 || help !== undefined) && html`<h2>${m.site.words['common.for_developers']}</h2>
${rows.length > 0 && detailList(rows)}
${help}`,
  });
}
