import { type Result, succeed } from '../core/result.ts';
import { checkResourceIdentifier } from '../oauth/resources.ts';
import { isScopeToken, standardScopes } from '../oauth/scopes.ts';
import type { ResourceRecord, SigningAlgorithm, TenantId } from '../store/records.ts';
import { findClient } from './clients.ts';
import { type AdminContext, type AdminFailure, checkDisplayName, refuse } from './context.ts';

export interface NewResource {
  /** Absolute URI; becomes the audience of its access tokens. */
  readonly identifier: string;
  readonly name: string;
  readonly scopes: readonly string[];
  /** ES256 when missing. */
  readonly accessTokenAlgorithm?: SigningAlgorithm | undefined;
  /** The confidential client as which it asks the introspection endpoint. */
  readonly clientId?: string | undefined;
}

/** Registers a protected resource. */
export async function createResource(
  context: AdminContext,
  tenantId: TenantId,
  input: NewResource,
): Promise<Result<ResourceRecord, AdminFailure>> {
  const problem = checkResourceIdentifier(input.identifier) ?? checkDisplayName(input.name, "resource's name") ?? checkScopes(input.scopes);
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
    accessTokenAlgorithm: input.accessTokenAlgorithm ?? 'ES256',
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

function checkScopes(scopes: readonly string[]): string | undefined {
  const malformed = scopes.find((scope) => !isScopeToken(scope));
  if (malformed !== undefined) {
    return `${JSON.stringify(malformed)} is not a scope: a scope is printable ASCII without spaces, quotes and backslashes.`;
  }
  const taken = scopes.find((scope) => standardScopes.some((standard) => standard === scope));
  return taken === undefined ? undefined : `The scope ${taken} belongs to OpenID Connect; a resource needs a name of its own for it.`;
}
