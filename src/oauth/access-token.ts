import { toSeconds } from '../core/clock.ts';
import { randomId } from '../core/random.ts';
import type { ResourceRecord, SigningAlgorithm } from '../store/records.ts';
import type { Context } from './context.ts';
import { accessTokenLifetime } from './lifetimes.ts';

/** RFC 9068 §2.1. */
const accessTokenType = 'at+jwt';

/** What an access token says (RFC 9068 §2.2). Times in seconds. */
export interface AccessTokenClaims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: string | readonly string[];
  readonly client_id: string;
  readonly jti: string;
  readonly iat: number;
  readonly exp: number;
  readonly scope?: string;
  /** The grant behind it; absent where a client acts for itself. */
  readonly grant_id?: string;
  readonly auth_time?: number;
  readonly acr?: string;
  readonly amr?: readonly string[];
}

/** The tenant's own endpoints are the audience when no resource was asked for (RFC 9068 §3). */
export function audienceOf(context: Context, resources: readonly string[]): string | readonly string[] {
  const [only, ...others] = resources;
  return only === undefined ? context.tenant.issuer : others.length === 0 ? only : resources;
}

const usualAlgorithm = 'ES256';

/** ES256, unless a resource of the audience is registered for another algorithm: it knows no better, while the others follow the key set. */
export function algorithmFor(registered: readonly ResourceRecord[], resources: readonly string[]): SigningAlgorithm {
  const demanding = registered.find(({ identifier, accessTokenAlgorithm }) => accessTokenAlgorithm !== usualAlgorithm && resources.includes(identifier));
  return demanding?.accessTokenAlgorithm ?? usualAlgorithm;
}

/** Issues an access token and says how long it lives, in seconds. */
export async function issueAccessToken(
  context: Context,
  algorithm: SigningAlgorithm,
  claims: Omit<AccessTokenClaims, 'iss' | 'jti' | 'iat' | 'exp' | 'scope'>,
  scopes: readonly string[],
): Promise<{ readonly token: string; readonly expiresIn: number }> {
  const now = context.clock.now();
  const token = await context.signer.sign(context.tenant.id, algorithm, accessTokenType, {
    iss: context.tenant.issuer,
    ...claims,
    jti: randomId('at'),
    iat: toSeconds(now),
    exp: toSeconds(now + accessTokenLifetime),
    ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
  });
  return { token, expiresIn: accessTokenLifetime / 1000 };
}

/** Verifies an access token of this tenant: signature, type, issuer, time. Whether it still stands is asked elsewhere. */
export async function verifyAccessToken(context: Context, token: string): Promise<AccessTokenClaims | undefined> {
  const claims = await context.signer.verify(context.tenant.id, accessTokenType, token);
  if (claims === undefined || claims['iss'] !== context.tenant.issuer) {
    return undefined;
  }
  // What we signed under this type has this shape; only time can have passed.
  const accessToken = claims as unknown as AccessTokenClaims;
  return accessToken.exp > toSeconds(context.clock.now()) ? accessToken : undefined;
}
