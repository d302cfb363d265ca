/**
 * CORS for the endpoints that single-page applications call: any origin, never with credentials, since these
 * endpoints read no cookie (RFC 9700 §2.6 keeps the authorization endpoint out).
 */
export function addCorsHeaders(headers: Headers): void {
  headers.set('Access-Control-Allow-Origin', '*');
  headers.set('Access-Control-Expose-Headers', 'WWW-Authenticate, Retry-After');
  // The common default forbids what CORS has just allowed.
  headers.set('Cross-Origin-Resource-Policy', 'cross-origin');
}

/** The answer to a preflight request. */
export function preflight(methods: readonly string[], headers: Headers): Response {
  addCorsHeaders(headers);
  headers.set('Access-Control-Allow-Methods', methods.join(', '));
  headers.set('Access-Control-Allow-Headers', 'Authorization, Content-Type');
  headers.set('Access-Control-Max-Age', '7200');
  return new Response(null, { status: 204, headers });
}
