import type { SessionRecord } from '../store/records.ts';
import { mintCode } from './authorization-code.ts';
import type { AuthorizationRequest, ResponseTarget } from './authorization-request.ts';
import type { Context } from './context.ts';
import { describe, type Failure } from './failures.ts';
import { authorizationCodeLifetime, offlineGrantLifetime } from './lifetimes.ts';

/**
 * What one person may have granted one client: so many codes at a time, which live for a minute, and so many grants, of which each device has one.
 * Those unused longest make room; another client's are never touched. For a moment there may be a few more.
 */
const maximumPerClient = { codes: 100, grants: 100 };

/** An answer to the client through the browser. Its target is a registered redirect URI by type. */
export interface AuthorizationResponse {
  readonly target: ResponseTarget;
  /** In the order in which they are sent. */
  readonly parameters: readonly (readonly [name: string, value: string])[];
}

/** Issues an authorization code for a signed-in user: one row, which carries everything bound to the code. */
export async function issueCode(context: Context, request: AuthorizationRequest, session: SessionRecord): Promise<AuthorizationResponse> {
  const now = context.clock.now();
  const { code, grantId, codeHash } = mintCode(now);
  const offline = request.scopes.includes('offline_access');
  const { store, tenant } = context;
  const created = store.createGrant(tenant.id, {
    id: grantId,
    clientId: request.clientId,
    userId: session.userId,
    sessionId: session.id,
    codeHash,
    codeExpiresAt: now + authorizationCodeLifetime,
    redeemedAt: null,
    redirectUri: request.target.redirectUri,
    codeChallenge: request.codeChallenge ?? null,
    nonce: request.nonce ?? null,
    scopes: request.scopes,
    resources: request.resources,
    claims: request.claims === undefined ? null : JSON.stringify(request.claims),
    authTime: session.authTime,
    acr: session.acr,
    amr: session.amr,
    offline,
    generation: 0,
    rotatedAt: null,
    createdAt: now,
    // Without offline access the grant is of no use after the session.
    expiresAt: offline ? now + offlineGrantLifetime : session.expiresAt,
    revokedAt: null,
    revocationReason: null,
  });
  await Promise.all([created, makeRoom(context, request.clientId, session.userId)]);
  context.record({ event: 'code_issued', clientId: request.clientId, userId: session.userId });
  return respond(context, request.target, [['code', code]]);
}

/** Looks after {@link maximumPerClient} with one code in sixteen, for it takes longer than issuing one; and beside it, so that both share a commit. */
async function makeRoom({ store, tenant, record }: Context, clientId: string, userId: string): Promise<void> {
  if (Math.random() < 1 / 16 && (await store.deleteExcessGrants(tenant.id, userId, clientId, maximumPerClient))) {
    record({ event: 'grant_crowded_out', clientId, userId });
  }
}

/** An error for the client (RFC 6749 §4.1.2.1). */
export function refuseRequest(context: Context, target: ResponseTarget, failure: Failure): AuthorizationResponse {
  const { error, error_description } = describe(failure);
  return respond(context, target, [
    ['error', error],
    ['error_description', error_description],
  ]);
}

/** Adds state (RFC 6749 §4.1.2) and issuer (RFC 9207 §2), which every answer carries. */
function respond(context: Context, target: ResponseTarget, parameters: AuthorizationResponse['parameters']): AuthorizationResponse {
  const state: AuthorizationResponse['parameters'] = target.state === undefined ? [] : [['state', target.state]];
  return { target, parameters: [...parameters, ...state, ['iss', context.tenant.issuer]] };
}
