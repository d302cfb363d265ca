import type { GrantType } from '../store/records.ts';
import { authenticateClient, clientParameters } from './client-authentication.ts';
import type { Context } from './context.ts';
import { authorizationCodeGrant } from './grants/authorization-code.ts';
import { clientCredentialsGrant } from './grants/client-credentials.ts';
import type { ClientGrant, UserGrant } from './grants/grant.ts';
import { refreshTokenGrant } from './grants/refresh-token.ts';
import { narrow } from './narrow.ts';
import { type DirectRequest, type Outcome, refuse, refuseClient } from './outcome.ts';
import { type Parameters, readParameters } from './parameters.ts';
import { checkStanding } from './standing.ts';

/** Every grant that the token endpoint honours. Discovery lists these names. */
export const grants: { readonly [Type in GrantType]: UserGrant | ClientGrant } = {
  authorization_code: authorizationCodeGrant,
  refresh_token: refreshTokenGrant,
  client_credentials: clientCredentialsGrant,
};

const tokenParameters = [
  ...clientParameters,
  'grant_type',
  'code',
  'code_verifier',
  'redirect_uri',
  'refresh_token',
  'scope',
  'resource',
  'audience',
] as const;

/**
 * The token endpoint (RFC 6749 §3.2). The phases are the same for every grant, and everything that can refuse
 * a request comes before the code or refresh token is spent:
 * parse → locate → authenticate the client → grant allowed → still standing → what is left → honour.
 */
export async function token(context: Context, request: DirectRequest): Promise<Outcome> {
  const parameters = readParameters(request.body, tokenParameters);
  if (!parameters.ok) {
    return refuse(parameters.failure);
  }
  const grantType = parameters.value.get('grant_type');
  if (grantType === undefined) {
    return refuse({ reason: 'parameter_missing', parameter: 'grant_type' });
  }
  if (!isGrantType(grantType)) {
    return refuse({ reason: 'grant_type_unsupported', parameter: 'grant_type', received: grantType });
  }
  const grant = grants[grantType];
  return grant.kind === 'user'
    ? honourUserGrant(context, request, parameters.value, grantType, grant)
    : honourClientGrant(context, request, parameters.value, grantType, grant);
}

function isGrantType(text: string): text is GrantType {
  return Object.hasOwn(grants, text);
}

async function honourUserGrant(
  context: Context,
  request: DirectRequest,
  parameters: Parameters,
  grantType: GrantType,
  grant: UserGrant,
): Promise<Outcome> {
  const located = await grant.locate(context, parameters);
  const implied = located.ok ? located.value.grant.clientId : undefined;
  const client = await authenticateClient(context, request.authorization, parameters, implied);
  if (!client.ok) {
    // A code or token that leads nowhere names no client either; then the code or token is what is wrong.
    const nameless = client.failure.reason === 'client_missing' && !located.ok;
    return nameless ? refuse(located.failure) : refuseClient(client.failure, request);
  }
  const clientId = client.value.id;
  if (!client.value.grantTypes.includes(grantType)) {
    return refuse({ reason: 'grant_not_allowed', parameter: 'grant_type', received: grantType, clientId });
  }
  if (!located.ok) {
    return refuse({ ...located.failure, clientId });
  }
  const presented = located.value;
  // RFC 6749 §5.2: issued to another client. Theirs stays untouched, so that nobody can spend what is not theirs.
  if (presented.grant.clientId !== clientId) {
    const reason = grantType === 'refresh_token' ? 'refresh_token_of_other_client' : 'code_of_other_client';
    return refuse({ reason, clientId, detail: presented.grant.id });
  }
  const stands = checkStanding(client.value, presented.standing, context.clock.now());
  if (!stands.ok) {
    return refuse({ ...stands.failure, clientId });
  }
  const { user } = stands.value;
  const resources = await context.store.listResources(context.tenant.id);
  const remaining = narrow(presented.grant, client.value, resources);
  if (!remaining.ok) {
    return refuse({ ...remaining.failure, clientId });
  }
  const answer = await grant.honour(context, { client: client.value, parameters, resources, presented, remaining: remaining.value, user });
  if (!answer.ok) {
    return refuse({ ...answer.failure, clientId });
  }
  context.record({ event: `${grantType}_honoured`, clientId, userId: user.id });
  return { kind: 'json', body: answer.value };
}

async function honourClientGrant(
  context: Context,
  request: DirectRequest,
  parameters: Parameters,
  grantType: GrantType,
  grant: ClientGrant,
): Promise<Outcome> {
  const client = await authenticateClient(context, request.authorization, parameters);
  if (!client.ok) {
    return refuseClient(client.failure, request);
  }
  const clientId = client.value.id;
  // RFC 6749 §4.4: only confidential clients may act for themselves; a public one proves nothing by its id.
  if (!client.value.grantTypes.includes(grantType) || client.value.secretHash === null) {
    return refuse({ reason: 'grant_not_allowed', parameter: 'grant_type', received: grantType, clientId });
  }
  const resources = await context.store.listResources(context.tenant.id);
  const answer = await grant.honour(context, { client: client.value, parameters, resources });
  if (!answer.ok) {
    return refuse({ ...answer.failure, clientId });
  }
  context.record({ event: `${grantType}_honoured`, clientId });
  return { kind: 'json', body: answer.value };
}
