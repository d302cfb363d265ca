import type { Draft } from './draft.ts';
import { commonHeaders, type HeaderFields } from './headers.ts';

/**
 * CORS for the endpoints that single-page applications call: any origin, never with credentials, since these
 * endpoints read no cookie (RFC 9700 §2.6 keeps the authorization endpoint out).
 */
export function addCorsHeaders(headers: HeaderFields): void {
  headers['Access-Control-Allow-Origin'] = '*';
  headers['Access-Control-Expose-Headers'] = 'WWW-Authenticate, Retry-After';
  // The common default forbids what CORS has just allowed.
  headers['Cross-Origin-Resource-Policy'] = 'cross-origin';
}

/** The answer to a preflight request. */
export function preflight(methods: readonly string[], secure: boolean): Draft {
  const headers = commonHeaders(secure);
  headers['Access-Control-Allow-Methods'] = methods.join(', ');
  // Applications send what their HTTP library adds to every request, such as X-Requested-With: it is ignored here, and
  // must not keep the browser from asking. The star stands for all but Authorization (Fetch, CORS-preflight fetch).
  headers['Access-Control-Allow-Headers'] = 'Authorization, Content-Type, *';
  headers['Access-Control-Max-Age'] = '7200';
  return { status: 204, headers, body: null };
}
