import { createRequire } from 'node:module';
import { en } from './en.ts';
import type { Locale } from './locale.ts';

/** Names a sentence. */
export type WordsKey = keyof typeof en;

/** Every sentence of one language. What is open in one stands as `{name}`. */
export type Words = Readonly<Record<WordsKey, string>>;

/**
 * A server starts with English alone: seven catalogues would cost it a tenth of its time to start. Each other language is
 * read by the first page that speaks it, and at once, since a page is made in one go.
 */
const load = createRequire(import.meta.url);
const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
const catalogues = new Map<Locale, Words>([['en', en]]);

function catalogueOf(locale: Locale): Words {
  const known = catalogues.get(locale);
  if (known !== undefined) {
    return known;
  }
  const catalogue = (load(`./${locale}${extension}`) as Readonly<Record<Locale, Words>>)[locale];
  catalogues.set(locale, catalogue);
  return catalogue;
}

/** The sentences of a locale, with those that a tenant has put in their place. */
export function wordsOf(locale: Locale, ownTexts?: Partial<Words>): Words {
  const catalogue = catalogueOf(locale);
  return ownTexts === undefined ? catalogue : { ...catalogue, ...ownTexts };
}

/** Fills in a sentence for plain text. A name that nobody fills stays as it is. */
export function fill(sentence: string, values: Readonly<Record<string, string>>): string {
  return sentence.replace(placeholder, (whole, name: string) => values[name] ?? whole);
}

/** One language's part of a catalogue: every key of the English part. */
export type Translation<Part extends Readonly<Record<string, string>>> = Readonly<Record<keyof Part, string>>;

/** What is open in a sentence: `{name}`. */
export const placeholder = /\{([a-z]+)\}/g;
