import { toSeconds } from '../core/clock.ts';
import { signHmac, verifyHmac } from '../keys/hmac-jws.ts';
import type { GrantRecord } from '../store/records.ts';
import type { Context } from './context.ts';
import { refreshTokenIdleLifetime } from './lifetimes.ts';

/** Keeps refresh tokens apart from every other JWT of ours (RFC 8725 §3.11). */
const refreshTokenType = 'rt+jwt';

/** What a presented refresh token says, once its MAC has been verified. */
export interface PresentedRefreshToken {
  readonly clientId: string;
  readonly grantId: string;
  readonly generation: number;
  /** Milliseconds. */
  readonly expiresAt: number;
}

/**
 * The refresh token of a grant's current generation. Everything in it comes from the row, so the same
 * generation always gives the same token byte for byte and none needs to be stored.
 */
export function mintRefreshToken(context: Context, grant: GrantRecord): string {
  const issuedAt = grant.rotatedAt ?? grant.redeemedAt ?? grant.createdAt;
  return signHmac(context.tenant.secrets.refreshToken, refreshTokenType, {
    iss: context.tenant.issuer,
    aud: context.tenant.issuer,
    sub: grant.userId,
    client_id: grant.clientId,
    grant_id: grant.id,
    generation: grant.generation,
    iat: toSeconds(issuedAt),
    exp: toSeconds(Math.min(issuedAt + refreshTokenIdleLifetime, grant.expiresAt)),
  });
}

/** Reads a refresh token of this tenant; undefined for anything else. Expiry and reuse are judged later. */
export function readRefreshToken(context: Context, token: string): PresentedRefreshToken | undefined {
  const claims = verifyHmac(context.tenant.secrets.refreshToken, refreshTokenType, token);
  if (claims === undefined) {
    return undefined;
  }
  // What we signed with this key under this type has this shape.
  const { client_id, grant_id, generation, exp } = claims as { client_id: string; grant_id: string; generation: number; exp: number };
  return { clientId: client_id, grantId: grant_id, generation, expiresAt: exp * 1000 };
}
