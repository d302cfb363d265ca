import type { PublicUrl } from '../core/issuer.ts';
import type { TenantSecretsReader } from '../keys/tenant-secrets.ts';
import type { Tenant } from '../oauth/context.ts';
import { tenantOf } from '../oauth/tenant.ts';
import type { Store } from '../store/port.ts';

/** Leads a host name to its tenant; undefined where there is none. */
export type ResolveTenant = (host: string | undefined) => Promise<Tenant | undefined>;

/** The only place where a request is led to a tenant. */
export function createTenantResolver(store: Store, secrets: TenantSecretsReader, base: PublicUrl): ResolveTenant {
  return async (host) => {
    const record = host === undefined ? undefined : await store.findTenantByDomain(host);
    return record?.enabled === true ? tenantOf(record, secrets, base) : undefined;
  };
}
