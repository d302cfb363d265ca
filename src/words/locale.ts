/** The languages that people are spoken to in, as BCP 47 names them. The first is the one that catalogues are translated from. */
export const locales = [
  'en',
  'de',
  'fr',
  'es',
  'pt',
  'ja',
  'ar',
] as const;
export type Locale = (typeof locales)[number];

/** Which way a locale is written. */
export function directionOf(locale: Locale): 'ltr' | 'rtl' {
  return locale === 'ar' ? 'rtl' : 'ltr';
}

/** The first of the wanted language tags that is spoken, by its language alone where need be (RFC 4647 §3.4). */
export function chooseLocale(wanted: readonly string[], otherwise: Locale): Locale {
  for (const tag of wanted) {
    const language = tag.toLowerCase().split(/[-_]/)[0];
    const spoken = locales.find((locale) => locale === language);
    if (spoken !== undefined) {
      return spoken;
    }
  }
  return otherwise;
}

/** The longest Accept-Language that is read, in characters; a browser's has well under a hundred. */
const maximumLength = 1000;

/** How much something is wanted (RFC 9110 §12.4.2). */
const qvalue = /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/;

/** The language tags of an Accept-Language header, the most wanted first (RFC 9110 §12.5.4). */
export function readAcceptLanguage(header: string | null): readonly string[] {
  return (header ?? '')
    .slice(0, maximumLength)
    .split(',')
    .flatMap((part) => {
      const [tag = '', ...parameters] = part.replaceAll(/[ \t]/g, '').split(';');
      const weight = parameters.find((parameter) => /^q=/i.test(parameter))?.slice(2) ?? '1';
      const quality = qvalue.test(weight) ? Number(weight) : 0;
      return tag !== '' && quality > 0 ? [{ tag, quality }] : [];
    })
    .sort((a, b) => b.quality - a.quality)
    .map(({ tag }) => tag);
}
