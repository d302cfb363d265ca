import { claimsOfScope, demandedUserClaims } from '../oauth/claims.ts';
import type { AuthorizationRequest } from '../oauth/authorization-request.ts';

/**
 * What a person is asked to allow, as consents are stored: each scope, and each claim that the `claims`
 * parameter asks for and no requested scope covers.
 */
export function consentItems(request: AuthorizationRequest): readonly string[] {
  const covered = new Set(request.scopes.flatMap((scope) => claimsOfScope[scope] ?? []));
  const demanded =
    request.claims === undefined
      ? []
      : [...demandedUserClaims(request.claims.userinfo), ...demandedUserClaims(request.claims.id_token)];
  const single = [...new Set(demanded)].filter((name) => !covered.has(name)).map((name) => `claim:${name}`);
  return [...request.scopes, ...single];
}
