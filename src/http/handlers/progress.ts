import { randomSecret } from '../../core/random.ts';
import type { Progress } from '../../flow/authorize.ts';
import { type Interaction, openInteraction, sealInteraction } from '../../flow/interaction.ts';
import type { AuthorizationResponse } from '../../oauth/authorize.ts';
import { toClientLocation } from '../../oauth/redirect-uri.ts';
import { formPostPage } from '../../pages/form-post.ts';
import type { CookieChange } from '../cookies.ts';
import type { Exchange } from '../exchange.ts';
import { failurePage } from '../failure-page.ts';
import { ownLocation, type Reply } from '../reply.ts';
import { siteOf } from '../site.ts';

/** The page of each step. */
const pathOf = { sign_in: '/sign-in', select_account: '/select-account', consent: '/consent' } as const;

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
    case 'shown':
      return { ...failurePage(exchange, progress.failure), cookies };
    case 'waiting': {
      const known = exchange.cookies.get('browser');
      const browser = known ?? randomSecret();
      const sealed = sealInteraction(exchange.context, browser, interaction);
      return {
        kind: 'redirect',
        to: ownLocation(pathOf[progress.step.kind], { interaction: sealed }),
        cookies: known === undefined ? [...cookies, { name: 'browser', value: browser }] : cookies,
      };
    }
  }
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
  return openInteraction(exchange.context, exchange.cookies.get('browser'), 'authorization', box);
}

/** Seals an interaction for the browser that brought one. */
export function reseal(exchange: Exchange, interaction: Interaction): string {
  return sealInteraction(exchange.context, exchange.cookies.get('browser') ?? '', interaction);
}
