import { describe, expect, it } from 'vitest';
import { en } from '../../src/words/en.ts';
import { type Locale, locales } from '../../src/words/locale.ts';
import { inTime, inUnits } from '../../src/words/time.ts';
import { fill, type WordsKey, wordsOf } from '../../src/words/words.ts';

const keys = Object.keys(en) as WordsKey[];
const translations = locales.filter((locale) => locale !== 'en');

/** What may read as in English, and why. */
const sameAsEnglish: Partial<Record<Locale, readonly WordsKey[]>> = {
  // German took the words “Name” and “Passkey(s)” as they are.
  de: ['account.name', 'account.passkeys', 'set_up_factor.choose_passkey'],
  // The French word is the English one.
  fr: ['account.applications'],
  // Spanish says no as English does.
  es: ['account.no'],
};

function namesIn(sentence: string): readonly string[] {
  return [...sentence.matchAll(/\{[^}]*\}/g)].map(([name]) => name).sort();
}

/** The keys of a language whose sentences are not as they should be. */
function keysWhere(locale: Locale, isWrong: (sentence: string, key: WordsKey) => boolean): readonly string[] {
  const words = wordsOf(locale);
  return keys.filter((key) => isWrong(words[key], key));
}

describe.each(locales)('the catalogue of %s', (locale) => {
  it('has exactly the keys of English, in the same order', () => {
    expect(Object.keys(wordsOf(locale))).toStrictEqual(keys);
  });

  it('leaves open what English leaves open', () => {
    const words = wordsOf(locale);
    expect(Object.fromEntries(keys.map((key) => [key, namesIn(words[key])]))).toStrictEqual(Object.fromEntries(keys.map((key) => [key, namesIn(en[key])])));
  });

  it('has braces around nothing but names', () => {
    expect(keysWhere(locale, (sentence) => /[{}]/.test(sentence.replaceAll(/\{[a-z]+\}/g, '')))).toStrictEqual([]);
  });

  it('has no empty sentence, no space at either end, no two spaces in a row', () => {
    expect(keysWhere(locale, (sentence) => sentence === '' || sentence !== sentence.trim() || /\s\s/.test(sentence))).toStrictEqual([]);
  });

  /** A number in a sentence that runs from right to left: kept apart, and given back at its end. */
  const isolated = /\u2066[^\u2066-\u2069]*\u2069/g;

  it('holds one line of text each, without marks that turn its direction', () => {
    expect(keysWhere(locale, (sentence) => /[\p{Cc}\p{Cs}\u2028-\u202e\u2066-\u2069<>&]/u.test(sentence.replaceAll(isolated, '')))).toStrictEqual([]);
  });

  it('leaves nothing open once it is filled in, and a length of time fits', () => {
    for (const count of [1, 2, 3, 11, 30]) {
      const values = { minutes: inUnits(locale, count, 'minute'), time: inUnits(locale, count, 'minute'), days: inUnits(locale, count, 'day') };
      expect(fill(wordsOf(locale)['mail.code_validity'], values)).toContain(values.minutes);
      expect(fill(wordsOf(locale)['sign_in.too_many_attempts'], values)).toContain(values.time);
      expect(fill(wordsOf(locale)['second_factor.remember'], values)).toContain(values.days);
    }
    expect(inTime(locale, 0)).toMatch(/UTC/);
  });
});

describe.each(translations)('the translation to %s', (locale) => {
  it('reads as English only where the word is the same', () => {
    expect(keysWhere(locale, (sentence, key) => sentence === en[key])).toStrictEqual(keys.filter((key) => sameAsEnglish[locale]?.includes(key)));
  });

  it('has no straight apostrophe and no straight quotation mark', () => {
    expect(keysWhere(locale, (sentence) => /['"]/.test(sentence))).toStrictEqual([]);
  });
});

it('French has a narrow no-break space before ? ! : ; and inside « »', () => {
  expect(keysWhere('fr', (sentence) => /(?:^|[^\u202f])[?!:;»]|«(?!\u202f)/.test(sentence))).toStrictEqual([]);
});

it('Spanish opens what it asks', () => {
  expect(keysWhere('es', (sentence) => [...sentence.matchAll(/\?/g)].length !== [...sentence.matchAll(/¿/g)].length)).toStrictEqual([]);
});

it('a tenant’s own sentence stands in the place of ours, in its language only', () => {
  const own = { 'sign_in.title': 'Kommen Sie herein' };
  expect(wordsOf('de', own)['sign_in.title']).toBe('Kommen Sie herein');
  expect(wordsOf('de', own)['sign_in.submit']).toBe('Anmelden');
  expect(wordsOf('de')['sign_in.title']).toBe('Anmelden');
});
