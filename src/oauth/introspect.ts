import { toSeconds } from '../core/clock.ts';
import { type AuthenticatedClient, authenticateClient, clientParameters } from './client-authentication.ts';
import type { Context } from './context.ts';
import { narrow } from './narrow.ts';
import { type DirectRequest, type Outcome, refuse, refuseClient } from './outcome.ts';
import { readParameters } from './parameters.ts';
import { judgeAccessToken } from './presented-token.ts';
import { readRefreshToken } from './refresh-token.ts';
import { checkStanding } from './standing.ts';

const inactive: Outcome = { kind: 'json', body: { active: false } };

/**
 * The introspection endpoint (RFC 7662). A client learns about its own tokens and, where it speaks for a
 * resource, about those issued for that resource; of all others only that they are not active for it (§4).
 */
export async function introspect(context: Context, request: DirectRequest): Promise<Outcome> {
  const parameters = readParameters(request.body, [...clientParameters, 'token', 'token_type_hint']);
  if (!parameters.ok) {
    return refuse(parameters.failure);
  }
  const client = await authenticateClient(context, request.authorization, parameters.value);
  if (!client.ok) {
    return refuseClient(client.failure, request);
  }
  // RFC 7662 §2.1: the caller must be authenticated; a public client's id proves nothing.
  if (client.value.secretHash === null) {
    return refuseClient({ reason: 'client_secret_missing', clientId: client.value.id }, request);
  }
  const token = parameters.value.get('token');
  if (token === undefined) {
    return refuse({ reason: 'parameter_missing', parameter: 'token', clientId: client.value.id });
  }
  // §2.1: the hint only says where to look first; our kinds of token cannot be mistaken for each other.
  return (await introspectAccessToken(context, client.value, token)) ?? (await introspectRefreshToken(context, client.value, token)) ?? inactive;
}

async function introspectAccessToken(context: Context, client: AuthenticatedClient, token: string): Promise<Outcome | undefined> {
  const judged = await judgeAccessToken(context, token);
  if (!judged.ok) {
    if (judged.failure.detail !== undefined) {
      context.record({ event: 'introspection_inactive', clientId: client.id, detail: judged.failure.detail });
    }
    return undefined;
  }
  const { claims } = judged.value;
  const audience = typeof claims.aud === 'string' ? [claims.aud] : claims.aud;
  if (claims.client_id !== client.id && !(await speaksFor(context, client, audience))) {
    // The caller learns nothing of it (RFC 7662 §4), so whoever runs it has to find it here.
    context.record({ event: 'introspection_refused', clientId: client.id, detail: `issued to ${claims.client_id} for ${audience.join(' ')}, whose resource does not name this client` });
    return inactive;
  }
  const { grant_id: _grant, ...shown } = claims;
  return { kind: 'json', body: { active: true, token_type: 'Bearer', ...shown } };
}

async function speaksFor(context: Context, client: AuthenticatedClient, audience: readonly string[]): Promise<boolean> {
  const resources = await context.store.listResources(context.tenant.id);
  return resources.some((resource) => resource.clientId === client.id && audience.includes(resource.identifier));
}

async function introspectRefreshToken(context: Context, client: AuthenticatedClient, text: string): Promise<Outcome | undefined> {
  const now = context.clock.now();
  const token = readRefreshToken(context, text);
  if (token === undefined || token.clientId !== client.id || token.expiresAt <= now) {
    return undefined;
  }
  const standing = await context.store.readStanding(context.tenant.id, { grantId: token.grantId }, now);
  const stands = checkStanding(client, standing, now);
  if (!stands.ok || stands.value.grant.generation !== token.generation) {
    return undefined;
  }
  const { grant } = stands.value;
  const remaining = narrow(grant, client, await context.store.listResources(context.tenant.id));
  if (!remaining.ok) {
    return undefined;
  }
  return {
    kind: 'json',
    body: {
      active: true,
      iss: context.tenant.issuer,
      sub: grant.userId,
      client_id: grant.clientId,
      scope: remaining.value.scopes.join(' '),
      exp: toSeconds(token.expiresAt),
    },
  };
}
