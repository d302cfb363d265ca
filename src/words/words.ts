import { ar } from './ar.ts';
import { de } from './de.ts';
import { en } from './en.ts';
import { es } from './es.ts';
import { fr } from './fr.ts';
import { ja } from './ja.ts';
import type { Locale } from './locale.ts';
import { pt } from './pt.ts';

/** Names a sentence. */
export type WordsKey = keyof typeof en;

/** Every sentence of one language. What is open in one stands as `{name}`. */
export type Words = Readonly<Record<WordsKey, string>>;

const catalogues: Readonly<Record<Locale, Words>> = {
  en,
  de,
  fr,
  es,
  pt,
  ja,
  ar,
};

/** The sentences of a locale, with those that a tenant has put in their place. */
export function wordsOf(locale: Locale, ownTexts: Partial<Words> = {}): Words {
  return { ...catalogues[locale], ...ownTexts };
}

/** Fills in a sentence for plain text. A name that nobody fills stays as it is. */
export function fill(sentence: string, values: Readonly<Record<string, string>>): string {
  return sentence.replace(placeholder, (whole, name: string) => values[name] ?? whole);
}

/** One language's part of a catalogue: every key of the English part. */
export type Translation<Part extends Readonly<Record<string, string>>> = Readonly<Record<keyof Part, string>>;

/** What is open in a sentence: `{name}`. */
export const placeholder = /\{([a-z]+)\}/g;
