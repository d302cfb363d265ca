import type { Tenant } from '../oauth/context.ts';
import { fill, wordsOf } from '../words/words.ts';
import { inUnits } from '../words/time.ts';
import { directionOf, type Locale } from '../words/locale.ts';
import type { MailKind } from './kinds.ts';
import type { Mail } from './mailer.ts';

/** A mail in words, before it is laid out: what its text and its HTML have in common. */
export interface Composition {
  readonly subject: string;
  readonly heading: string;
  /** Before the code or button. */
  readonly paragraphs: readonly string[];
  readonly code?: string | undefined;
  readonly facts?: readonly { readonly name: string; readonly value: string }[];
  readonly button?: { readonly text: string; readonly href: string } | undefined;
  /** Below everything else. */
  readonly small: readonly string[];
}

/** Puts a mail into the tenant's own words, where it has some, in the reader's language. */
export function compose(tenant: Tenant, { locale, content }: Mail): Composition {
  const words = wordsOf(locale, tenant.settings.texts[locale]);
  const names = { tenant: setApart(locale, tenant.displayName) };
  const footer = fill(words['mail.footer'], { ...names, host: setApart(locale, new URL(tenant.issuer).host) });
  switch (content.kind) {
    case 'code': {
      const { purpose, code, link, minutes } = content;
      return {
        subject: fill(words[`mail.${purpose}.subject`], names),
        heading: fill(words[`mail.${purpose}.heading`], names),
        paragraphs: [words['mail.greeting_code']],
        code: `${code.slice(0, 4)} ${code.slice(4)}`,
        button: link === undefined ? undefined : { text: words[`mail.${purpose}.button`], href: link },
        small: [fill(words['mail.code_validity'], { minutes: inUnits(locale, minutes, 'minute') }), words['mail.never_share'], words['mail.ignore'], footer],
      };
    }
    case 'notice': {
      const { event, at, where, link } = content;
      return {
        subject: fill(words[`mail.notice.${event}.subject`], names),
        heading: words[`mail.notice.${event}.heading`],
        paragraphs: [words['mail.notice.text']],
        facts: [
          { name: words['mail.notice.when'], value: at },
          where === undefined ? { name: words['mail.notice.who'], value: words['mail.notice.operator'] } : { name: words['mail.notice.where'], value: where },
        ],
        button: { text: words['mail.notice.button'], href: link },
        small: [footer],
      };
    }
    default:
      return {
        subject: fill(words[`mail.${content.kind}.subject`], names),
        heading: fill(words[`mail.${content.kind}.heading`], names),
        paragraphs: [fill(words[`mail.${content.kind}.text`], validity(locale, content))],
        button: { text: words[`mail.${content.kind}.button`], href: content.link },
        small: content.kind === 'invitation' ? [footer] : [words['mail.ignore'], footer],
      };
  }
}

/** A name in a sentence from right to left, kept in its own direction (UAX #9: FSI and PDI); subjects and plain text have no `bdi`. */
function setApart(locale: Locale, name: string): string {
  return directionOf(locale) === 'rtl' ? `\u2068${name}\u2069` : name;
}

function validity(locale: Locale, content: MailKind): Readonly<Record<string, string>> {
  return {
    ...('minutes' in content && { minutes: inUnits(locale, content.minutes, 'minute') }),
    ...('days' in content && { days: inUnits(locale, content.days, 'day') }),
  };
}
