import { fail, type Result, succeed } from '../core/result.ts';
import type { ClientRecord, ResourceRecord } from '../store/records.ts';
import type { Failure } from './failures.ts';
import { isUsable } from './resources.ts';

/** What was granted once: by a grant, or as an access token says it. */
export interface Granted {
  readonly scopes: readonly string[];
  readonly resources: readonly string[];
}

/**
 * The second question beside `checkStanding`: what of it do client and resources still have? Scopes that were taken from the client and
 * resources that are gone are left out, wherever a token is made or judged. Where nothing is left it is refused:
 * a token whose resources are gone must not become one for the tenant's own endpoints.
 */
export function narrow(granted: Granted, client: Pick<ClientRecord, 'scopes'>, registered: readonly ResourceRecord[]): Result<Granted, Failure> {
  const scopes = granted.scopes.filter((scope) => client.scopes.includes(scope));
  const resources = granted.resources.filter((resource) => isUsable(resource, registered));
  if (resources.length === 0 && granted.resources.length > 0) {
    return fail({ reason: 'resources_gone', received: granted.resources.join(' ') });
  }
  return scopes.length === 0 && granted.scopes.length > 0
    ? fail({ reason: 'scopes_gone', received: granted.scopes.join(' ') })
    : succeed({ scopes, resources });
}
