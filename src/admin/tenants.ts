import { isHostName } from '../core/host-name.ts';
import { randomId } from '../core/random.ts';
import { type Result, succeed } from '../core/result.ts';
import { createEnsureKey } from '../keys/first-keys.ts';
import { generatePair, toSigningKey } from '../keys/key-pairs.ts';
import { newTenantSecret } from '../keys/tenant-secrets.ts';
import type { TenantId, TenantRecord } from '../store/records.ts';
import { defaultSettings } from '../store/tenant-settings.ts';
import { type AdminContext, type AdminFailure, checkDisplayName, refuse } from './context.ts';

export interface NewTenant {
  /** Lower-case letters, digits and hyphens. */
  readonly name: string;
  /** The host name, lower case, without port. */
  readonly domain: string;
  /** What people see; the name when missing. */
  readonly displayName?: string | undefined;
}

/** The keys that every tenant is made with. An RSA key costs too much to be made before it is needed (keys/first-keys.ts). */
const quickAlgorithms = ['ES256', 'EdDSA'] as const;

/** Makes a tenant with its own secret and signing keys. {@link completeKeys} adds the one that takes its time. */
export async function createTenant(context: AdminContext, input: NewTenant): Promise<Result<TenantRecord, AdminFailure>> {
  const { name, domain, displayName = name } = input;
  if (!/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(name)) {
    return refuse('invalid', `The tenant name ${JSON.stringify(name)} must be 1 to 63 lower-case letters, digits and inner hyphens.`);
  }
  if (!isHostName(domain)) {
    return refuse('invalid', `The domain ${JSON.stringify(domain)} must be a host name such as acme.example.com: lower case, no scheme, port, path or final dot, and other letters than a to z in their xn-- form.`);
  }
  const unreadable = checkDisplayName(displayName, 'display name');
  if (unreadable !== undefined) {
    return refuse('invalid', unreadable);
  }
  const id = randomId('tenant') as TenantId;
  const createdAt = context.clock.now();
  const sealedSecret = newTenantSecret(context.sealingKey, id);
  const tenant: TenantRecord = { id, name, displayName, domain, aliases: [], sealedSecret, enabled: true, settings: defaultSettings, createdAt, version: 1, updatedAt: createdAt };
  const keys = await Promise.all(
    quickAlgorithms.map(async (algorithm) =>
      toSigningKey(context.sealingKey, id, algorithm, await generatePair(algorithm), createdAt, createdAt),
    ),
  );
  switch (await context.store.createTenant(tenant, keys)) {
    case 'created':
      return succeed(tenant);
    case 'name_taken':
      return refuse('exists', `A tenant named ${name} exists already.`);
    case 'domain_taken':
      return refuse('exists', `The domain ${domain} belongs to another tenant already.`);
  }
}

/** Makes the keys that the tenant lacks, so that nobody's first request has to. */
export async function completeKeys(context: AdminContext, { id: tenantId, settings }: TenantRecord): Promise<void> {
  const ensureKey = createEnsureKey({ ...context, makePair: generatePair });
  const keys = await context.store.listSigningKeys(tenantId, context.clock.now());
  const missing = settings.signingAlgorithms.filter((algorithm) => !keys.some((key) => key.algorithm === algorithm));
  await Promise.all(missing.map((algorithm) => ensureKey(tenantId, algorithm)));
}

/** Finds a tenant by its name, id, domain or alias. */
export async function findTenant(context: AdminContext, reference: string): Promise<Result<TenantRecord, AdminFailure>> {
  const tenant = (await context.store.findTenant(reference)) ?? (await context.store.findTenantByDomain(reference.toLowerCase()));
  return tenant === undefined ? refuse('not_found', `There is no tenant ${JSON.stringify(reference)}.`) : succeed(tenant);
}

/** Deletes a tenant and everything that belongs to it. */
export async function deleteTenant(context: AdminContext, reference: string): Promise<Result<TenantRecord, AdminFailure>> {
  const found = await findTenant(context, reference);
  if (found.ok) {
    await context.store.deleteTenant(found.value.id);
  }
  return found;
}
