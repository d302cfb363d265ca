import { fail, type Result, succeed } from '../core/result.ts';
import type { ClientRecord, ResourceRecord } from '../store/records.ts';
import type { ClaimDeclaration } from '../store/tenant-settings.ts';
import type { Failure } from './failures.ts';

/** The scopes that OpenID Connect defines (Core §5.4 and §11). */
export const standardScopes = ['openid', 'profile', 'email', 'address', 'phone', 'offline_access'] as const;

/** What a request without `scope` gets whose resources have no defaults (RFC 6749 §3.3 lets the server choose; the least that signs in). */
const defaultScopes = ['openid'] as const;

/** RFC 6749 §3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E ). */
export function isScopeToken(text: string): boolean {
  return /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(text);
}

/**
 * Splits a scope parameter into distinct tokens, in order; undefined when it breaks the grammar.
 * Several spaces in a row are forgiven.
 */
export function parseScope(text: string): readonly string[] | undefined {
  const tokens = [...new Set(text.split(' ').filter((token) => token !== ''))];
  return tokens.length > 0 && tokens.every(isScopeToken) ? tokens : undefined;
}

/** As long as the store gives the same lists, nothing has changed. */
const known = new WeakMap<readonly ResourceRecord[], { readonly claims: readonly ClaimDeclaration[]; readonly scopes: ReadonlySet<string> }>();

/** Every scope that a tenant knows: the standard ones, those of its claims and those of its resources. */
export function knownScopes(resources: readonly ResourceRecord[], claims: readonly ClaimDeclaration[]): ReadonlySet<string> {
  let found = known.get(resources);
  if (found?.claims !== claims) {
    found = { claims, scopes: new Set([...standardScopes, ...claims.map(({ scope }) => scope), ...resources.flatMap((resource) => resource.scopes)]) };
    known.set(resources, found);
  }
  return found.scopes;
}

/** The scopes that the named resources give by default, as far as the client may have them. */
export function defaultScopesOf(client: Pick<ClientRecord, 'scopes'>, registered: readonly ResourceRecord[], resources: readonly string[]): readonly string[] {
  const scopes = registered.filter(({ identifier }) => resources.includes(identifier)).flatMap((resource) => resource.defaultScopes);
  return [...new Set(scopes)].filter((scope) => client.scopes.includes(scope));
}

/**
 * Scopes that nobody knows are ignored (OpenID Connect Core §3.1.2.1); the answer says what was granted. A scope
 * that exists but is not the client's to ask for is refused, so that the mistake is seen. Where the request names
 * its resources, that goes for theirs only: some clients ask for everything in `scopes_supported`, and mean by it
 * whatever there is at the resource (docs/decisions/0004-scopes.md).
 *
 * @param resources what the request asks access to, by identifier; `registered` and `claims` are what the tenant has.
 */
export function readScopes(
  client: Pick<ClientRecord, 'scopes'>,
  text: string | undefined,
  registered: readonly ResourceRecord[],
  resources: readonly string[],
  claims: readonly ClaimDeclaration[],
): Result<readonly string[], Failure> {
  if (text === undefined) {
    const ofResources = defaultScopesOf(client, registered, resources);
    return succeed(ofResources.length > 0 ? ofResources : defaultScopes.filter((scope) => client.scopes.includes(scope)));
  }
  const asked = parseScope(text);
  if (asked === undefined) {
    return fail({ reason: 'scope_malformed', parameter: 'scope', received: text.slice(0, 200) });
  }
  const all = knownScopes(registered, claims);
  const understood = asked.filter((scope) => all.has(scope) || client.scopes.includes(scope));
  if (understood.length === 0) {
    return fail({ reason: 'scope_unknown', parameter: 'scope', received: text.slice(0, 200) });
  }
  const allowed = understood.filter((scope) => client.scopes.includes(scope));
  if (allowed.length === understood.length) {
    return succeed(allowed);
  }
  // RFC 8707 §2: scopes are asked for at the resources that are named, so those of other resources are none of its.
  const here = resources.length === 0 ? all : knownScopes(registered.filter(({ identifier }) => resources.includes(identifier)), []);
  const foreign = understood.find((scope) => !client.scopes.includes(scope) && (here.has(scope) || allowed.length === 0));
  return foreign === undefined
    ? succeed(allowed)
    : fail({ reason: 'scope_not_allowed', parameter: 'scope', expected: client.scopes.join(' '), received: foreign });
}
