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
 * Chromium applies form-action to every redirect that follows a form, on into the relying party's own, which may lead to an
 * application's own scheme. So pages that lead back to a client name none; what it guards against is kept away in other ways
 * (docs/decisions/0029-the-way-back-leads-anywhere.md).
 */
function contentSecurityPolicy(leadsTo: string | undefined): string {
  return [
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    // Our scripts make no markup, and nothing that would get into them can.
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
    ...(leadsTo === undefined ? ["form-action 'self'"] : []),
  ].join('; ');
}
