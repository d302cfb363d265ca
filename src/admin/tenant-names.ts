import { isIP } from 'node:net';
import { isHostName } from '../core/host-name.ts';
import type { PublicUrl } from '../core/issuer.ts';
import { type Result, succeed } from '../core/result.ts';
import type { TenantAlias, TenantRecord } from '../store/records.ts';
import type { BrandImages } from '../store/port.ts';
import { changeRow } from './change.ts';
import { type AdminContext, type AdminFailure, refuse } from './context.ts';
import { checkNotOurs } from './resources.ts';
import { findTenant } from './tenants.ts';

/** More names than this can only be a mistake, and each is looked at with every token. */
const maximumAliases = 20;

/**
 * The tenant at another domain. Passkeys keep the relying party id that they were made for, as long as that can work there: by related
 * origins, which browsers ask for over https at the old domain, or because it stands above the new one (WebAuthn Level 3 §5.11).
 */
export function atDomain(tenant: TenantRecord, domain: string, keepAlias: boolean, { scheme }: PublicUrl): TenantRecord {
  if (domain === tenant.domain) {
    return tenant;
  }
  const aliases = tenant.aliases.filter((alias) => alias.domain !== domain);
  const keepsPasskeys = scheme === 'https' && isIP(tenant.domain) === 0 && (keepAlias || domain.endsWith(`.${tenant.domain}`));
  const { settings } = tenant;
  return {
    ...tenant,
    domain,
    aliases: keepAlias ? [...aliases, { domain: tenant.domain, backChannel: null }] : aliases,
    settings: { ...settings, passkeyRpId: settings.passkeyRpId ?? (keepsPasskeys ? tenant.domain : null) },
  };
}

/** The hosts at which people arrive: the domain, and the aliases that lead on to it. */
function hostsOf({ domain, aliases }: TenantRecord): readonly string[] {
  return [domain, ...aliases.flatMap((alias) => (alias.backChannel === null ? [alias.domain] : []))];
}

/**
 * Adds an alias: a host name that leads on to the tenant's domain, or, for the back channel, the origin at which clients reach it
 * on an inner network.
 */
export function addAlias(
  context: AdminContext,
  reference: string,
  { name, backChannel }: { readonly name: string; readonly backChannel: boolean },
): Promise<Result<TenantRecord, AdminFailure>> {
  return changeTenant(context, reference, (tenant) => {
    const alias = backChannel ? readOrigin(name) : readDomain(name);
    if (!alias.ok) {
      return alias;
    }
    const { domain } = alias.value;
    if (domain === tenant.domain || tenant.aliases.some((known) => known.domain === domain)) {
      return refuse('exists', `The tenant ${tenant.name} has the name ${domain} already.`);
    }
    return tenant.aliases.length < maximumAliases
      ? succeed({ ...tenant, aliases: [...tenant.aliases, alias.value] })
      : refuse('invalid', `The tenant ${tenant.name} has ${maximumAliases} aliases, and there can be no more.`);
  });
}

/** Takes an alias away: nothing answers there any more, and what was issued under it is good for nothing. */
export function removeAlias(context: AdminContext, reference: string, name: string): Promise<Result<TenantRecord, AdminFailure>> {
  return changeTenant(context, reference, (tenant) => {
    const gone = tenant.aliases.find((alias) => alias.domain === name || alias.backChannel === name);
    if (gone === undefined) {
      return refuse('not_found', `The tenant ${tenant.name} has no alias ${JSON.stringify(name)}.`);
    }
    const left = { ...tenant, aliases: tenant.aliases.filter((alias) => alias !== gone) };
    return isRelyingPartyOf(left)
      ? succeed(left)
      : refuse('invalid', `Passkeys of the tenant are made for ${gone.domain}, and nothing would answer for them without it. To give them up: tenant set ${tenant.name} --passkey-rp-id none.`);
  });
}

/** WebAuthn Level 3 §5.1.3, §5.11: an id is good on its own host, those below it, and at related origins that its host names. */
export function isRelyingPartyOf(tenant: TenantRecord): boolean {
  const { passkeyRpId } = tenant.settings;
  return passkeyRpId === null || hostsOf(tenant).some((host) => host === passkeyRpId || host.endsWith(`.${passkeyRpId}`));
}

/** Changes a tenant's row and its images in one verb, whoever else changes it at the same moment. */
export function changeTenant(
  context: AdminContext,
  reference: string,
  change: (tenant: TenantRecord) => Result<TenantRecord, AdminFailure> | Promise<Result<TenantRecord, AdminFailure>>,
  images: BrandImages = {},
): Promise<Result<TenantRecord, AdminFailure>> {
  return changeRow(async () => {
    const found = await findTenant(context, reference);
    const changed = found.ok ? await change(found.value) : found;
    if (!found.ok || !changed.ok) {
      return changed;
    }
    const tenant = { ...changed.value, updatedAt: context.clock.now() };
    const problem = hostsOf(tenant).join() === hostsOf(found.value).join() ? undefined : await resourceInTheWay(context, tenant);
    if (problem !== undefined) {
      return refuse('invalid', problem);
    }
    switch (await context.store.updateTenant(tenant.id, tenant, images)) {
      case 'updated':
        return succeed({ ...tenant, version: tenant.version + 1 });
      case 'lost':
        return 'lost';
      case 'domain_taken':
        return refuse('exists', `The domain ${takenNames(found.value, tenant)} belongs to another tenant already.`);
      case 'unknown':
        return refuse('not_found', `There is no tenant ${JSON.stringify(reference)}.`);
    }
  });
}

/** A resource whose identifier is the issuer from now on would be told from it no more. */
async function resourceInTheWay(context: AdminContext, tenant: TenantRecord): Promise<string | undefined> {
  const resources = await context.store.listResources(tenant.id);
  return resources.map(({ identifier }) => checkNotOurs(context, tenant, identifier)).find((problem) => problem !== undefined);
}

function takenNames(before: TenantRecord, after: TenantRecord): string {
  const had = new Set([before.domain, ...before.aliases.map(({ domain }) => domain)]);
  return [after.domain, ...after.aliases.map(({ domain }) => domain)].filter((name) => !had.has(name)).join(' or ');
}

function readDomain(name: string): Result<TenantAlias, AdminFailure> {
  return isHostName(name)
    ? succeed({ domain: name, backChannel: null })
    : refuse('invalid', `The alias ${JSON.stringify(name)} must be a host name such as login.example.com: lower case, no scheme, port, path or final dot.`);
}

function readOrigin(name: string): Result<TenantAlias, AdminFailure> {
  const url = URL.canParse(name) ? new URL(name) : undefined;
  const isOrigin = url !== undefined && /^https?:$/.test(url.protocol) && url.origin === name && isHostName(url.hostname);
  return isOrigin
    ? succeed({ domain: url.hostname, backChannel: name })
    : refuse('invalid', `The name for the back channel ${JSON.stringify(name)} must be an origin such as http://microauth:4000, as clients reach it.`);
}
