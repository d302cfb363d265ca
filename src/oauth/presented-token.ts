import { fail, type Result, succeed } from '../core/result.ts';
import type { UserRecord } from '../store/records.ts';
import { type AccessTokenClaims, verifyAccessToken } from './access-token.ts';
import type { Context } from './context.ts';
import type { Failure } from './failures.ts';
import { checkClientStanding, checkStanding, type Standings } from './standing.ts';

/** An access token that is genuine and whose ground still stands. */
export interface LiveAccessToken {
  readonly claims: AccessTokenClaims;
  /** The grant behind it; undefined where a client acts for itself. */
  readonly user: UserRecord | undefined;
  readonly grant: Standings['grant'] | undefined;
}

/** Judges an access token as our own endpoints must: signed by us, not expired, and nothing revoked beneath it. */
export async function judgeAccessToken(context: Context, token: string): Promise<Result<LiveAccessToken, Failure>> {
  const claims = await verifyAccessToken(context, token);
  if (claims === undefined) {
    return fail({ reason: 'token_invalid' });
  }
  const now = context.clock.now();
  const subject = { clientId: claims.client_id, grantId: claims.grant_id, accessTokenId: claims.jti };
  const standing = await context.store.readStanding(context.tenant.id, subject, now);
  if (claims.grant_id === undefined) {
    const client = checkClientStanding(standing);
    return client.ok ? succeed({ claims, user: undefined, grant: undefined }) : fallen(client.failure, claims);
  }
  const stands = checkStanding(standing, now);
  return stands.ok
    ? succeed({ claims, user: stands.value.user, grant: stands.value.grant })
    : fallen(stands.failure, claims);
}

/** RFC 6750 §3.1: whatever fell, to the caller the token is simply invalid. */
function fallen(failure: Failure, claims: AccessTokenClaims): Result<never, Failure> {
  return fail({ reason: 'token_invalid', detail: failure.detail ?? failure.reason, clientId: claims.client_id });
}
