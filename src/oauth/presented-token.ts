import { fail, type Result, succeed } from '../core/result.ts';
import type { UserRecord } from '../store/records.ts';
import { type AccessTokenClaims, verifyAccessToken } from './access-token.ts';
import type { Context } from './context.ts';
import type { Failure } from './failures.ts';
import { checkClientStanding, checkStanding, type UserGround } from './standing.ts';

/** An access token that is genuine and whose ground still stands. */
export interface LiveAccessToken {
  readonly claims: AccessTokenClaims;
  /** The grant behind it; undefined where a client acts for itself. */
  readonly user: UserRecord | undefined;
  readonly grant: UserGround['grant'] | undefined;
}

/** Judges an access token as our own endpoints must: signed by us, not expired, and nothing revoked beneath it. */
export async function judgeAccessToken(context: Context, token: string): Promise<Result<LiveAccessToken, Failure>> {
  const claims = await verifyAccessToken(context, token);
  if (claims === undefined) {
    return fail({ reason: 'token_invalid' });
  }
  const now = context.clock.now();
  const { store, tenant } = context;
  const client = await store.findClient(tenant.id, claims.client_id);
  const standing = await store.readStanding(tenant.id, { grantId: claims.grant_id, accessTokenId: claims.jti }, now);
  if (claims.grant_id === undefined) {
    const stands = checkClientStanding(client, standing);
    return stands.ok ? succeed({ claims, user: undefined, grant: undefined }) : fallen(stands.failure, claims);
  }
  const stands = checkStanding(client, standing, now);
  return stands.ok
    ? succeed({ claims, user: stands.value.user, grant: stands.value.grant })
    : fallen(stands.failure, claims);
}

/** RFC 6750 §3.1: whatever fell, to the caller the token is simply invalid. */
function fallen(failure: Failure, claims: AccessTokenClaims): Result<never, Failure> {
  return fail({ reason: 'token_invalid', detail: failure.detail ?? failure.reason, clientId: claims.client_id });
}
