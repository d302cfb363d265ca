import { describe, failures } from '../oauth/failures.ts';
import type { Outcome } from '../oauth/outcome.ts';
import { toText } from '../pages/html.ts';
import { setCookieLine } from './cookies.ts';
import { addPageHeaders, commonHeaders } from './headers.ts';
import type { Reply } from './reply.ts';

/** Makes a response of a reply: the only place that does. */
export function respond(reply: Reply, issuer: string): Response {
  const secure = issuer.startsWith('https:');
  const headers = commonHeaders(secure);
  for (const change of reply.cookies ?? []) {
    headers.append('Set-Cookie', setCookieLine(change, secure));
  }
  switch (reply.kind) {
    case 'page':
      addPageHeaders(headers, reply);
      return new Response(toText(reply.page), { status: reply.status, headers });
    case 'redirect':
      headers.set('Location', reply.to);
      headers.set('Cache-Control', 'no-store');
      // RFC 9700 §4.12: 303 turns a POST into a GET, so that no form with a password is ever sent on.
      return new Response(null, { status: 303, headers });
    case 'document':
      headers.set('Content-Type', 'application/json');
      headers.set('Cache-Control', `public, max-age=${reply.maxAge}`);
      return new Response(JSON.stringify(reply.body), { status: 200, headers });
    case 'asset':
      headers.set('Content-Type', reply.asset.type);
      headers.set('Cache-Control', 'public, max-age=31536000, immutable');
      return new Response(reply.asset.body as Uint8Array<ArrayBuffer>, { status: 200, headers });
    case 'outcome':
      return respondOutcome(reply.outcome, headers, issuer);
  }
}

function respondOutcome(outcome: Outcome, headers: Headers, issuer: string): Response {
  // RFC 6749 §5.1: nothing that carries tokens or credentials may be cached.
  headers.set('Cache-Control', 'no-store');
  headers.set('Pragma', 'no-cache');
  headers.set('Content-Type', 'application/json');
  if (outcome.kind === 'empty') {
    // RFC 7009 §2.2: clients ignore this body. Some read it as JSON first, and fail where it is none.
    return new Response('{}', { status: 200, headers });
  }
  if (outcome.kind === 'json') {
    return new Response(JSON.stringify(outcome.body), { status: 200, headers });
  }
  const { failure, challenge } = outcome;
  const { status } = failures[failure.reason];
  const body = describe(failure);
  if (challenge === 'Basic' && status === 401) {
    headers.set('WWW-Authenticate', `Basic realm="${issuer}", charset="UTF-8"`);
  }
  if (challenge === 'Bearer') {
    // RFC 6750 §3.1: a request without any token is told no error code.
    const detail = failure.reason === 'token_missing' ? '' : `, error="${body.error}", error_description="${body.error_description}"`;
    headers.set('WWW-Authenticate', `Bearer realm="${issuer}"${detail}`);
  }
  return new Response(JSON.stringify(body), { status, headers });
}
