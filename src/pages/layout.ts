import { assetHref } from './assets.ts';
import { html } from './html.ts';
import type { Html, Renderable } from './html.ts';
import type { PageAccount, PageClient, PageTenant } from './models.ts';
import { monogram } from './monogram.ts';

interface Document {
  readonly title: string;
  readonly tenant?: PageTenant | undefined;
  /** File names of the stylesheets and modules that this page adds to the common stylesheet. */
  readonly assets?: readonly string[];
  readonly body: Html;
}

function assetTag(name: string): Html {
  return name.endsWith('.css')
    ? html`<link rel="stylesheet" href="${assetHref(name)}">`
    : html`<script type="module" src="${assetHref(name)}"></script>`;
}

/** A whole HTML document. Nothing in it is inline: it works under `default-src 'none'` with `'self'` assets. */
export function document({ title, tenant, assets = [], body }: Document): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${title}${tenant && ` · ${tenant.name}`}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<link rel="icon" type="image/svg+xml" href="${assetHref('icon.svg')}">
${['style.css', ...assets].map(assetTag)}
</head>
<body>
${body}
</body>
</html>
`;
}

interface Slip extends Omit<Document, 'body'> {
  readonly heading?: string;
  readonly content: Renderable;
  /** What stands below the perforation: where the person goes next, or what only a developer needs. */
  readonly stub?: Renderable;
}

/** A page of one card: the tenant's mark, one heading, one thing to do, and a stub to tear off. */
export function slip({ heading, content, stub, ...page }: Slip): Html {
  const { tenant, title, assets = [] } = page;
  return document({
    ...page,
    assets: ['slip.css', ...assets],
    body: html`<main class="slip">
${tenant && html`<p class="brand">${monogram(tenant.name)}<bdi>${tenant.name}</bdi></p>`}
<div class="main">
<h1>${heading ?? title}</h1>
${content}
</div>
${stub && html`<div class="stub">${stub}</div>`}
</main>`,
  });
}

/** A client's name, kept apart from our own words: it may be long, and written in any direction. */
export function clientName(client: PageClient): Html {
  return html`<bdi class="client">${client.name}</bdi>`;
}

/** The account in question, by name and address. */
export function accountLine(account: PageAccount): Html {
  return html`<span class="who"><bdi>${account.name}</bdi> <bdi class="email">${account.email}</bdi></span>`;
}
