import { advance } from '../../flow/authorize.ts';
import { refuseRequest } from '../../oauth/authorize.ts';
import { authorizationParameters, readAuthorizationRequest } from '../../oauth/authorization-request.ts';
import type { Exchange } from '../exchange.ts';
import { failurePage } from '../failure-page.ts';
import type { Reply } from '../reply.ts';
import { isCrossSite } from '../same-origin.ts';
import { answer, follow } from './progress.ts';
import { restartByGet } from './restart.ts';

/** The authorization endpoint (OpenID Connect Core §3.1.2), by GET and POST. */
export async function handleAuthorize(exchange: Exchange): Promise<Reply> {
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
    const { failure } = read;
    return failure.kind === 'shown'
      ? failurePage(exchange, failure.failure)
      : { ...answer(exchange, refuseRequest(exchange.context, failure.target, failure.failure)), failure: failure.failure };
  }
  const interaction = { kind: 'authorization', request: read.value.request, startedAt: exchange.context.clock.now() } as const;
  return follow(exchange, interaction, await advance(exchange.context, interaction, await exchange.visitor()));
}
