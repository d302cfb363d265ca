import { fail, succeed } from '../../core/result.ts';
import type { GrantRecord } from '../../store/records.ts';
import { grantNamedBy, isCodeOf } from '../authorization-code.ts';
import type { Failure } from '../failures.ts';
import { checkCodeVerifier } from '../pkce.ts';
import { askedResources } from './asked.ts';
import type { UserGrant } from './grant.ts';
import { issueUserTokens } from './user-tokens.ts';

/**
 * RFC 6749 §4.1.3. The code is spent first and judged after: whoever presents it gets one guess at the
 * verifier, and a wrong one revokes the grant, so that no token is ever issued for that code.
 */
export const authorizationCodeGrant: UserGrant = {
  kind: 'user',

  async locate(context, parameters) {
    const code = parameters.get('code');
    if (code === undefined) {
      return fail({ reason: 'parameter_missing', parameter: 'code' });
    }
    const standing = await context.store.readStanding(context.tenant.id, { grantId: grantNamedBy(code) }, context.clock.now());
    const { grant } = standing;
    return grant === undefined || !isCodeOf(grant, code) ? fail({ reason: 'code_unknown', parameter: 'code' }) : succeed({ grant, standing });
  },

  async honour(context, { client, parameters, resources, presented, remaining, user }) {
    // RFC 8707 §2.2: the audience may be narrowed here. Judged before the code is spent.
    const audience = askedResources(remaining, parameters, resources);
    if (!audience.ok) {
      return audience;
    }
    const now = context.clock.now();
    const redemption = await context.store.redeemCode(context.tenant.id, client.id, presented.grant, now);
    switch (redemption.kind) {
      case 'unknown':
        return fail({ reason: 'code_unknown', parameter: 'code' });
      case 'expired':
        return fail({ reason: 'code_expired', parameter: 'code' });
      case 'replayed':
        return fail({ reason: 'code_replayed', parameter: 'code', detail: redemption.grantId });
      case 'redeemed':
    }
    const { grant } = redemption;
    const mismatch = checkBinding(parameters.get('redirect_uri'), grant)
      ?? checkCodeVerifier(parameters.get('code_verifier'), grant.codeChallenge, client.strictPkce);
    if (mismatch !== undefined) {
      await context.store.revokeGrant(context.tenant.id, grant.id, mismatch.reason, now);
      return fail(mismatch);
    }
    return succeed(
      await issueUserTokens(context, {
        client,
        user,
        grant,
        scopes: remaining.scopes,
        resources: audience.value,
        registered: resources,
        nonce: grant.nonce,
      }),
    );
  },
};

/**
 * RFC 6749 §4.1.3: the redirect URI must be identical to the one of the authorization request. OAuth 2.1 §10.2 has done away with it
 * where PKCE binds the code, so there it may be left out; another one is refused all the same.
 */
function checkBinding(presented: string | undefined, { redirectUri, codeChallenge }: GrantRecord): Failure | undefined {
  return presented === redirectUri || (presented === undefined && codeChallenge !== null)
    ? undefined
    : { reason: 'redirect_uri_differs', parameter: 'redirect_uri', expected: redirectUri, received: presented ?? 'nothing' };
}
