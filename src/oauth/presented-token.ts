import { fail, type Result, succeed } from '../core/result.ts';
import type { Standing } from '../store/port.ts';
import type { ClientRecord, UserRecord } from '../store/records.ts';
import { type AccessTokenClaims, audienceOf, verifyAccessToken } from './access-token.ts';
import type { Context } from './context.ts';
import type { Failure } from './failures.ts';
import { type Granted, narrow } from './narrow.ts';
import { checkClientStanding, checkStanding, type UserGround } from './standing.ts';

/** An access token that is genuine and whose ground still stands. */
export interface LiveAccessToken {
  /** What the token says, without scopes and resources that are gone. */
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
  const ground = groundOf(claims, client, standing, now);
  if (!ground.ok) {
    return fallen(ground.failure, claims);
  }
  const remaining = narrow(grantedBy(context, claims), ground.value.client, await store.listResources(tenant.id));
  if (!remaining.ok) {
    return fallen(remaining.failure, claims);
  }
  const { scope: _scope, ...rest } = claims;
  const { scopes, resources } = remaining.value;
  const left = { ...rest, aud: audienceOf(context, resources), ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }) };
  return succeed({ claims: left, user: ground.value.user, grant: ground.value.grant });
}

/** A client that acts for itself has neither user nor grant. */
function groundOf(
  claims: AccessTokenClaims,
  client: ClientRecord | undefined,
  standing: Standing,
  now: number,
): Result<Pick<UserGround, 'client'> & Partial<UserGround>, Failure> {
  if (claims.grant_id !== undefined) {
    return checkStanding(client, standing, now);
  }
  const stands = checkClientStanding(client, standing);
  return stands.ok ? succeed({ client: stands.value }) : stands;
}

/** What the token says that it was granted. */
function grantedBy({ tenant }: Context, { scope, aud }: AccessTokenClaims): Granted {
  return { scopes: scope?.split(' ') ?? [], resources: [aud].flat().filter((resource) => !tenant.issuers.includes(resource)) };
}

/** RFC 6750 §3.1: whatever fell, to the caller the token is simply invalid. */
function fallen(failure: Failure, claims: AccessTokenClaims): Result<never, Failure> {
  return fail({ reason: 'token_invalid', detail: failure.detail ?? failure.reason, clientId: claims.client_id });
}
