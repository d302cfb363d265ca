import type { Exchange } from '../exchange.ts';
import { failurePage } from '../failure-page.ts';
import { ownLocation, type Reply } from '../reply.ts';

/** The longest address that we send a browser to, in characters; servers and proxies refuse longer ones. */
const maximumLength = 16_000;

/**
 * Takes up a form from another site by GET: it came without our Lax cookies, and after the redirect the browser
 * sends them. Only the parameters that the endpoint knows go along, repeated ones too, so that they are refused.
 */
export function restartByGet(exchange: Exchange, path: '/authorize' | '/logout', known: readonly string[]): Reply {
  const to = ownLocation(path, new URLSearchParams([...exchange.form].filter(([name]) => known.includes(name))));
  return to.length > maximumLength
    ? failurePage(exchange, { reason: 'body_too_large', expected: `at most ${maximumLength} characters`, received: `${to.length} characters` })
    : { kind: 'redirect', to };
}
