import { sha256 } from '../core/hash.ts';
import { randomSecret } from '../core/random.ts';
import { type Result, succeed } from '../core/result.ts';
import type { ClientRecord, SigningAlgorithm, TenantId, TenantRecord } from '../store/records.ts';
import { checkAlgorithm } from './algorithms.ts';
import { changeRow } from './change.ts';
import { checkClientChange, checkNewClient, type ClientChange, defaultIdTokenAlgorithm, type NewClient } from './client-rules.ts';
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
  const unused = checkIdTokens(tenant.value, settings);
  if (unused !== undefined) {
    return refuse('invalid', unused);
  }
  const secret = settings.authenticationMethod === 'none' ? undefined : (input.secret ?? newSecret());
  const now = context.clock.now();
  const client: ClientRecord = {
    ...settings,
    secretHash: secret === undefined ? null : sha256(secret),
    enabled: true,
    createdAt: now,
    version: 1,
    updatedAt: now,
  };
  const outcome = await context.store.createClient(tenantId, client);
  return outcome === 'created' ? succeed({ client, secret }) : refuse('exists', `A client ${client.id} exists already.`);
}

/** Undefined for a client whose ID tokens the tenant signs as it wants them, or that gets none. */
export function checkIdTokens({ settings }: Pick<TenantRecord, 'settings'>, { id, grantTypes, idTokenAlgorithm }: Pick<ClientRecord, 'id' | 'grantTypes' | 'idTokenAlgorithm'>): string | undefined {
  return grantTypes.includes('authorization_code') ? checkAlgorithm(settings, idTokenAlgorithm, `The ID tokens of client ${id}`) : undefined;
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

/** Changes a client. What it was granted goes on, as far as its scopes still reach. */
export function changeClient(context: AdminContext, tenantId: TenantId, clientId: string, change: ClientChange): Promise<Result<ClientRecord, AdminFailure>> {
  return rewriteClient(context, tenantId, clientId, async (client) => {
    const tenant = await findTenant(context, tenantId);
    const changed = tenant.ok ? checkClientChange(client, change) : tenant;
    const unused = tenant.ok && changed.ok ? checkIdTokens(tenant.value, changed.value) : undefined;
    return unused === undefined ? changed : refuse('invalid', unused);
  });
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
  const secret = newSecret();
  const changed = await rewriteClient(context, tenantId, clientId, (client) =>
    client.authenticationMethod === 'none'
      ? refuse('invalid', `The client ${clientId} is public and has no secret.`)
      : succeed({ ...client, secretHash: sha256(secret) }),
  );
  return changed.ok ? succeed({ client: changed.value, secret }) : changed;
}

/** Lets a client work, or stops it: a disabled client gets no tokens and its tokens become inactive. */
export function setClientEnabled(
  context: AdminContext,
  tenantId: TenantId,
  clientId: string,
  enabled: boolean,
): Promise<Result<ClientRecord, AdminFailure>> {
  return rewriteClient(context, tenantId, clientId, (client) => succeed({ ...client, enabled }));
}

function rewriteClient(
  context: AdminContext,
  tenantId: TenantId,
  clientId: string,
  change: (client: ClientRecord) => Result<ClientRecord, AdminFailure> | Promise<Result<ClientRecord, AdminFailure>>,
): Promise<Result<ClientRecord, AdminFailure>> {
  return changeRow(async () => {
    const found = await findClient(context, tenantId, clientId);
    const changed = found.ok ? await change(found.value) : found;
    if (!changed.ok) {
      return changed;
    }
    const client = { ...changed.value, updatedAt: context.clock.now() };
    switch (await context.store.updateClient(tenantId, client)) {
      case 'updated':
        return succeed({ ...client, version: client.version + 1 });
      case 'lost':
        return 'lost';
      case 'unknown':
        return unknownClient(clientId);
    }
  });
}

function newSecret(): string {
  return randomSecret('secret');
}

function unknownClient(clientId: string): ReturnType<typeof refuse> {
  return refuse('not_found', `There is no client ${JSON.stringify(clientId)} in this tenant.`);
}
