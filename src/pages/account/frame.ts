import { html } from '../html.ts';
import type { Html, Renderable } from '../html.ts';
import { accountLine, document, links, mark } from '../layout.ts';
import type { PageAccount, PageSite } from '../models.ts';

/** What every page of the account knows. */
export interface OwnPage {
  readonly site: PageSite;
  readonly account: PageAccount;
  /** Ties the forms of the page to the session that it was shown to. */
  readonly session: string;
  /** What has just been done. */
  readonly note?: string | undefined;
}

interface Framed {
  readonly title: string;
  readonly lead?: Renderable;
  readonly content: Renderable;
  /** Only the overview leads nowhere back. */
  readonly back?: boolean;
  /** File names of further stylesheets and modules. */
  readonly assets?: readonly string[];
}

/** A page of the account: whose it is on top, then its cards in one column. */
export function accountFrame({ site, account, note }: OwnPage, { title, lead, content, back = true, assets = [] }: Framed): Html {
  const { words } = site;
  return document({
    title,
    site,
    assets: ['account.css', ...assets],
    body: html`<header class="account-head">
${mark(site)}
<div class="whose">${accountLine(account)} <a id="switch-account" href="/account/switch">${words['account.switch']}</a></div>
</header>
<main class="account">
${back && html`<nav><a class="back" href="/account">${words['account.back']}</a></nav>`}
<h1>${title}</h1>
${lead !== undefined && html`<p class="lead">${lead}</p>`}
${note !== undefined && html`<p class="note" role="status">${note}</p>`}
${content}
</main>
${links(site)}`,
  });
}

/** A form of the account, tied to the session of its page. */
export function ownForm({ session }: OwnPage, action: `/account/${string}`, content: Renderable): Html {
  return html`<form method="post" action="${action}">
<input type="hidden" name="session" value="${session}">
${content}
</form>`;
}

/** The pages of a list around the one that is shown. */
export interface Pager {
  readonly previous: number | undefined;
  readonly next: number | undefined;
}

/** The ways to the pages of a list around this one; none where there is only one. */
export function pagerLinks({ site }: OwnPage, path: `/account/${string}`, { previous, next }: Pager): Renderable {
  const { words } = site;
  const link = (page: number | undefined, rel: 'prev' | 'next', text: string) =>
    page !== undefined && html`<a class="button" rel="${rel}" href="${path}?page=${String(page)}">${text}</a>`;
  return (
    (previous !== undefined || next !== undefined) &&
    html`<nav class="pager" aria-label="${words['account.pages']}">${link(previous, 'prev', words['account.page_previous'])}${link(next, 'next', words['account.page_next'])}</nav>
`
  );
}

/** A card with a heading. */
export function card(heading: string | undefined, content: Renderable): Html {
  return html`<section class="card">
${heading !== undefined && html`<h2>${heading}</h2>`}
${content}
</section>
`;
}

/** The way back out of a form that changes nothing. */
export function cancelLink({ site }: OwnPage, href: `/account${string}` = '/account'): Html {
  return html`<a class="button" href="${href}">${site.words['account.cancel']}</a>`;
}
