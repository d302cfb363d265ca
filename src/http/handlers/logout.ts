import { openInteraction, sealInteraction } from '../../flow/interaction.ts';
import { mayEndUnasked, signOut } from '../../flow/sign-out.ts';
import { logoutParameters, type LogoutRequest, readLogoutRequest } from '../../oauth/logout.ts';
import { toClientLocation } from '../../oauth/redirect-uri.ts';
import { signedOutPage, signOutPage } from '../../pages/sign-out.ts';
import { withoutSession } from '../../session/browser-sessions.ts';
import type { SessionRecord } from '../../store/records.ts';
import type { CookieChange } from '../cookies.ts';
import type { Exchange } from '../exchange.ts';
import { failureRows, lostInteractionPage } from '../failure-page.ts';
import { ownLocation, type Reply } from '../reply.ts';
import { siteOf } from '../site.ts';
import { isCrossSite } from '../same-origin.ts';
import { browserSecretOf } from './form-state.ts';
import { pageAccount, pageClient } from './page-client.ts';
import { restartByGet } from './restart.ts';

/** The sign-out endpoint (OpenID Connect RP-Initiated Logout §2), by GET and POST. */
export async function handleLogout(exchange: Exchange): Promise<Reply> {
  const posted = exchange.method === 'POST';
  const misplaced = posted ? logoutParameters.find((name) => exchange.query.has(name)) : undefined;
  // As at the authorization endpoint: a form from another site comes without our cookies.
  if (posted && isCrossSite(exchange.headers)) {
    return restartByGet(exchange, '/logout', logoutParameters);
  }
  const read = await readLogoutRequest(exchange.context, posted ? exchange.form : exchange.query);
  const request: LogoutRequest = misplaced === undefined ? read : { ...read, returnTo: undefined, problem: { reason: 'parameter_in_query', parameter: misplaced } };
  const sessions = await exchange.sessions();
  // The session that the application's own token names, else the active one.
  const { session } = sessions.all.find(({ session: { id } }) => id === request.hintedSession) ?? sessions.active ?? {};
  if (session !== undefined && !mayEndUnasked(request, session)) {
    return confirm(exchange, request, session);
  }
  await signOut(exchange.context, session);
  return leave(exchange, request, session && withoutSession(sessions, session));
}

async function confirm(exchange: Exchange, request: LogoutRequest, session: SessionRecord): Promise<Reply> {
  const { context } = exchange;
  const { browser, cookies } = browserSecretOf(exchange);
  const user = await context.store.findUser(context.tenant.id, session.userId);
  return {
    kind: 'page',
    status: request.problem === undefined ? 200 : 400,
    page: signOutPage({
      site: siteOf(exchange, { request }),
      problem: problemOf(exchange, request),
      ...(request.client === undefined ? {} : { client: pageClient(request.client) }),
      account: pageAccount(user),
      request: sealInteraction(context, browser, {
        kind: 'logout',
        startedAt: context.clock.now(),
        sessionId: session.id,
        returnTo: request.returnTo,
        uiLocales: request.uiLocales,
      }),
    }),
    leadsTo: request.returnTo?.uri,
    cookies,
    failure: request.problem,
  };
}

/** What the page tells developers of a way back that is not taken. */
function problemOf({ correlationId }: Exchange, { problem }: Pick<LogoutRequest, 'problem'>) {
  return problem && { details: failureRows(problem), correlationId };
}

/** Takes the person's word. A page that was shown to another session ends none. */
export async function submitLogout(exchange: Exchange): Promise<Reply> {
  const box = exchange.form.get('request') ?? undefined;
  const interaction = openInteraction(exchange.context, exchange.cookies.browsers, 'logout', box);
  if (interaction === undefined) {
    return lostInteractionPage(exchange);
  }
  const sessions = await exchange.sessions();
  const asked = sessions.all.find(({ session }) => session.id === interaction.sessionId);
  if (exchange.form.get('decision') !== 'sign_out' || (asked === undefined && sessions.active !== undefined)) {
    return { kind: 'redirect', to: ownLocation('/') };
  }
  await signOut(exchange.context, asked?.session);
  return leave(exchange, { ...interaction, problem: undefined }, asked && withoutSession(sessions, asked.session));
}

/** The way back; `session` is the cookie of those who stay signed in. */
function leave(exchange: Exchange, request: Pick<LogoutRequest, 'returnTo' | 'uiLocales' | 'problem'>, session: string | undefined): Reply {
  const { returnTo } = request;
  const cookies: readonly CookieChange[] = [{ name: 'session', value: session }];
  if (returnTo === undefined) {
    const page = signedOutPage({ site: siteOf(exchange, { request }), problem: problemOf(exchange, request) });
    return { kind: 'page', status: request.problem === undefined ? 200 : 400, page, cookies, failure: request.problem };
  }
  const state = returnTo.state === undefined ? [] : ([['state', returnTo.state]] as const);
  return { kind: 'redirect', to: toClientLocation(returnTo.uri, state), cookies };
}
