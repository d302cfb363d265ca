import { issuerOf, type PublicUrl } from '../core/issuer.ts';
import type { TenantSecretsReader } from '../keys/tenant-secrets.ts';
import type { TenantRecord } from '../store/records.ts';
import type { Tenant } from './context.ts';

/** The issuer identifier of a tenant, and after it those of domains that lead on to it: what was issued under one of them goes on. */
export function issuersOf({ domain, aliases }: Pick<TenantRecord, 'domain' | 'aliases'>, base: PublicUrl): readonly string[] {
  const further = aliases.filter(({ backChannel }) => backChannel === null);
  return [issuerOf(base, domain), ...further.map((alias) => issuerOf(base, alias.domain))];
}

/**
 * A tenant as everything works with it. The issuer comes from the tenant's row and the configured scheme and port,
 * never from a request.
 */
export function tenantOf(record: TenantRecord, secrets: TenantSecretsReader, base: PublicUrl): Tenant {
  return {
    id: record.id,
    displayName: record.displayName,
    issuer: issuerOf(base, record.domain),
    issuers: issuersOf(record, base),
    secrets: secrets.of(record),
    settings: record.settings,
  } as Tenant;
}
