import { verifyAccessToken } from './access-token.ts';
import { authenticateClient, clientParameters } from './client-authentication.ts';
import type { Context } from './context.ts';
import { type DirectRequest, type Outcome, refuse, refuseClient } from './outcome.ts';
import { readParameters } from './parameters.ts';
import { readRefreshToken } from './refresh-token.ts';

/**
 * The revocation endpoint (RFC 7009). A refresh token takes its whole grant along (§2.1); an access token goes
 * alone. A token that is unknown, foreign or dead already is answered like any other (§2.2), untouched.
 */
export async function revoke(context: Context, request: DirectRequest): Promise<Outcome> {
  const parameters = readParameters(request.body, [...clientParameters, 'token', 'token_type_hint']);
  if (!parameters.ok) {
    return refuse(parameters.failure);
  }
  const client = await authenticateClient(context, request.authorization, parameters.value);
  if (!client.ok) {
    return refuseClient(client.failure, request);
  }
  const clientId = client.value.id;
  const text = parameters.value.get('token');
  if (text === undefined) {
    return refuse({ reason: 'parameter_missing', parameter: 'token', clientId });
  }
  const refreshToken = readRefreshToken(context, text);
  if (refreshToken?.clientId === clientId) {
    await context.store.revokeGrant(context.tenant.id, refreshToken.grantId, 'revoked_by_client', context.clock.now());
    context.record({ event: 'grant_revoked', clientId });
    return { kind: 'empty' };
  }
  const accessToken = await verifyAccessToken(context, text);
  if (accessToken?.client_id === clientId) {
    await context.store.revokeAccessToken(context.tenant.id, accessToken.jti, accessToken.exp * 1000);
    context.record({ event: 'access_token_revoked', clientId });
  }
  return { kind: 'empty' };
}
