import { directionOf, type Locale } from '../words/locale.ts';
import { assetHref } from './assets.ts';
import { html } from './html.ts';
import type { Html, Renderable } from './html.ts';
import { safeHref } from './links.ts';
import type { PageAccount, PageClient, PageSite } from './models.ts';
import { monogram } from './monogram.ts';

interface Document {
  readonly title: string;
  readonly site: PageSite;
  /** File names of the stylesheets and modules that this page adds to the common stylesheet. */
  readonly assets?: readonly string[];
  readonly body: Html;
}

function assetTag(name: string): Html {
  return name.endsWith('.css')
    ? html`<link rel="stylesheet" href="${assetHref(name)}">`
    : html`<script type="module" src="${assetHref(name)}"></script>`;
}

/** What a language asks for beside the common stylesheets; it weighs nothing on the pages of the others. */
function languageStyles(locale: Locale): readonly string[] {
  return [...(directionOf(locale) === 'rtl' ? ['rtl.css'] : []), ...(locale === 'ja' ? ['ja.css'] : [])];
}

/** A whole HTML document. Nothing in it is inline: it works under `default-src 'none'` with `'self'` assets. */
export function document({ title, site, assets = [], body }: Document): Html {
  const { brand, locale, name } = site;
  return html`<!doctype html>
<html lang="${locale}" dir="${directionOf(locale)}">
<head>
<meta charset="utf-8">
<title>${title}${name !== undefined && ` · ${name}`}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
${brand.icon === undefined ? html`<link rel="icon" type="image/svg+xml" href="${assetHref('icon.svg')}">` : html`<link rel="icon" href="${brand.icon}">`}
${['style.css', ...assets, ...languageStyles(locale)].map(assetTag)}
${brand.stylesheet !== undefined && html`<link rel="stylesheet" href="${brand.stylesheet}">`}
</head>
<body>
${body}
</body>
</html>
`;
}

interface Slip extends Omit<Document, 'body'> {
  readonly heading?: string | Html;
  readonly content: Renderable;
  /** What stands below the perforation: where the person goes next, or what only a developer needs. */
  readonly stub?: Renderable;
}

/** A page of one card: the tenant's mark, one heading, one thing to do, and a stub to tear off. */
export function slip({ heading, content, stub, ...page }: Slip): Html {
  const { site, title, assets = [] } = page;
  return document({
    ...page,
    assets: ['slip.css', ...assets],
    body: html`<main class="slip">
${mark(site)}
<div class="main">
<h1>${heading ?? title}</h1>
${content}
</div>
${stub && html`<div class="stub">${stub}</div>`}
</main>
${links(site)}`,
  });
}

/** The tenant's logo, or its monogram with its name. */
export function mark({ name, brand }: PageSite): Html | undefined {
  if (name === undefined) {
    return undefined;
  }
  return html`<p class="brand">${brand.logo === undefined ? html`${monogram(name)}<bdi>${name}</bdi>` : html`<img class="logo" src="${brand.logo}" alt="${name}">`}</p>`;
}

/** The way to the tenant's terms and privacy notice, below every page. */
export function links({ brand, words }: PageSite): Html | undefined {
  const [terms, privacy] = [safeHref(brand.terms), safeHref(brand.privacy)];
  return terms === undefined && privacy === undefined
    ? undefined
    : html`<footer class="links">${terms && html`<a href="${terms}" rel="noreferrer">${words['common.terms']}</a>`} ${privacy && html`<a href="${privacy}" rel="noreferrer">${words['common.privacy']}</a>`}</footer>`;
}

/** A client's name, kept apart from our own words: it may be long, and written in any direction. */
export function clientName(client: PageClient): Html {
  return html`<bdi class="client">${client.name}</bdi>`;
}

/** The account in question, by name and address. */
export function accountLine(account: PageAccount): Html {
  return html`<span class="who"><bdi>${account.name}</bdi> <bdi class="email">${account.email}</bdi></span>`;
}
