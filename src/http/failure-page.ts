import { describe, type Failure, failures } from '../oauth/failures.ts';
import { errorPage } from '../pages/error.ts';
import type { Exchange } from './exchange.ts';
import type { Reply } from './reply.ts';
import { siteOf } from './site.ts';

/** The failures of which a person is told what happened in terms of their own; of all others, only what they can do. */
const explained = ['client_unknown_page', 'redirect_uri_mismatch', 'logout_redirect_uri_mismatch', 'form_from_elsewhere'] as const;

/**
 * A failure as a page: one clear sentence for the person, and for the developer the parameter, what was expected
 * and what came. It never names what is registered; the log does.
 */
export function failurePage(exchange: Exchange, failure: Failure): Reply {
  const site = siteOf(exchange);
  const text = explained.find((reason) => reason === failure.reason) ?? 'otherwise';
  return {
    kind: 'page',
    status: pageStatus(failures[failure.reason].status),
    page: errorPage({
      site,
      title: site.words[`error.${text}`],
      explanation: site.words[`error.${text}_detail`],
      details: failureRows(failure),
      correlationId: exchange.correlationId,
    }),
    failure,
  };
}

/** What a developer wants to know of a failure. */
export function failureRows(failure: Failure): readonly { readonly name: string; readonly value: string }[] {
  const { error, error_description } = describe(failure);
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['error', error],
    ['description', error_description],
    ['reason', failure.reason],
    ['parameter', failure.parameter],
    ['expected', failure.expected],
    ['received', failure.received?.slice(0, 300)],
    ['client_id', failure.clientId],
  ];
  return rows.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));
}

/** A person's browser has not failed to authenticate: everything but origin and size is a bad request. */
function pageStatus(status: number): 400 | 403 | 413 | 415 {
  return status === 403 || status === 413 || status === 415 ? status : 400;
}

/** The page for a form that came without its sealed request: too late, from elsewhere, or without cookies. */
export function lostInteractionPage(exchange: Exchange): Reply {
  const site = siteOf(exchange);
  const text = exchange.cookies.get('browser') === undefined ? 'no_cookie' : 'lost';
  return {
    kind: 'page',
    status: 400,
    page: errorPage({
      site,
      title: site.words[`error.${text}`],
      explanation: site.words[`error.${text}_detail`],
      details: [],
      correlationId: exchange.correlationId,
    }),
  };
}
