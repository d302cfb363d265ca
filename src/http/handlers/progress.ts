import { advance, type Progress } from '../../flow/authorize.ts';
import { type Interaction, openInteraction, sealInteraction } from '../../flow/interaction.ts';
import type { Browser, SignInOutcome } from '../../flow/sign-in.ts';
import { withSession } from '../../flow/visitor.ts';
import type { AuthorizationResponse } from '../../oauth/authorize.ts';
import { toClientLocation } from '../../oauth/redirect-uri.ts';
import { formPostPage } from '../../pages/form-post.ts';
import { activate } from '../../session/browser-sessions.ts';
import type { CookieChange } from '../cookies.ts';
import type { Exchange } from '../exchange.ts';
import { failurePage } from '../failure-page.ts';
import { ownLocation, type Reply } from '../reply.ts';
import { siteOf } from '../site.ts';
import { browserSecretOf } from './form-state.ts';

/** The page of each step. */
const pathOf = {
  sign_in: '/sign-in',
  sign_up: '/sign-up',
  select_account: '/select-account',
  second_factor: '/second-factor',
  set_up_factor: '/set-up-factor',
  consent: '/consent',
} as const;

/** Sends the browser on: back to the client with the answer, or to the page of the next step. */
export function follow(
  exchange: Exchange,
  interaction: Interaction,
  progress: Progress,
  cookies: readonly CookieChange[] = [],
): Reply {
  switch (progress.kind) {
    case 'answered':
      return { ...answer(exchange, progress.response), cookies };
    case 'arrived':
      return { kind: 'redirect', to: ownLocation(progress.path), cookies };
    case 'shown':
      return { ...failurePage(exchange, progress.failure), cookies };
    case 'waiting':
      return goTo(exchange, pathOf[progress.step.kind], interaction, cookies);
  }
}

/** Sends the browser to a page of the sign-in, with the interaction sealed for it. */
export function goTo(
  exchange: Exchange,
  path: (typeof pathOf)[keyof typeof pathOf] | '/email-code' | '/sign-up/account',
  interaction: Interaction,
  cookies: readonly CookieChange[] = [],
): Reply {
  const { browser, cookies: ofBrowser } = browserSecretOf(exchange);
  return {
    kind: 'redirect',
    to: ownLocation(path, { interaction: sealInteraction(exchange.context, browser, interaction) }),
    cookies: [...cookies, ...ofBrowser],
  };
}

/** What a page needs to know of where it may lead: the client's redirect URI, and whether it stands in a popup. */
export function leadingOf({ request }: Interaction): { readonly leadsTo?: string; readonly popup?: boolean } {
  return request.kind === 'account' ? {} : { leadsTo: request.target.redirectUri, popup: request.target.popup };
}

/** The browser in which something happens, for the log and for what people see of it. */
export function browserOf(exchange: Exchange): Browser {
  return { address: exchange.address, userAgent: exchange.headers.get('user-agent') ?? '', device: exchange.cookies.get('device') };
}

/** Goes on after a proof was given: signed in, or half way there. */
export async function followSignIn(exchange: Exchange, interaction: Interaction, outcome: SignInOutcome, cookies: readonly CookieChange[] = []): Promise<Reply> {
  const { context } = exchange;
  if (outcome.kind === 'ended') {
    // The next request finds out who is still signed in.
    const { chosenSession: _ended, ...rest } = afterProof(interaction, outcome);
    return goTo(exchange, '/sign-in', rest, cookies);
  }
  const visitor = await exchange.visitor();
  const next = afterProof(interaction, outcome);
  const progress = await advance(context, next, outcome.kind === 'half' ? { ...visitor, active: undefined } : withSession(visitor, outcome.session));
  return follow(exchange, next, progress, [...cookies, ...(await cookiesOf(exchange, outcome))]);
}

/** The interaction after a proof was given: what was half proven is proven, and what was sent or asked for it has served. */
export function afterProof(interaction: Interaction, outcome: SignInOutcome): Interaction {
  const { ticket: _ticket, challenge: _challenge, provingUser: _provingUser, ...rest } = outcome.kind === 'half' ? outcome.interaction : interaction;
  if (outcome.kind !== 'signed_in') {
    return rest;
  }
  const { proof: _proof, ...proven } = rest;
  return { ...proven, chosenSession: outcome.session.id };
}

/** The cookies of whoever has signed in. */
export async function cookiesOf(exchange: Exchange, outcome: SignInOutcome): Promise<readonly CookieChange[]> {
  return outcome.kind !== 'signed_in'
    ? []
    : [
        { name: 'session', value: await activate(exchange.context, await exchange.sessions(), outcome) },
        { name: 'device', value: outcome.device },
      ];
}

/** An authorization response by its response mode. */
export function answer(exchange: Exchange, { target, parameters }: AuthorizationResponse): Reply {
  if (target.responseMode === 'query') {
    return { kind: 'redirect', to: toClientLocation(target.redirectUri, parameters) };
  }
  return {
    kind: 'page',
    status: 200,
    page: formPostPage({
      site: siteOf(exchange),
      action: target.redirectUri,
      fields: parameters.map(([name, value]) => ({ name, value })),
    }),
    leadsTo: target.redirectUri,
    popup: target.popup,
  };
}

/** The interaction that a page or form carries, if it was sealed for this browser. */
export function interactionOf(exchange: Exchange): Interaction | undefined {
  const box = (exchange.method === 'POST' ? exchange.form : exchange.query).get('interaction') ?? undefined;
  return openInteraction(exchange.context, exchange.cookies.browsers, 'authorization', box);
}

/** Seals an interaction for the browser that brought one. */
export function reseal(exchange: Exchange, interaction: Interaction): string {
  return sealInteraction(exchange.context, exchange.cookies.get('browser') ?? '', interaction);
}
