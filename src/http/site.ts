import type { Interaction } from '../flow/interaction.ts';
import type { PageBrand, PageSite } from '../pages/models.ts';
import type { TenantBrand } from '../store/tenant-settings.ts';
import { chooseLocale, type Locale, readAcceptLanguage } from '../words/locale.ts';
import { wordsOf } from '../words/words.ts';
import { brandPaths } from './brand-paths.ts';
import type { Exchange } from './exchange.ts';
import type { RequestHeaders } from './incoming.ts';

/** Whose page a request gets, and in which language: what the application asked for, then what the browser prefers. */
export function siteOf(
  exchange: Pick<Exchange, 'context' | 'headers'>,
  interaction?: { readonly request: Pick<Interaction['request'], 'uiLocales'> },
): PageSite {
  const { displayName, settings } = exchange.context.tenant;
  const locale = localeOf(exchange.headers, interaction?.request.uiLocales);
  return { name: displayName, locale, words: wordsOf(locale, settings.texts[locale]), brand: brandOf(settings.brand) };
}

/** A page of nobody: the host leads to no tenant, or the tenant could not be asked for. */
export function siteOfNobody(headers: RequestHeaders): PageSite {
  const locale = localeOf(headers);
  return { name: undefined, locale, words: wordsOf(locale), brand: {} };
}

function localeOf(headers: RequestHeaders, asked: readonly string[] = []): Locale {
  return chooseLocale([...asked, ...readAcceptLanguage(headers.get('accept-language'))], 'en');
}

function brandOf(brand: TenantBrand): PageBrand {
  const { termsUri, privacyUri } = brand;
  return { ...brandPaths(brand), terms: termsUri ?? undefined, privacy: privacyUri ?? undefined };
}
