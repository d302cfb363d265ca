import { type Result, succeed } from '../core/result.ts';
import { checkResourceIdentifier } from '../oauth/resources.ts';
import { isScopeToken, standardScopes } from '../oauth/scopes.ts';
import { issuersOf } from '../oauth/tenant.ts';
import type { AccessTokenType, ResourceRecord, SigningAlgorithm, TenantId, TenantRecord } from '../store/records.ts';
import { accessTokenLifetimes, type TenantSettings } from '../store/tenant-settings.ts';
import { checkAlgorithm } from './algorithms.ts';
import { changeList, changeRow, type ListChange } from './change.ts';
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
  const now = context.clock.now();
  const resource: ResourceRecord = {
    identifier: input.identifier,
    name: input.name,
    scopes: [...new Set(input.scopes)],
    defaultScopes: [...new Set(input.defaultScopes)],
    accessTokenAlgorithm: input.accessTokenAlgorithm ?? tenant.value.settings.accessTokenAlgorithm,
    accessTokenType: input.accessTokenType ?? 'at+jwt',
    accessTokenLifetime: input.accessTokenLifetime ?? null,
    clientId: input.clientId ?? null,
    createdAt: now,
    version: 1,
    updatedAt: now,
  };
  const checked = await checkResource(context, tenant.value, resource, []);
  if (!checked.ok) {
    return checked;
  }
  const outcome = await context.store.createResource(tenantId, resource);
  return outcome === 'created' ? succeed(resource) : refuse('exists', `A resource ${input.identifier} exists already.`);
}

/** What changes of a resource; what is missing stays as it is, and null takes away. */
export interface ResourceChange {
  readonly name?: string | undefined;
  readonly scopes?: ListChange;
  readonly defaultScopes?: ListChange;
  readonly accessTokenAlgorithm?: SigningAlgorithm | undefined;
  readonly accessTokenType?: AccessTokenType | undefined;
  readonly accessTokenLifetime?: number | null | undefined;
  readonly clientId?: string | null | undefined;
}

/** Changes a protected resource, which is held to what a new one is held to. Tokens follow when they are issued the next time. */
export function changeResource(
  context: AdminContext,
  tenantId: TenantId,
  identifier: string,
  change: ResourceChange,
): Promise<Result<ResourceRecord, AdminFailure>> {
  return changeRow(async () => {
    const tenant = await findTenant(context, tenantId);
    const resource = (await context.store.listResources(tenantId)).find((known) => known.identifier === identifier);
    if (!tenant.ok) {
      return tenant;
    }
    if (resource === undefined) {
      return unknownResource(identifier);
    }
    const scopes = changeList(resource.scopes, change.scopes ?? {});
    const defaultScopes = changeList(resource.defaultScopes, change.defaultScopes ?? {});
    const missing = scopes.missing ?? defaultScopes.missing;
    if (missing !== undefined) {
      return refuse('invalid', `The resource ${identifier} has no ${JSON.stringify(missing)} to remove.`);
    }
    const changed: ResourceRecord = {
      ...resource,
      name: change.name ?? resource.name,
      scopes: scopes.items,
      defaultScopes: defaultScopes.items,
      accessTokenAlgorithm: change.accessTokenAlgorithm ?? resource.accessTokenAlgorithm,
      accessTokenType: change.accessTokenType ?? resource.accessTokenType,
      accessTokenLifetime: change.accessTokenLifetime === undefined ? resource.accessTokenLifetime : change.accessTokenLifetime,
      clientId: change.clientId === undefined ? resource.clientId : change.clientId,
      updatedAt: context.clock.now(),
    };
    const checked = await checkResource(context, tenant.value, changed, resource.scopes);
    if (!checked.ok) {
      return checked;
    }
    switch (await context.store.updateResource(tenantId, changed)) {
      case 'updated':
        return succeed({ ...changed, version: changed.version + 1 });
      case 'lost':
        return 'lost';
      case 'unknown':
        return unknownResource(identifier);
    }
  });
}

/** Deletes a protected resource. Tokens issued for it stay valid until they expire. */
export async function deleteResource(context: AdminContext, tenantId: TenantId, identifier: string): Promise<Result<undefined, AdminFailure>> {
  return (await context.store.deleteResource(tenantId, identifier))
    ? succeed(undefined)
    : unknownResource(identifier);
}

function unknownResource(identifier: string): ReturnType<typeof refuse> {
  return refuse('not_found', `There is no resource ${JSON.stringify(identifier)} in this tenant.`);
}

/** What every resource is held to, a new one and one that changes; `had` are the scopes that it has already. */
async function checkResource(
  context: AdminContext,
  tenant: TenantRecord,
  resource: ResourceRecord,
  had: readonly string[],
): Promise<Result<undefined, AdminFailure>> {
  const problem =
    checkResourceIdentifier(resource.identifier) ??
    checkNotOurs(context, tenant, resource.identifier) ??
    checkDisplayName(resource.name, "resource's name") ??
    checkScopes(resource.scopes, tenant.settings, had) ??
    checkDefaultScopes(resource, tenant.settings) ??
    checkLifetime(resource.accessTokenLifetime) ??
    checkAlgorithm(tenant.settings, resource.accessTokenAlgorithm, `The access tokens of ${resource.identifier}`);
  if (problem !== undefined) {
    return refuse('invalid', problem);
  }
  if (resource.clientId !== null) {
    const client = await findClient(context, tenant.id, resource.clientId);
    if (!client.ok) {
      return client;
    }
    if (client.value.authenticationMethod === 'none') {
      return refuse('invalid', `The client ${resource.clientId} is public; only one with a secret may ask the introspection endpoint.`);
    }
  }
  return succeed(undefined);
}

function checkScopes(scopes: readonly string[], { claims }: TenantSettings, had: readonly string[]): string | undefined {
  const malformed = scopes.find((scope) => !isScopeToken(scope));
  if (malformed !== undefined) {
    return `${JSON.stringify(malformed)} is not a scope: a scope is printable ASCII without spaces, quotes and backslashes.`;
  }
  const taken = scopes.find((scope) => standardScopes.some((standard) => standard === scope));
  if (taken !== undefined) {
    return `The scope ${taken} belongs to OpenID Connect; a resource needs a name of its own for it.`;
  }
  // It may be older than the claim, as `groups` is a scope of some.
  const ofClaim = scopes.find((scope) => !had.includes(scope) && claims.some((claim) => claim.scope === scope));
  return ofClaim === undefined ? undefined : `The scope ${ofClaim} stands for claims about people; a resource needs a name of its own for it.`;
}

/** Our own endpoints are nobody's resource: their tokens come without one, and what manages the tenant has a name of its own. */
export function checkNotOurs({ url }: Pick<AdminContext, 'url'>, tenant: TenantRecord, identifier: string): string | undefined {
  for (const issuer of issuersOf(tenant, url)) {
    if (identifier === issuer || identifier === `${issuer}/`) {
      return `${identifier} is the issuer itself: access tokens have it as their audience wherever no resource is named. Give your API an identifier of its own.`;
    }
    const management = `${issuer}/admin/v1`;
    if (identifier === management || identifier.startsWith(`${management}/`)) {
      return `${management} is reserved for the management of the tenant.`;
    }
  }
  return undefined;
}

function checkDefaultScopes({ scopes, defaultScopes }: ResourceRecord, { claims }: TenantSettings): string | undefined {
  const foreign = defaultScopes.find((scope) => !scopes.includes(scope) && !standardScopes.some((standard) => standard === scope) && !claims.some((claim) => claim.scope === scope));
  return foreign === undefined ? undefined : `The default scope ${JSON.stringify(foreign)} is neither a scope of this resource nor one of OpenID Connect.`;
}

function checkLifetime(seconds: number | null): string | undefined {
  const { shortest, longest } = accessTokenLifetimes;
  return seconds === null || (Number.isInteger(seconds) && seconds >= shortest && seconds <= longest)
    ? undefined
    : `The lifetime of access tokens must be a whole number of seconds from ${shortest} to ${longest}.`;
}
