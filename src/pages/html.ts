import { placeholder } from '../words/words.ts';

class HtmlText {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

/** Text that is safe to send as HTML. Only {@link html} makes it: a plain string never has this type. */
export type Html = HtmlText;

/** What may stand in a template: text is escaped, undefined and false render nothing. */
export type Renderable = Html | string | number | undefined | false | readonly Renderable[];

// U+2028 and U+2029 end a line in older script parsers: a value copied into a script must not break out of it.
const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '\u2028': '&#8232;',
  '\u2029': '&#8233;',
};

function render(value: Renderable): string {
  if (value === undefined || value === false) {
    return '';
  }
  if (value instanceof HtmlText) {
    return value.toString();
  }
  if (typeof value === 'object') {
    return value.map(render).join('');
  }
  return String(value).replace(/[&<>"'\u2028\u2029]/g, (character) => escapes[character] ?? '');
}

/** Template tag for HTML that escapes every interpolated value. Attribute values must stand in quotes. */
export function html(strings: TemplateStringsArray, ...values: readonly Renderable[]): Html {
  return new HtmlText(strings.map((text, index) => text + render(values[index])).join(''));
}

/** A sentence of the catalogue as HTML, with what it leaves open filled in; everything is escaped. */
export function phrase(sentence: string, values: Readonly<Record<string, Renderable>>): Html {
  // Splitting by a group gives text and names in turn.
  const parts = sentence.split(placeholder);
  return new HtmlText(parts.map((part, index) => render(index % 2 === 0 ? part : (values[part] ?? `{${part}}`))).join(''));
}

/** The document as a string, ready to be sent as `text/html; charset=utf-8`. */
export function toText(page: Html): string {
  return page.toString();
}
