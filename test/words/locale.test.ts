import { describe, expect, it } from 'vitest';
import { chooseLocale, directionOf, locales, readAcceptLanguage } from '../../src/words/locale.ts';

describe('the choice of a language (RFC 4647 §3.4)', () => {
  it.each([
    [['de'], 'de'],
    [['de-AT'], 'de'],
    [['de-Latn-CH-1996'], 'de'],
    [['DE-at'], 'de'],
    [['fr_CA'], 'fr'],
    [['es-419', 'fr'], 'es'],
    // The first that is spoken, not the first that is asked for.
    [['se', 'tlh', 'fr', 'de'], 'fr'],
    // A range of everything chooses nothing.
    [['*'], 'en'],
    [['*', 'es'], 'es'],
    [['*-DE'], 'en'],
    // Lookup goes from the end of a range, so that a language never hides in the middle.
    [['x-de'], 'en'],
    [['deu'], 'en'],
    [['d'], 'en'],
    [[''], 'en'],
    [['-de', '-'], 'en'],
    [[], 'en'],
    [['__proto__', 'constructor', 'toString'], 'en'],
    [['../de', 'de;', ' de', 'de\0'], 'en'],
  ] as const)('%j is answered in %s', (wanted, expected) => {
    expect(chooseLocale(wanted, 'en')).toBe(expected);
  });

  it('falls back to what it is given', () => {
    expect(chooseLocale(['se'], 'fr')).toBe('fr');
  });

  it('finds every language by its own name, and by that with a region', () => {
    for (const locale of locales) {
      expect(chooseLocale([locale], 'en')).toBe(locale);
      expect(chooseLocale([`${locale.toUpperCase()}-001`], 'en')).toBe(locale);
    }
  });
});

describe('Accept-Language (RFC 9110 §12.5.4)', () => {
  it.each([
    [null, []],
    ['', []],
    [' , ,, ', []],
    ['de', ['de']],
    ['da, en-gb;q=0.8, en;q=0.7', ['da', 'en-gb', 'en']],
    ['en;q=0.7,de;q=0.8,fr', ['fr', 'de', 'en']],
    // What is equally wanted stays in its order.
    ['fr;q=0.5, es;q=0.5, de;q=0.5', ['fr', 'es', 'de']],
    ['de ; q=0.5 , fr ; Q=0.6', ['fr', 'de']],
    ['de;q=0, fr;q=0.000, es;q=0.001', ['es']],
    ['de;q=1.000, fr;q=1.', ['de', 'fr']],
    ['*', ['*']],
    ['*;q=0.5, de', ['de', '*']],
  ])('%j is read as %j', (header, expected) => {
    expect(readAcceptLanguage(header)).toStrictEqual(expected);
  });

  it.each(['NaN', '-1', '', '2', '1.1', 'Infinity', '-Infinity', '1e3', '0x1', '+1', '0.1234', '.5', '1 0', 'a', "'1'"])('a language with q=%s is not wanted', (quality) => {
    expect(readAcceptLanguage(`de;q=${quality}, fr;q=0.1`)).toStrictEqual(['fr']);
  });

  it('reads a bounded part of a header that is far too long, fast', () => {
    const started = performance.now();
    for (const part of ['de,', 'de;q=0.5,', ';', ',', ';q=', ' ', 'a-'.repeat(50), '\t,', 'q=1;'.repeat(10)]) {
      const tags = readAcceptLanguage(part.repeat(Math.ceil(10_240 / part.length)));
      expect(tags.length).toBeLessThanOrEqual(1000);
      expect(locales).toContain(chooseLocale(tags, 'en'));
    }
    expect(performance.now() - started).toBeLessThan(500);
  });

  it('still answers in the language that such a header opens with', () => {
    expect(chooseLocale(readAcceptLanguage(`es,${'x'.repeat(10_240)}`), 'en')).toBe('es');
  });
});

it('Arabic alone is written from right to left', () => {
  for (const locale of locales) {
    expect(directionOf(locale)).toBe((locale as string) === 'ar' ? 'rtl' : 'ltr');
  }
});
