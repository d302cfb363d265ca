import { toSeconds } from '../../core/clock.ts';
import type { GrantRecord, ResourceRecord, UserRecord } from '../../store/records.ts';
import { audienceOf, formatFor, issueAccessToken } from '../access-token.ts';
import { claimsInAccessToken } from '../claims.ts';
import type { AuthenticatedClient } from '../client-authentication.ts';
import type { Context } from '../context.ts';
import { issueIdToken } from '../id-token.ts';
import { mintRefreshToken } from '../refresh-token.ts';
import type { TokenResponse } from './grant.ts';

/** What a token answer is made of. */
interface Issue {
  readonly client: AuthenticatedClient;
  readonly user: UserRecord;
  readonly grant: GrantRecord;
  /** The scopes and resources of the access token: the grant's, or fewer. */
  readonly scopes: readonly string[];
  readonly resources: readonly string[];
  readonly registered: readonly ResourceRecord[];
  readonly nonce: string | null;
}

/** The answer of the two user grants: access token, refresh token, and an ID token where `openid` was granted. */
export async function issueUserTokens(context: Context, issue: Issue): Promise<TokenResponse> {
  const { client, user, grant, scopes, resources } = issue;
  const accessToken = await issueAccessToken(
    context,
    formatFor(context, issue.registered, resources),
    {
      ...claimsInAccessToken(context.tenant, user, scopes),
      sub: user.id,
      aud: audienceOf(context, resources),
      client_id: client.id,
      grant_id: grant.id,
      auth_time: toSeconds(grant.authTime),
      acr: grant.acr,
      amr: grant.amr,
    },
    scopes,
  );
  return {
    access_token: accessToken.token,
    token_type: 'Bearer',
    expires_in: accessToken.expiresIn,
    ...(client.grantTypes.includes('refresh_token') ? { refresh_token: mintRefreshToken(context, grant) } : {}),
    ...(scopes.includes('openid') ? { id_token: await issueIdToken(context, { client, user, grant, scopes, nonce: issue.nonce, accessToken: accessToken.token }) } : {}),
    ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
  };
}
