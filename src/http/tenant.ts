import type { PublicUrl } from '../core/issuer.ts';
import type { TenantSecretsReader } from '../keys/tenant-secrets.ts';
import type { Tenant } from '../oauth/context.ts';
import { tenantOf } from '../oauth/tenant.ts';
import type { Store } from '../store/port.ts';
import type { TenantRecord } from '../store/records.ts';

/**
 * By which of a tenant's names a request came: by its domain, by one that leads on to it, or by one for the back channel, which an
 * operator has given the origin of.
 */
export type Door = { readonly kind: 'domain' } | { readonly kind: 'leads_on' } | { readonly kind: 'back_channel'; readonly origin: string };

/** A tenant, and how a request came to it. */
export interface Arrival {
  readonly tenant: Tenant;
  readonly door: Door;
}

/** Leads a host name to its tenant; undefined where there is none. */
export type ResolveTenant = (host: string | undefined) => Promise<Arrival | undefined>;

/** The only place where a request is led to a tenant. */
export function createTenantResolver(store: Store, secrets: TenantSecretsReader, base: PublicUrl): ResolveTenant {
  // The store remembers records for a while, and what is made of one is kept as long.
  const made = new WeakMap<TenantRecord, Tenant>();
  return async (host) => {
    const record = host === undefined ? undefined : await store.findTenantByDomain(host);
    if (host === undefined || record?.enabled !== true) {
      return undefined;
    }
    let tenant = made.get(record);
    if (tenant === undefined) {
      tenant = tenantOf(record, secrets, base);
      made.set(record, tenant);
    }
    return { tenant, door: doorOf(record, host) };
  };
}

function doorOf({ domain, aliases }: TenantRecord, host: string): Door {
  if (host === domain) {
    return { kind: 'domain' };
  }
  const origin = aliases.find((alias) => alias.domain === host)?.backChannel ?? undefined;
  return origin === undefined ? { kind: 'leads_on' } : { kind: 'back_channel', origin };
}
