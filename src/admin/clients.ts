import { sha256 } from '../core/hash.ts';
import { randomSecret } from '../core/random.ts';
import { type Result, succeed } from '../core/result.ts';
import type { ClientRecord, SigningAlgorithm, TenantId } from '../store/records.ts';
import { checkAlgorithm } from './algorithms.ts';
import { checkNewClient, defaultIdTokenAlgorithm, type NewClient } from './client-rules.ts';
import { type AdminContext, type AdminFailure, refuse } from './context.ts';
import { findTenant } from './tenants.ts';

/** A client, and its secret where it has one: the only time that it can be read. */
export interface ClientWithSecret {
  readonly client: ClientRecord;
  readonly secret: string | undefined;
}

/** Registers a client. */
export async function createClient(
  context: AdminContext,
  tenantId: TenantId,
  input: NewClient,
): Promise<Result<ClientWithSecret, AdminFailure>> {
  const tenant = await findTenant(context, tenantId);
  if (!tenant.ok) {
    return tenant;
  }
  const checked = checkNewClient(withUsedAlgorithm(input, tenant.value.settings.signingAlgorithms));
  if (!checked.ok) {
    return checked;
  }
  const settings = checked.value;
  const unused = settings.grantTypes.includes('authorization_code') ? checkAlgorithm(tenant.value.settings, settings.idTokenAlgorithm, `The ID tokens of ${settings.id}`) : undefined;
  if (unused !== undefined) {
    return refuse('invalid', unused);
  }
  const secret = settings.authenticationMethod === 'none' ? undefined : (input.secret ?? newSecret());
  const client: ClientRecord = {
    ...settings,
    secretHash: secret === undefined ? null : sha256(secret),
    enabled: true,
    createdAt: context.clock.now(),
  };
  const outcome = await context.store.createClient(tenantId, client);
  return outcome === 'created' ? succeed({ client, secret }) : refuse('exists', `A client ${client.id} exists already.`);
}

/** Who says nothing of an algorithm gets one that the tenant uses, where ID tokens are signed at all. */
function withUsedAlgorithm(input: NewClient, used: readonly SigningAlgorithm[]): NewClient {
  return input.idTokenAlgorithm !== undefined || input.type === 'service' || used.includes(defaultIdTokenAlgorithm) ? input : { ...input, idTokenAlgorithm: used[0] };
}

/** Finds a client by its id. */
export async function findClient(context: AdminContext, tenantId: TenantId, clientId: string): Promise<Result<ClientRecord, AdminFailure>> {
  const client = await context.store.findClient(tenantId, clientId);
  return client === undefined ? unknownClient(clientId) : succeed(client);
}

/** Deletes a client with its grants and consents. */
export async function deleteClient(context: AdminContext, tenantId: TenantId, clientId: string): Promise<Result<ClientRecord, AdminFailure>> {
  const found = await findClient(context, tenantId, clientId);
  if (found.ok) {
    await context.store.deleteClient(tenantId, clientId);
  }
  return found;
}

/** Gives a confidential client a new secret; the old one is void at once. */
export async function rotateClientSecret(
  context: AdminContext,
  tenantId: TenantId,
  clientId: string,
): Promise<Result<ClientWithSecret, AdminFailure>> {
  const found = await findClient(context, tenantId, clientId);
  if (!found.ok) {
    return found;
  }
  if (found.value.authenticationMethod === 'none') {
    return refuse('invalid', `The client ${clientId} is public and has no secret.`);
  }
  const secret = newSecret();
  const client = { ...found.value, secretHash: sha256(secret) };
  return (await context.store.updateClient(tenantId, client)) ? succeed({ client, secret }) : unknownClient(clientId);
}

/** Lets a client work, or stops it: a disabled client gets no tokens and its tokens become inactive. */
export async function setClientEnabled(
  context: AdminContext,
  tenantId: TenantId,
  clientId: string,
  enabled: boolean,
): Promise<Result<ClientRecord, AdminFailure>> {
  const found = await findClient(context, tenantId, clientId);
  if (!found.ok) {
    return found;
  }
  const client = { ...found.value, enabled };
  return (await context.store.updateClient(tenantId, client)) ? succeed(client) : unknownClient(clientId);
}

function newSecret(): string {
  return randomSecret('secret');
}

function unknownClient(clientId: string): ReturnType<typeof refuse> {
  return refuse('not_found', `There is no client ${JSON.stringify(clientId)} in this tenant.`);
}
