import type { Reply } from './reply.ts';

type Page = Extract<Reply, { kind: 'page' }>;

/** Headers by their names. A plain object, which Node sends as it is; `Headers` would be sorted and copied for each response. */
export type HeaderFields = Record<string, string>;

/** The headers of every response, whatever it is. */
export function commonHeaders(secure: boolean): HeaderFields {
  return {
    'X-Content-Type-Options': 'nosniff',
    // Not no-referrer: browsers would then send `Origin: null` with our own forms.
    'Referrer-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    ...(secure && { 'Strict-Transport-Security': 'max-age=31536000' }),
  };
}

/** Adds what protects a page in a browser (RFC 9700 §4.16). */
export function addPageHeaders(headers: HeaderFields, reply: Page): void {
  headers['Content-Type'] = 'text/html; charset=utf-8';
  headers['Cache-Control'] = 'no-store';
  headers['Content-Security-Policy'] = contentSecurityPolicy(reply.leadsTo);
  headers['X-Frame-Options'] = 'DENY';
  headers['Cross-Origin-Opener-Policy'] = reply.popup === true ? 'unsafe-none' : 'same-origin';
  headers['Permissions-Policy'] = 'camera=(), geolocation=(), microphone=(), payment=(), usb=()';
  if (reply.retryAfter !== undefined) {
    headers['Retry-After'] = String(reply.retryAfter);
  }
}

/**
 * Chromium applies form-action to every redirect that follows a form, on into the relying party's own; naming
 * only the redirect URI's origin would break applications that redirect once more
 * (docs/decisions/0008-form-action.md). So the scheme is named.
 */
function contentSecurityPolicy(leadsTo: string | undefined): string {
  const scheme = leadsTo === undefined ? undefined : leadsTo.slice(0, leadsTo.indexOf(':') + 1);
  const schemes = scheme === undefined ? [] : [...new Set([scheme, 'https:'])];
  return [
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    ["form-action 'self'", ...schemes].join(' '),
  ].join('; ');
}
