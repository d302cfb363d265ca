import { fail, type Result, succeed } from '../core/result.ts';
import { claimsOfUser, type ClaimsRequest } from './claims.ts';
import type { Context } from './context.ts';
import type { Failure } from './failures.ts';
import { type DirectRequest, type Outcome, refuse } from './outcome.ts';
import { readParameters } from './parameters.ts';
import { judgeAccessToken } from './presented-token.ts';

/**
 * The userinfo endpoint (OpenID Connect Core §5.3). Any access token of ours that carries `openid` opens it,
 * whatever its audience (docs/decisions/0005-audience-and-userinfo.md).
 */
export async function userinfo(context: Context, request: DirectRequest): Promise<Outcome> {
  const presented = readBearerToken(request);
  if (!presented.ok) {
    return refuse(presented.failure, 'Bearer');
  }
  const token = await judgeAccessToken(context, presented.value);
  if (!token.ok) {
    return refuse(token.failure, 'Bearer');
  }
  const { claims, user, grant } = token.value;
  const scopes = (claims.scope ?? '').split(' ');
  // OpenID Connect Core §5.3: userinfo belongs to a user who signed in with `openid`.
  if (user === undefined || grant === undefined || !scopes.includes('openid')) {
    return refuse({ reason: 'token_scope_insufficient', clientId: claims.client_id }, 'Bearer');
  }
  const demand = grant.claims === null ? {} : (JSON.parse(grant.claims) as ClaimsRequest).userinfo;
  return { kind: 'json', body: { ...claimsOfUser(context.tenant, user, { granted: scopes, shown: scopes }, demand, 'userinfo'), sub: user.id } };
}

/** RFC 6750 §2: in the header or in a form body, never in the URL, and in one place only. */
function readBearerToken(request: DirectRequest): Result<string, Failure> {
  const body = readParameters(request.body, ['access_token']);
  if (!body.ok) {
    return body;
  }
  const fromBody = body.value.get('access_token');
  if (request.authorization === undefined) {
    return fromBody === undefined ? fail({ reason: 'token_missing' }) : succeed(fromBody);
  }
  if (fromBody !== undefined) {
    return fail({ reason: 'token_doubled', parameter: 'access_token' });
  }
  const fromHeader = /^bearer +([\x21-\x7e]+)$/i.exec(request.authorization)?.[1];
  return fromHeader === undefined ? fail({ reason: 'token_invalid', detail: 'not a bearer token' }) : succeed(fromHeader);
}
