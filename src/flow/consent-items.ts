import { claimsOfScope, demandedUserClaims } from '../oauth/claims.ts';
import type { AuthorizationRequest } from '../oauth/authorization-request.ts';
import type { Allowed } from '../store/records.ts';

/** The name under which consents keep what is for no resource but the tenant itself. */
export const tenantItself = '';

/**
 * What a person is asked to allow, as consents are stored: each scope, and each claim that the `claims`
 * parameter asks for and no requested scope covers. All of it for each resource that the token would be good at
 * (RFC 8707 §3, RFC 9700 §2.3): whoever let a client read their calendar has not let it read their mail.
 */
export function consentItems(request: AuthorizationRequest): Allowed {
  const covered = new Set(request.scopes.flatMap((scope) => claimsOfScope[scope] ?? []));
  const demanded =
    request.claims === undefined
      ? []
      : [...demandedUserClaims(request.claims.userinfo), ...demandedUserClaims(request.claims.id_token)];
  const single = [...new Set(demanded)].filter((name) => !covered.has(name)).map((name) => `claim:${name}`);
  const items = [...request.scopes, ...single];
  return Object.fromEntries((request.resources.length === 0 ? [tenantItself] : request.resources).map((resource) => [resource, items]));
}

/** Whether all that is asked for has been allowed, at every resource. */
export function isAllowed(asked: Allowed, allowed: Allowed): boolean {
  return Object.entries(asked).every(([resource, items]) => {
    const there = Object.hasOwn(allowed, resource) ? allowed[resource] : undefined;
    // Asking for a resource is a wish even where nothing is asked of it.
    return there !== undefined && items.every((item) => there.includes(item));
  });
}
