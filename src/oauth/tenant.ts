import { issuerOf, type PublicUrl } from '../core/issuer.ts';
import type { TenantSecretsReader } from '../keys/tenant-secrets.ts';
import type { TenantRecord } from '../store/records.ts';
import type { Tenant } from './context.ts';

/**
 * A tenant as everything works with it. The issuer comes from the tenant's row and the configured scheme and port,
 * never from a request.
 */
export function tenantOf(record: TenantRecord, secrets: TenantSecretsReader, base: PublicUrl): Tenant {
  return {
    id: record.id,
    displayName: record.displayName,
    issuer: issuerOf(base, record.domain),
    secrets: secrets.of(record),
    settings: record.settings,
  } as Tenant;
}
