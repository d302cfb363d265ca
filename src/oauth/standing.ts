import { fail, type Result, succeed } from '../core/result.ts';
import type { Standing } from '../store/port.ts';
import type { ClientRecord, GrantRecord, UserRecord } from '../store/records.ts';
import type { Failure } from './failures.ts';

/** What a user's token rests on, all of it still standing. */
export interface UserGround {
  readonly client: ClientRecord;
  readonly grant: GrantRecord;
  readonly user: UserRecord;
}

/**
 * The one question that every grant, userinfo and introspection asks before it honours anything: is what this
 * rests on still standing? Client, user, session and grant must all be there and enabled; the tenant is, or
 * the request would not have come this far.
 */
export function checkStanding(found: ClientRecord | undefined, standing: Standing, now: number): Result<UserGround, Failure> {
  const client = checkClientStanding(found, standing);
  if (!client.ok) {
    return client;
  }
  const { grant, user } = standing;
  if (grant === undefined || grant.clientId !== client.value.id) {
    return fail({ reason: 'grant_revoked', detail: 'the grant is gone' });
  }
  if (grant.revokedAt !== null) {
    return fail({ reason: 'grant_revoked', detail: grant.revocationReason ?? undefined });
  }
  if (grant.expiresAt <= now) {
    return fail({ reason: 'grant_expired' });
  }
  if (user === undefined || !user.enabled) {
    return fail({ reason: 'user_disabled' });
  }
  // OpenID Connect Core §11: only offline access survives the session in which it was given, as long as the client may have it.
  if (!standing.sessionAlive && !(grant.offline && client.value.scopes.includes('offline_access'))) {
    return fail({ reason: 'session_ended' });
  }
  return succeed({ client: client.value, grant, user });
}

/** The part of the question that concerns a token by which a client acts for itself. */
export function checkClientStanding(client: ClientRecord | undefined, standing: Standing): Result<ClientRecord, Failure> {
  if (client === undefined || !client.enabled) {
    return fail({ reason: 'client_disabled' });
  }
  return standing.accessTokenRevoked ? fail({ reason: 'token_invalid', detail: 'the access token is revoked' }) : succeed(client);
}
