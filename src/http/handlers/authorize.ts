import { advance, returnsByItself } from '../../flow/authorize.ts';
import { refuseRequest } from '../../oauth/authorize.ts';
import { authorizationParameters, readAuthorizationRequest } from '../../oauth/authorization-request.ts';
import type { Exchange } from '../exchange.ts';
import { failurePage } from '../failure-page.ts';
import type { Reply } from '../reply.ts';
import { isCrossSite } from '../same-origin.ts';
import { answer, follow } from './progress.ts';
import { restartByGet } from './restart.ts';
import { returnByHand } from './return.ts';

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
    if (read.failure.kind === 'shown') {
      return failurePage(exchange, read.failure.failure);
    }
    const { target, failure, client, silent } = read.failure;
    const visitor = await exchange.visitor();
    const response = refuseRequest(exchange.context, target, failure);
    return returnsByItself(client, silent, visitor) ? { ...answer(exchange, response), failure } : returnByHand(exchange, client, response, failure);
  }
  const { request, client } = read.value;
  const interaction = { kind: 'authorization', request, startedAt: exchange.context.clock.now() } as const;
  const visitor = await exchange.visitor();
  const progress = await advance(exchange.context, interaction, visitor);
  return progress.kind === 'answered' && progress.failure !== undefined && !returnsByItself(client, request.prompts.includes('none'), visitor)
    ? returnByHand(exchange, client, progress.response, progress.failure)
    : follow(exchange, interaction, progress);
}
