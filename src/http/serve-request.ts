import { randomId } from '../core/random.ts';
import type { FlowContext } from '../flow/context.ts';
import type { Visitor } from '../flow/visitor.ts';
import type { Tenant } from '../oauth/context.ts';
import { describe, type Failure, failures } from '../oauth/failures.ts';
import { errorPage } from '../pages/error.ts';
import { type BrowserSessions, readBrowserSessions } from '../session/browser-sessions.ts';
import { StoreUnavailable } from '../store/port.ts';
import { answerAlias } from './aliases.ts';
import { readForm } from './body.ts';
import type { ReadOrigin } from './client-address.ts';
import { readCookies } from './cookies.ts';
import { addCorsHeaders, preflight } from './cors.ts';
import type { Draft } from './draft.ts';
import type { Exchange } from './exchange.ts';
import { failurePage } from './failure-page.ts';
import { findAsset } from './handlers/documents.ts';
import { commonHeaders } from './headers.ts';
import type { Incoming, RequestHeaders } from './incoming.ts';
import { notFoundPage, unknownHostPage } from './not-found.ts';
import { createPlaces, type Place } from './places.ts';
import { redact } from './redact.ts';
import { readRemembered } from './remembered.ts';
import type { Reply } from './reply.ts';
import { respond } from './respond.ts';
import type { Guard, Route } from './routes.ts';
import { isSameOrigin } from './same-origin.ts';
import { siteOfNobody } from './site.ts';
import type { ServeRequest } from './server.ts';
import type { Arrival, ResolveTenant } from './tenant.ts';

/** One line of the access log. It never carries a query, a body or a token. */
export interface AccessLine {
  readonly event: 'request';
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** Milliseconds. */
  readonly duration: number;
  readonly correlationId: string;
  readonly tenant?: string | undefined;
  readonly reason?: string | undefined;
  readonly clientId?: string | undefined;
  readonly parameter?: string | undefined;
  readonly expected?: string | undefined;
  readonly received?: string | undefined;
  readonly detail?: string | undefined;
}

/** What the edge needs to serve requests. */
export interface Edge {
  readonly routes: readonly Route[];
  readonly resolveTenant: ResolveTenant;
  readonly readOrigin: ReadOrigin;
  /** The context of one request: the tenant's, with events that carry the correlation id. */
  readonly contextFor: (tenant: Tenant, correlationId: string) => FlowContext;
  /** Resolves once all that the answer can rest on is durable. */
  readonly settled: () => Promise<void>;
  readonly secure: boolean;
  readonly access: (line: AccessLine, level: 'info' | 'warn' | 'error') => void;
  readonly broken: (error: unknown, correlationId: string) => void;
}

/** As much of a header is told in the log, in characters. */
const longestDetail = 300;

/**
 * Builds the server from the route table. For every request, in this order: the tenant by its host, what an alias answers, the route,
 * the method, the guard, the body, the handler; and one line in the log.
 */
export function createServeRequest(edge: Edge): ServeRequest {
  const findPlace = createPlaces(edge.routes);

  return async (request) => {
    const startedAt = performance.now();
    const correlationId = randomId('req');
    let tenant: Tenant | undefined;
    let failure: Failure | undefined;
    let ambiguous: string | undefined;
    const place = findPlace(request.path);
    const guard: Guard = place?.guard ?? 'page';
    let draft: Draft;
    try {
      const origin = edge.readOrigin(request);
      ambiguous = origin.ambiguous;
      const asset = findAsset(request.method, request.path);
      const arrival = asset === undefined ? await edge.resolveTenant(origin.host) : undefined;
      tenant = arrival?.tenant;
      if (arrival === undefined) {
        draft = respond(asset ?? unknownHostPage(siteOfNobody(request.headers), origin.host), edge.secure ? 'https:' : 'http:');
      } else {
        const reply =
          (await answerAlias(arrival, place, request)) ?? (await dispatch(request, place, openExchange(edge, request, arrival, origin.address, correlationId)));
        // Nothing may be said that rests on what a loss of power would take back.
        await edge.settled();
        failure = 'kind' in reply ? reply.failure : undefined;
        draft = 'kind' in reply ? respond(reply, arrival.tenant.issuer) : reply;
      }
    } catch (error) {
      // A throw is a bug or broken infrastructure: everything about it for the operator, nothing for the caller.
      edge.broken(error, correlationId);
      draft = respondBroken(error instanceof StoreUnavailable ? unavailable : failed, guard, request.headers, correlationId, edge.secure);
    }
    if (guard === 'client_cors') {
      addCorsHeaders(draft.headers);
    }
    const level = draft.status >= 500 ? 'error' : failure === undefined ? 'info' : failures[failure.reason].level;
    edge.access(
      {
        event: 'request',
        method: request.method,
        path: place?.path ?? 'unknown',
        status: draft.status,
        duration: Math.round((performance.now() - startedAt) * 10) / 10,
        correlationId,
        tenant: tenant?.id,
        ...(ambiguous === undefined ? {} : { detail: redact(ambiguous.slice(0, longestDetail)) }),
        ...(failure && redacted(failure)),
      },
      level,
    );
    return draft;
  };
}

function redacted(failure: Failure): Failure {
  const clean = (text: string | undefined) => (text === undefined ? undefined : redact(text));
  const { expected, received, detail, clientId } = failure;
  return { ...failure, expected: clean(expected), received: clean(received), detail: clean(detail), clientId: clean(clientId) };
}

/** Most requests have no query or no form. Nobody writes to what came. */
const noParameters = new URLSearchParams();

function openExchange(edge: Edge, request: Incoming, { tenant, door }: Arrival, address: string, correlationId: string): Exchange {
  const cookies = readCookies(request.headers.get('cookie'), edge.secure);
  const context = edge.contextFor(tenant, correlationId);
  let found: Promise<BrowserSessions> | undefined;
  const sessions = () => (found ??= readBrowserSessions(context, cookies.get('session')));
  return {
    context,
    door,
    method: request.method,
    path: request.path,
    query: request.query === '' ? noParameters : new URLSearchParams(request.query),
    form: noParameters,
    headers: request.headers,
    cookies,
    address,
    correlationId,
    sessions,
    visitor: async () => visitorOf(await sessions(), cookies),
  };
}

function visitorOf({ active, all }: BrowserSessions, cookies: Exchange['cookies']): Visitor {
  return {
    active: active?.session,
    sessions: all.map(({ session }) => session),
    rememberedDevices: readRemembered(cookies),
  };
}

async function dispatch(request: Incoming, place: Place | undefined, exchange: Exchange): Promise<Reply | Draft> {
  if (place === undefined) {
    return notFoundPage(exchange);
  }
  const { methods } = place;
  if (request.method === 'OPTIONS' && place.guard === 'client_cors') {
    return preflight(methods, exchange.context.tenant.issuer.startsWith('https:'));
  }
  const route = place.routes.get(request.method);
  if (route === undefined) {
    return methodNotAllowed(methods, exchange);
  }
  if (route.guard === 'own_form' && !isSameOrigin(request.headers, exchange.context.tenant.issuer)) {
    return failurePage(exchange, { reason: 'form_from_elsewhere', received: request.headers.get('origin') ?? undefined });
  }
  if (request.method === 'HEAD' && route.acts === true) {
    return { status: 204, headers: { ...commonHeaders(exchange.context.tenant.issuer.startsWith('https:')), 'Cache-Control': 'no-store' }, body: null };
  }
  if (route.method !== 'POST') {
    return route.handler(exchange);
  }
  const form = await readForm(request);
  if (!form.ok) {
    return route.guard === 'page' || route.guard === 'own_form'
      ? failurePage(exchange, form.failure)
      : { kind: 'outcome', outcome: { kind: 'failure', failure: form.failure }, failure: form.failure };
  }
  return route.handler({ ...exchange, form: form.value });
}

/** RFC 9110 §15.5.6: the answer names what is allowed. */
function methodNotAllowed(methods: readonly string[], exchange: Exchange): Draft {
  const headers = commonHeaders(exchange.context.tenant.issuer.startsWith('https:'));
  headers['Allow'] = methods.join(', ');
  headers['Content-Type'] = 'application/json';
  headers['Cache-Control'] = 'no-store';
  return { status: 405, headers, body: JSON.stringify(describe({ reason: 'method_not_allowed', expected: methods.join(' or ') })) };
}

/** What a caller is told of a failure that is not theirs. */
interface Breakdown {
  readonly status: 500 | 503;
  readonly error: string;
  readonly description: string;
  /** Names the sentences of the page. */
  readonly text: 'failed' | 'unavailable';
  /** Seconds. */
  readonly retryAfter?: number;
}

const failed: Breakdown = {
  status: 500,
  error: 'server_error',
  description: 'The server failed.',
  text: 'failed',
};

/** RFC 6749 §4.1.2.1 names the error. Nothing has been honoured, so the same request may be sent again. */
const unavailable: Breakdown = {
  status: 503,
  error: 'temporarily_unavailable',
  description: 'The server cannot answer right now. Send the request again in a moment.',
  text: 'unavailable',
  retryAfter: 2,
};

function respondBroken(what: Breakdown, guard: Guard, requested: RequestHeaders, correlationId: string, secure: boolean): Draft {
  if (guard === 'client' || guard === 'client_cors') {
    const headers = commonHeaders(secure);
    headers['Content-Type'] = 'application/json';
    headers['Cache-Control'] = 'no-store';
    if (what.retryAfter !== undefined) {
      headers['Retry-After'] = String(what.retryAfter);
    }
    const body = { error: what.error, error_description: `${what.description} Reference: ${correlationId}` };
    return { status: what.status, headers, body: JSON.stringify(body) };
  }
  const site = siteOfNobody(requested);
  const page = errorPage({
    site,
    title: site.words[`error.${what.text}`],
    explanation: site.words[`error.${what.text}_detail`],
    details: [],
    correlationId,
  });
  return respond({ kind: 'page', status: what.status, page, retryAfter: what.retryAfter }, secure ? 'https:' : 'http:');
}
