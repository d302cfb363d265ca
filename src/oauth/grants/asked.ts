import { fail, type Result, succeed } from '../../core/result.ts';
import type { ResourceRecord } from '../../store/records.ts';
import type { Failure } from '../failures.ts';
import type { Granted } from '../narrow.ts';
import type { Parameters } from '../parameters.ts';
import { readResources } from '../resources.ts';
import { parseScope } from '../scopes.ts';

/** RFC 8707 §2.2: an access token for some of the granted resources that are left; for all of them when none is named. */
export function askedResources(grant: Granted, parameters: Parameters, registered: readonly ResourceRecord[]): Result<readonly string[], Failure> {
  const asked = readResources(parameters, registered);
  if (!asked.ok) {
    return asked;
  }
  const foreign = asked.value.find((resource) => !grant.resources.includes(resource));
  if (foreign !== undefined) {
    return fail({ reason: 'resource_exceeds_grant', parameter: 'resource', received: foreign });
  }
  return succeed(asked.value.length === 0 ? grant.resources : asked.value);
}

/** RFC 6749 §6: the same or fewer scopes; the refresh token keeps those that were granted. */
export function askedScopes(grant: Granted, parameters: Parameters): Result<readonly string[], Failure> {
  const text = parameters.get('scope');
  if (text === undefined) {
    return succeed(grant.scopes);
  }
  const asked = parseScope(text);
  if (asked === undefined) {
    return fail({ reason: 'scope_malformed', parameter: 'scope' });
  }
  const foreign = asked.find((scope) => !grant.scopes.includes(scope));
  return foreign === undefined
    ? succeed(asked)
    : fail({ reason: 'scope_exceeds_grant', parameter: 'scope', expected: grant.scopes.join(' '), received: foreign });
}
