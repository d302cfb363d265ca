import { second } from '../../core/clock.ts';
import { beginAttempt } from '../../flow/attempt.ts';
import type { Context } from '../../oauth/context.ts';
import { introspect } from '../../oauth/introspect.ts';
import { type DirectRequest, type Outcome, refuse } from '../../oauth/outcome.ts';
import { revoke } from '../../oauth/revoke.ts';
import { token } from '../../oauth/token.ts';
import { userinfo } from '../../oauth/userinfo.ts';
import type { Exchange } from '../exchange.ts';
import type { Reply } from '../reply.ts';

/** Credentials that must never stand in a URL, where logs and histories keep them (RFC 9700 §4.3.2). */
const bodyOnly = ['client_secret', 'code', 'code_verifier', 'refresh_token', 'access_token', 'token', 'client_assertion', 'grant_type'];

/** An endpoint that clients call directly; one that takes access tokens says so in every refusal (RFC 6750 §3). */
function direct(endpoint: (context: Context, request: DirectRequest) => Promise<Outcome>, challenge?: 'Bearer') {
  return async (exchange: Exchange): Promise<Reply> => {
    const misplaced = bodyOnly.find((name) => exchange.query.has(name));
    const outcome =
      misplaced === undefined
        ? await countWrongSecret(exchange, await endpoint(exchange.context, { authorization: exchange.headers.get('authorization') ?? undefined, body: exchange.form }))
        : refuse({ reason: 'parameter_in_query', parameter: misplaced }, challenge);
    return { kind: 'outcome', outcome, failure: outcome.kind === 'failure' ? outcome.failure : undefined };
  };
}

/**
 * Counts a wrong client secret once it has proved wrong: the right one passes whatever came before, or a stranger could stop an
 * application (docs/decisions/0028-what-may-be-guessed.md).
 */
async function countWrongSecret({ context, address }: Exchange, outcome: Outcome): Promise<Outcome> {
  if (outcome.kind !== 'failure' || outcome.failure.reason !== 'client_secret_wrong') {
    return outcome;
  }
  const attempt = await beginAttempt(context, 'client_secret', { address, device: undefined });
  return attempt.allowed
    ? outcome
    : { ...outcome, failure: { ...outcome.failure, reason: 'client_secret_throttled' }, retryAfter: Math.ceil((attempt.retryAt - context.clock.now()) / second) };
}

export const handleToken = direct(token);
export const handleUserinfo = direct(userinfo, 'Bearer');
export const handleIntrospect = direct(introspect);
export const handleRevoke = direct(revoke);
