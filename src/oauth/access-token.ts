import { toSeconds } from '../core/clock.ts';
import { randomId } from '../core/random.ts';
import { type AccessTokenType, accessTokenTypes, type ResourceRecord, type SigningAlgorithm } from '../store/records.ts';
import type { Context } from './context.ts';

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

/** How an access token is made. */
export interface AccessTokenFormat {
  readonly algorithm: SigningAlgorithm;
  readonly type: AccessTokenType;
  /** In seconds. */
  readonly lifetime: number;
}

/**
 * The format that the resources of the audience are registered for, else the tenant's. Of several, one that wants another algorithm or type
 * than usual has its way: it knows no better, while the others follow the key set; and the shortest lifetime holds.
 */
export function formatFor({ tenant }: Context, registered: readonly ResourceRecord[], resources: readonly string[]): AccessTokenFormat {
  const { accessTokenAlgorithm: usual, accessTokenLifetime } = tenant.settings;
  const audience = resources.length === 0 ? [] : registered.filter(({ identifier }) => resources.includes(identifier));
  return {
    algorithm: audience.find((resource) => resource.accessTokenAlgorithm !== usual)?.accessTokenAlgorithm ?? usual,
    type: audience.find((resource) => resource.accessTokenType !== accessTokenTypes[0])?.accessTokenType ?? accessTokenTypes[0],
    lifetime: audience.length === 0 ? accessTokenLifetime : Math.min(...audience.map((resource) => resource.accessTokenLifetime ?? accessTokenLifetime)),
  };
}

/** Issues an access token and says how long it lives, in seconds. */
export async function issueAccessToken(
  context: Context,
  { algorithm, type, lifetime }: AccessTokenFormat,
  claims: Omit<AccessTokenClaims, 'iss' | 'jti' | 'iat' | 'exp' | 'scope'>,
  scopes: readonly string[],
): Promise<{ readonly token: string; readonly expiresIn: number }> {
  const now = context.clock.now();
  const token = await context.signer.sign(context.tenant.id, algorithm, type, {
    iss: context.tenant.issuer,
    ...claims,
    jti: randomId('at'),
    iat: toSeconds(now),
    exp: toSeconds(now) + lifetime,
    ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
  });
  return { token, expiresIn: lifetime };
}

/**
 * Verifies an access token of this tenant: signature, type, issuer, time. Whether it still stands is asked elsewhere. One of the type
 * `JWT` is told from an ID token by the client that it names (RFC 9068 §2.2), which no ID token does.
 */
export async function verifyAccessToken(context: Context, token: string): Promise<AccessTokenClaims | undefined> {
  for (const type of accessTokenTypes) {
    const claims = await context.signer.verify(context.tenant.id, type, token);
    if (claims !== undefined) {
      return isAccessToken(claims) && context.tenant.issuers.includes(claims.iss) && claims.exp > toSeconds(context.clock.now()) ? claims : undefined;
    }
  }
  return undefined;
}

/** What we signed with these claims has the shape of an access token; only time can have passed. */
function isAccessToken(claims: Readonly<Record<string, unknown>>): claims is Readonly<Record<string, unknown>> & AccessTokenClaims {
  return namesClient(claims) && typeof claims['jti'] === 'string';
}

/** Whether a JWT of ours names the client that it was issued to, as access tokens alone do (RFC 9068 §2.2). */
export function namesClient(claims: Readonly<Record<string, unknown>>): boolean {
  return typeof claims['client_id'] === 'string';
}
