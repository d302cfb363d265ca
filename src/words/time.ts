import type { Locale } from './locale.ts';

/** A length of time in the locale's own plural: `3 minutes`, `1 minute`. */
export function inUnits(locale: Locale, count: number, unit: 'minute' | 'day'): string {
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(count);
}
