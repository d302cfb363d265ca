import type { Standing } from '../store/port.ts';
import type { Failure } from './failures.ts';

/**
 * The one question that every grant, userinfo and introspection asks before it honours anything: is what this
 * rests on still standing? Client, user, session and grant must all be there and enabled; the tenant is, or
 * the request would not have come this far. Returns the failure; undefined when all stands.
 */
export function checkStanding(standing: Standing, now: number): Failure | undefined {
  const { client, grant, user, session } = standing;
  if (client === undefined || !client.enabled) {
    return { reason: 'client_disabled' };
  }
  if (standing.accessTokenRevoked) {
    return { reason: 'token_invalid', detail: 'access token revoked' };
  }
  if (grant === undefined) {
    return { reason: 'grant_revoked', detail: 'grant deleted' };
  }
  if (grant.clientId !== client.id) {
    return { reason: 'grant_revoked', detail: 'grant of another client' };
  }
  if (grant.revokedAt !== null) {
    return { reason: 'grant_revoked', detail: grant.revocationReason ?? undefined };
  }
  if (grant.expiresAt <= now) {
    return { reason: 'grant_expired' };
  }
  if (user === undefined || !user.enabled) {
    return { reason: 'user_disabled' };
  }
  // OpenID Connect Core §11: only offline access survives the session in which it was given.
  if (!grant.offline && session === undefined) {
    return { reason: 'session_ended' };
  }
  return undefined;
}
