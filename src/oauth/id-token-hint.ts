import { namesClient } from './access-token.ts';
import type { Context } from './context.ts';
import { idTokenType } from './id-token.ts';

/** What an id_token_hint says, once its signature has been verified. */
export interface IdTokenHint {
  readonly subject: string;
  readonly clientId: string;
  readonly sessionId: string | undefined;
}

/**
 * Reads an ID token of ours that comes back as a hint. It may have expired (OpenID Connect RP-Initiated
 * Logout §2), even its key may be published no longer, but it must be ours: an access token, another issuer's or an unsigned one is no hint.
 */
export async function readIdTokenHint(context: Context, token: string): Promise<IdTokenHint | undefined> {
  const claims = await context.signer.recognise(context.tenant.id, idTokenType, token);
  // An access token may have the same type; it names its client, which an ID token never does (RFC 9068 §2.2).
  if (claims === undefined || !context.tenant.issuers.some((issuer) => issuer === claims['iss']) || namesClient(claims)) {
    return undefined;
  }
  const { sub, aud, sid } = claims;
  if (typeof sub !== 'string' || typeof aud !== 'string') {
    return undefined;
  }
  return { subject: sub, clientId: aud, sessionId: typeof sid === 'string' ? sid : undefined };
}
