import { describe, type Failure, failures } from '../oauth/failures.ts';
import { errorPage } from '../pages/error.ts';
import type { Exchange } from './exchange.ts';
import type { Reply } from './reply.ts';

/** What the person reads: what happened in their terms, and what they can do. */
const forThePerson: Partial<Record<Failure['reason'], { readonly title: string; readonly explanation: string }>> = {
  client_unknown_page: {
    title: 'Unknown application',
    explanation: 'The application that sent you here is not known on this site. Go back to it and try again; if that does not help, tell its makers.',
  },
  redirect_uri_mismatch: {
    title: 'The way back is not safe',
    explanation: 'The application asked us to send you to an address that is not registered for it, so we stopped here. Nothing has been sent.',
  },
  logout_redirect_uri_mismatch: {
    title: 'The way back is not safe',
    explanation: 'The application asked us to send you to an address that is not registered for it, so we stopped here. You are still signed in.',
  },
  form_from_elsewhere: {
    title: 'This form came from another site',
    explanation: 'We only take forms that our own pages have sent. Go back to the application and start again.',
  },
};

const otherwise = {
  title: 'This request cannot be completed',
  explanation: 'The application that sent you here made a request that we do not understand. Go back to it and try again; if that does not help, tell its makers.',
};

/**
 * A failure as a page: one clear sentence for the person, and for the developer the parameter, what was expected
 * and what came. It never names what is registered; the log does.
 */
export function failurePage(exchange: Exchange, failure: Failure): Reply {
  const { title, explanation } = forThePerson[failure.reason] ?? otherwise;
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
  return {
    kind: 'page',
    status: pageStatus(failures[failure.reason].status),
    page: errorPage({
      tenant: { name: exchange.context.tenant.displayName },
      title,
      explanation,
      details: rows.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }])),
      correlationId: exchange.correlationId,
    }),
    failure,
  };
}

/** A person's browser has not failed to authenticate: everything but origin and size is a bad request. */
function pageStatus(status: number): 400 | 403 | 413 | 415 {
  return status === 403 || status === 413 || status === 415 ? status : 400;
}

/** The page for a form that came without its sealed request: too late, from elsewhere, or without cookies. */
export function lostInteractionPage(exchange: Exchange): Reply {
  const cookieless = exchange.cookies.get('browser') === undefined;
  return {
    kind: 'page',
    status: 400,
    page: errorPage({
      tenant: { name: exchange.context.tenant.displayName },
      title: cookieless ? 'Your browser sent no cookie' : 'This page is no longer valid',
      explanation: cookieless
        ? 'Signing in needs cookies. Allow them for this site, then go back to the application and start again.'
        : 'It was open for too long, or was opened in another browser. Go back to the application and start again.',
      details: [],
      correlationId: exchange.correlationId,
    }),
  };
}
