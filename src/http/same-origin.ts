import type { RequestHeaders } from './incoming.ts';

/**
 * Whether a form was sent by one of our own pages. Browsers say so in Sec-Fetch-Site or, older ones, in Origin;
 * what sends neither is no browser that could be abused, and the sealed request in the form has to hold anyway.
 */
export function isSameOrigin(headers: RequestHeaders, issuer: string): boolean {
  const site = headers.get('sec-fetch-site');
  const origin = headers.get('origin');
  if (site !== null && site !== 'same-origin' && site !== 'none') {
    return false;
  }
  return origin === null || origin === issuer;
}

/** Whether a browser says that the request was started by another site; its Lax cookies are missing then. */
export function isCrossSite(headers: RequestHeaders): boolean {
  const site = headers.get('sec-fetch-site');
  return site === 'cross-site' || site === 'same-site';
}
