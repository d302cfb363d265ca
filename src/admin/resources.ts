import { issuerOf } from '../core/issuer.ts';
import { type Result, succeed } from '../core/result.ts';
import { checkResourceIdentifier } from '../oauth/resources.ts';
import { isScopeToken, standardScopes } from '../oauth/scopes.ts';
import type { AccessTokenType, ResourceRecord, SigningAlgorithm, TenantId } from '../store/records.ts';
import { accessTokenLifetimes, type TenantSettings } from '../store/tenant-settings.ts';
import { checkAlgorithm } from './algorithms.ts';
import { findClient } from './clients.ts';
import { type AdminContext, type AdminFailure, checkDisplayName, refuse } from './context.ts';
import { findTenant } from './tenants.ts';

export interface NewResource {
  /** Absolute URI; becomes the audience of its access tokens. */
  readonly identifier: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly defaultScopes?: readonly string[] | undefined;
  /** The tenant's when missing. */
  readonly accessTokenAlgorithm?: SigningAlgorithm | undefined;
  readonly accessTokenType?: AccessTokenType | undefined;
  /** In seconds; the tenant's when missing. */
  readonly accessTokenLifetime?: number | undefined;
  /** The confidential client as which it asks the introspection endpoint. */
  readonly clientId?: string | undefined;
}

/** Registers a protected resource. */
export async function createResource(
  context: AdminContext,
  tenantId: TenantId,
  input: NewResource,
): Promise<Result<ResourceRecord, AdminFailure>> {
  const tenant = await findTenant(context, tenantId);
  if (!tenant.ok) {
    return tenant;
  }
  const { settings } = tenant.value;
  const accessTokenAlgorithm = input.accessTokenAlgorithm ?? settings.accessTokenAlgorithm;
  const problem =
    checkResourceIdentifier(input.identifier) ??
    checkNotOurs(input.identifier, issuerOf(context.url, tenant.value.domain)) ??
    checkDisplayName(input.name, "resource's name") ??
    checkScopes(input.scopes, settings) ??
    checkDefaultScopes(input, settings) ??
    checkLifetime(input.accessTokenLifetime) ??
    checkAlgorithm(settings, accessTokenAlgorithm, `The access tokens of ${input.identifier}`);
  if (problem !== undefined) {
    return refuse('invalid', problem);
  }
  if (input.clientId !== undefined) {
    const client = await findClient(context, tenantId, input.clientId);
    if (!client.ok) {
      return client;
    }
    if (client.value.authenticationMethod === 'none') {
      return refuse('invalid', `The client ${input.clientId} is public; only one with a secret may ask the introspection endpoint.`);
    }
  }
  const resource: ResourceRecord = {
    identifier: input.identifier,
    name: input.name,
    scopes: [...new Set(input.scopes)],
    defaultScopes: [...new Set(input.defaultScopes)],
    accessTokenAlgorithm,
    accessTokenType: input.accessTokenType ?? 'at+jwt',
    accessTokenLifetime: input.accessTokenLifetime ?? null,
    clientId: input.clientId ?? null,
    createdAt: context.clock.now(),
  };
  const outcome = await context.store.createResource(tenantId, resource);
  return outcome === 'created' ? succeed(resource) : refuse('exists', `A resource ${input.identifier} exists already.`);
}

/** Deletes a protected resource. Tokens issued for it stay valid until they expire. */
export async function deleteResource(context: AdminContext, tenantId: TenantId, identifier: string): Promise<Result<undefined, AdminFailure>> {
  return (await context.store.deleteResource(tenantId, identifier))
    ? succeed(undefined)
    : refuse('not_found', `There is no resource ${JSON.stringify(identifier)} in this tenant.`);
}

function checkScopes(scopes: readonly string[], { claims }: TenantSettings): string | undefined {
  const malformed = scopes.find((scope) => !isScopeToken(scope));
  if (malformed !== undefined) {
    return `${JSON.stringify(malformed)} is not a scope: a scope is printable ASCII without spaces, quotes and backslashes.`;
  }
  const taken = scopes.find((scope) => standardScopes.some((standard) => standard === scope));
  if (taken !== undefined) {
    return `The scope ${taken} belongs to OpenID Connect; a resource needs a name of its own for it.`;
  }
  const ofClaim = scopes.find((scope) => claims.some((claim) => claim.scope === scope));
  return ofClaim === undefined ? undefined : `The scope ${ofClaim} stands for claims about people; a resource needs a name of its own for it.`;
}

/** Our own endpoints are nobody's resource: their tokens come without one, and what manages the tenant has a name of its own. */
function checkNotOurs(identifier: string, issuer: string): string | undefined {
  if (identifier === issuer || identifier === `${issuer}/`) {
    return `${identifier} is the issuer itself: access tokens have it as their audience wherever no resource is named. Give your API an identifier of its own.`;
  }
  const management = `${issuer}/admin/v1`;
  return identifier === management || identifier.startsWith(`${management}/`) ? `${management} is reserved for the management of the tenant.` : undefined;
}

function checkDefaultScopes({ scopes, defaultScopes = [] }: NewResource, { claims }: TenantSettings): string | undefined {
  const foreign = defaultScopes.find((scope) => !scopes.includes(scope) && !standardScopes.some((standard) => standard === scope) && !claims.some((claim) => claim.scope === scope));
  return foreign === undefined ? undefined : `The default scope ${JSON.stringify(foreign)} is neither a scope of this resource nor one of OpenID Connect.`;
}

function checkLifetime(seconds: number | undefined): string | undefined {
  const { shortest, longest } = accessTokenLifetimes;
  return seconds === undefined || (Number.isInteger(seconds) && seconds >= shortest && seconds <= longest)
    ? undefined
    : `The lifetime of access tokens must be a whole number of seconds from ${shortest} to ${longest}.`;
}
