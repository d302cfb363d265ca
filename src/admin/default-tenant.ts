import { type Result, succeed } from '../core/result.ts';
import type { TenantRecord } from '../store/records.ts';
import { type AdminContext, type AdminFailure, refuse } from './context.ts';
import { changeSettings } from './settings.ts';
import { createTenant } from './tenants.ts';

/** The name under which the default tenant is made. Its domain is what makes it the default. */
const defaultTenantName = 'default';

/**
 * The default tenant: the one whose domain is `host`, made when there is none yet. When the tenant named `default`
 * has another domain, a server moves it to `host`, for its operator has changed its URL, and the old domain leads on to it; a management command
 * leaves it alone, for it may merely have been started without the server's configuration.
 */
export async function ensureDefaultTenant(
  context: AdminContext,
  host: string,
  otherDomain: 'move' | 'keep',
): Promise<Result<TenantRecord, AdminFailure>> {
  const present = await context.store.findTenantByDomain(host);
  // A domain that leads on to another is no tenant's own.
  if (present?.domain === host) {
    return succeed(present);
  }
  const named = await context.store.findTenant(defaultTenantName);
  if (named === undefined) {
    const created = await createTenant(context, { name: defaultTenantName, domain: host, displayName: 'MicroAuth' });
    // Another process that starts at the same time may have come first.
    const winner = created.ok ? undefined : await context.store.findTenantByDomain(host);
    return winner === undefined ? created : succeed(winner);
  }
  if (otherDomain === 'keep') {
    return refuse(
      'not_found',
      `No tenant has the domain ${host}, and the default tenant's is ${named.domain}: set MICROAUTH_URL as the server has it, or name a tenant with --tenant.`,
    );
  }
  return changeSettings(context, named.id, { domain: host });
}
