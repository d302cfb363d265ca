import { describe, failures } from '../oauth/failures.ts';
import type { Outcome } from '../oauth/outcome.ts';
import { toText } from '../pages/html.ts';
import { setCookieLine } from './cookies.ts';
import type { Draft } from './draft.ts';
import { addPageHeaders, commonHeaders, type HeaderFields } from './headers.ts';
import type { Reply } from './reply.ts';

/** Drafts the response of a reply: the only place that does. */
export function respond(reply: Reply, issuer: string): Draft {
  const secure = issuer.startsWith('https:');
  const headers = commonHeaders(secure);
  const cookies = reply.cookies?.map((change) => setCookieLine(change, secure)) ?? [];
  switch (reply.kind) {
    case 'page':
      addPageHeaders(headers, reply);
      return { status: reply.status, headers, cookies, body: toText(reply.page) };
    case 'redirect':
      headers['Location'] = reply.to;
      headers['Cache-Control'] = 'no-store';
      // RFC 9700 §4.12: 303 turns a POST into a GET, so that no form with a password is ever sent on.
      return { status: 303, headers, cookies, body: null };
    case 'document':
      headers['Content-Type'] = reply.type ?? 'application/json';
      headers['Cache-Control'] = `public, max-age=${reply.maxAge}`;
      return { status: 200, headers, body: textOf(reply.body) };
    case 'asset':
      headers['Content-Type'] = reply.asset.type;
      headers['Cache-Control'] = 'public, max-age=31536000, immutable';
      return { status: 200, headers, body: reply.asset.body };
    case 'attachment':
      headers['Content-Type'] = 'application/json';
      headers['Content-Disposition'] = `attachment; filename="${reply.fileName}"`;
      headers['Cache-Control'] = 'no-store';
      return { status: 200, headers, cookies, body: `${JSON.stringify(reply.body, undefined, 2)}\n` };
    case 'outcome':
      return respondOutcome(reply.outcome, headers, issuer);
  }
}

/** Public documents are asked for again and again; as long as one is the same object, it is written as JSON once. */
const texts = new WeakMap<object, string>();

function textOf(document: object): string {
  let text = texts.get(document);
  if (text === undefined) {
    text = JSON.stringify(document);
    texts.set(document, text);
  }
  return text;
}

function respondOutcome(outcome: Outcome, headers: HeaderFields, issuer: string): Draft {
  // RFC 6749 §5.1: nothing that carries tokens or credentials may be cached.
  headers['Cache-Control'] = 'no-store';
  headers['Pragma'] = 'no-cache';
  headers['Content-Type'] = 'application/json';
  if (outcome.kind === 'empty') {
    // RFC 7009 §2.2: clients ignore this body. Some read it as JSON first, and fail where it is none.
    return { status: 200, headers, body: '{}' };
  }
  if (outcome.kind === 'json') {
    return { status: 200, headers, body: JSON.stringify(outcome.body) };
  }
  const { failure, challenge, retryAfter } = outcome;
  const { status } = failures[failure.reason];
  const body = describe(failure);
  if (challenge === 'Basic' && status === 401) {
    headers['WWW-Authenticate'] = `Basic realm="${issuer}", charset="UTF-8"`;
  }
  if (retryAfter !== undefined) {
    headers['Retry-After'] = String(retryAfter);
  }
  if (challenge === 'Bearer') {
    // RFC 6750 §3.1: a request without any token is told no error code.
    const detail = failure.reason === 'token_missing' ? '' : `, error="${body.error}", error_description="${body.error_description}"`;
    headers['WWW-Authenticate'] = `Bearer realm="${issuer}"${detail}`;
  }
  return { status, headers, body: JSON.stringify(body) };
}
