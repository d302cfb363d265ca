import { type PublicUrl, issuerOf } from '../core/issuer.ts';
import type { TenantSecretsReader } from '../keys/tenant-secrets.ts';
import type { Tenant } from '../oauth/context.ts';
import type { Store } from '../store/port.ts';

/** Leads a host name to its tenant; undefined where there is none. */
export type ResolveTenant = (host: string | undefined) => Promise<Tenant | undefined>;

/**
 * The only place where a tenant is found. The issuer comes from the tenant's row and the configured scheme and
 * port, never from the request.
 */
export function createTenantResolver(store: Store, secrets: TenantSecretsReader, base: PublicUrl): ResolveTenant {
  return async (host) => {
    const record = host === undefined ? undefined : await store.findTenantByDomain(host);
    if (record === undefined || !record.enabled) {
      return undefined;
    }
    return {
      id: record.id,
      displayName: record.displayName,
      issuer: issuerOf(base, record.domain),
      secrets: secrets.of(record),
      settings: record.settings,
    } as Tenant;
  };
}
