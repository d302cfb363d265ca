import type { Locale } from '../words/locale.ts';

/** A length of time in the locale's own plural: `3 minutes`, `1 minute`. */
export function inMinutes(locale: Locale, minutes: number): string {
  return new Intl.NumberFormat(locale, { style: 'unit', unit: 'minute', unitDisplay: 'long' }).format(minutes);
}

/** The same in days: `30 days`. */
export function inDays(locale: Locale, days: number): string {
  return new Intl.NumberFormat(locale, { style: 'unit', unit: 'day', unitDisplay: 'long' }).format(days);
}
