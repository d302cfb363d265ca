import { toSeconds } from '../core/clock.ts';
import type { ClientRecord, GrantRecord, UserRecord } from '../store/records.ts';
import { claimsOfUser, type ClaimsRequest } from './claims.ts';
import type { Context } from './context.ts';
import { idTokenLifetime } from './lifetimes.ts';

/** ID tokens are plain JWTs (OpenID Connect Core §2); the other kinds have types of their own. */
export const idTokenType = 'JWT';

/**
 * Issues an ID token (OpenID Connect Core §2). It carries the claims of `scopes` too, those of the access token
 * beside it, since many client libraries look nowhere else. `nonce` is given on the first issue only: §12.2
 * advises against repeating it at a refresh.
 */
export function issueIdToken(
  context: Context,
  client: ClientRecord,
  user: UserRecord,
  grant: GrantRecord,
  scopes: readonly string[],
  nonce: string | null,
): Promise<string> {
  const now = context.clock.now();
  const demand = grant.claims === null ? {} : (JSON.parse(grant.claims) as ClaimsRequest).id_token;
  return context.signer.sign(context.tenant.id, client.idTokenAlgorithm, idTokenType, {
    ...claimsOfUser(user, scopes, demand),
    iss: context.tenant.issuer,
    sub: user.id,
    aud: client.id,
    iat: toSeconds(now),
    exp: toSeconds(now + idTokenLifetime),
    auth_time: toSeconds(grant.authTime),
    acr: grant.acr,
    amr: grant.amr,
    sid: grant.sessionId,
    ...(nonce === null ? {} : { nonce }),
  });
}
