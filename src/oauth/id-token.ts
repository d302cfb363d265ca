import { encodeBase64url } from '../core/base64url.ts';
import { toSeconds } from '../core/clock.ts';
import { hashBytes } from '../core/hash.ts';
import type { ClientRecord, GrantRecord, SigningAlgorithm, UserRecord } from '../store/records.ts';
import { claimsOfUser, type ClaimsRequest } from './claims.ts';
import type { Context } from './context.ts';
import { idTokenLifetime } from './lifetimes.ts';

/** ID tokens are plain JWTs (OpenID Connect Core §2); the other kinds have types of their own. */
export const idTokenType = 'JWT';

/** What an ID token is made of. */
interface IdTokenContent {
  readonly client: ClientRecord;
  readonly user: UserRecord;
  readonly grant: GrantRecord;
  /** Those of the access token beside it. */
  readonly scopes: readonly string[];
  /** Given on the first issue only: OpenID Connect Core §12.2 advises against repeating it at a refresh. */
  readonly nonce: string | null;
  readonly accessToken: string;
}

/**
 * Issues an ID token (OpenID Connect Core §2). It carries the claims of the scopes too, since many client libraries look nowhere
 * else, unless the client is registered to ask userinfo for them (§5.4).
 */
export function issueIdToken(context: Context, { client, user, grant, scopes, nonce, accessToken }: IdTokenContent): Promise<string> {
  const now = context.clock.now();
  const demand = grant.claims === null ? {} : (JSON.parse(grant.claims) as ClaimsRequest).id_token;
  return context.signer.sign(context.tenant.id, client.idTokenAlgorithm, idTokenType, {
    ...claimsOfUser(context.tenant, user, { granted: scopes, shown: client.claimsInIdToken ? scopes : [] }, demand, 'id_token'),
    iss: context.tenant.issuer,
    sub: user.id,
    aud: client.id,
    iat: toSeconds(now),
    exp: toSeconds(now + idTokenLifetime),
    auth_time: toSeconds(grant.authTime),
    acr: grant.acr,
    amr: grant.amr,
    sid: grant.sessionId,
    at_hash: accessTokenHash(client.idTokenAlgorithm, accessToken),
    ...(nonce === null ? {} : { nonce }),
  });
}

/** OpenID Connect Core §3.1.3.6: the left half of the hash that the algorithm signs, which for Ed25519 is SHA-512 (RFC 8032 §5.1). */
function accessTokenHash(algorithm: SigningAlgorithm, accessToken: string): string {
  const digest = hashBytes(algorithm === 'EdDSA' ? 'sha512' : 'sha256', accessToken);
  return encodeBase64url(digest.subarray(0, digest.byteLength / 2));
}
