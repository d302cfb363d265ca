import { advance, returnsByItself } from '../../flow/authorize.ts';
import { refuseRequest } from '../../oauth/authorize.ts';
import { authorizationParameters, readAuthorizationRequest } from '../../oauth/authorization-request.ts';
import { type Failure, failures } from '../../oauth/failures.ts';
import type { Exchange } from '../exchange.ts';
import { failurePage } from '../failure-page.ts';
import type { Reply } from '../reply.ts';
import { isCrossSite } from '../same-origin.ts';
import { answer, follow } from './progress.ts';
import { restartByGet } from './restart.ts';
import { returnByHand } from './return.ts';

/** Answers that a developer cannot mend: they say what a person has decided, or has still to do. */
const ordinary = /^access_denied$|_required$/;

/**
 * The authorization endpoint (OpenID Connect Core §3.1.2), by GET and POST. Where it `explains`, as in development, a mistake of a request that came by a
 * navigation is shown to the developer before it goes on to the application: many libraries show nothing of what they are told.
 */
export function handleAuthorize(explains: boolean): (exchange: Exchange) => Promise<Reply> {
  const isExplained = (exchange: Exchange, failure: Failure, silent: boolean): boolean =>
    explains && !silent && exchange.headers.get('sec-fetch-dest') === 'document' && !ordinary.test(failures[failure.reason].error);

  return async (exchange) => {
    const posted = exchange.method === 'POST';
    // RFC 6749 §3.1: a parameter in both places is given twice; there is no telling which one is meant.
    const misplaced = posted ? authorizationParameters.find((name) => exchange.query.has(name)) : undefined;
    if (misplaced !== undefined) {
      return failurePage(exchange, { reason: 'parameter_in_query', parameter: misplaced });
    }
    // A form from another site comes without our cookies; after a redirect by GET the browser sends them.
    if (posted && isCrossSite(exchange.headers)) {
      return restartByGet(exchange, '/authorize', authorizationParameters);
    }
    const read = await readAuthorizationRequest(exchange.context, posted ? exchange.form : exchange.query);
    if (!read.ok) {
      if (read.failure.kind === 'shown') {
        return failurePage(exchange, read.failure.failure);
      }
      const { target, failure, client, silent } = read.failure;
      const response = refuseRequest(exchange.context, target, failure);
      return returnsByItself(client, silent, await exchange.visitor()) && !isExplained(exchange, failure, silent)
        ? { ...answer(exchange, response), failure }
        : returnByHand(exchange, client, response, failure);
    }
    const { request, client } = read.value;
    const interaction = { kind: 'authorization', request, startedAt: exchange.context.clock.now() } as const;
    const visitor = await exchange.visitor();
    const progress = await advance(exchange.context, interaction, visitor);
    if (progress.kind !== 'answered' || progress.failure === undefined) {
      return follow(exchange, interaction, progress);
    }
    const silent = request.prompts.includes('none');
    return returnsByItself(client, silent, visitor) && !isExplained(exchange, progress.failure, silent)
      ? follow(exchange, interaction, progress)
      : returnByHand(exchange, client, progress.response, progress.failure);
  };
}
