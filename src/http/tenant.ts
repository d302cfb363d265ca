import type { PublicUrl } from '../core/issuer.ts';
import type { TenantSecretsReader } from '../keys/tenant-secrets.ts';
import type { Tenant } from '../oauth/context.ts';
import { tenantOf } from '../oauth/tenant.ts';
import type { Store } from '../store/port.ts';
import type { TenantRecord } from '../store/records.ts';

/** Leads a host name to its tenant; undefined where there is none. */
export type ResolveTenant = (host: string | undefined) => Promise<Tenant | undefined>;

/** The only place where a request is led to a tenant. */
export function createTenantResolver(store: Store, secrets: TenantSecretsReader, base: PublicUrl): ResolveTenant {
  // The store remembers records for a while, and what is made of one is kept as long.
  const made = new WeakMap<TenantRecord, Tenant>();
  return async (host) => {
    const record = host === undefined ? undefined : await store.findTenantByDomain(host);
    if (record?.enabled !== true) {
      return undefined;
    }
    let tenant = made.get(record);
    if (tenant === undefined) {
      tenant = tenantOf(record, secrets, base);
      made.set(record, tenant);
    }
    return tenant;
  };
}
