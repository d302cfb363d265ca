import type { Locale } from './locale.ts';

/** A length of time in the locale's own plural: `3 minutes`, `1 minute`. */
export function inUnits(locale: Locale, count: number, unit: 'minute' | 'day'): string {
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(count);
}

/** A moment to the minute, with the time zone that it is told in; a server does not know its reader's by itself. */
export function inTime(locale: Locale, at: number, timeZone = 'UTC'): string {
  const format = { year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', timeZoneName: 'short' } as const;
  try {
    return new Intl.DateTimeFormat(locale, { ...format, timeZone }).format(at);
  } catch {
    // Time zones come and go with versions of the platform.
    return new Intl.DateTimeFormat(locale, { ...format, timeZone: 'UTC' }).format(at);
  }
}
