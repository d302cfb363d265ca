import type { AdminContext, AdminFailure } from '../admin/context.ts';
import { ensureDefaultTenant } from '../admin/default-tenant.ts';
import { findTenant } from '../admin/tenants.ts';
import { type Config, loadConfig } from '../config/load.ts';
import { type Clock, systemClock } from '../core/clock.ts';
import { fail, type Result, succeed } from '../core/result.ts';
import { createPasswordHasher } from '../identity/password.ts';
import { opensTenantSecret } from '../keys/tenant-secrets.ts';
import type { Store } from '../store/port.ts';
import type { TenantRecord } from '../store/records.ts';
import { openStore } from '../store/sql/open-store.ts';
import type { Answer, CommonOptions, Outcome } from './answer.ts';

/** What a management command works with. */
interface Management {
  readonly config: Config;
  readonly context: AdminContext;
  /** The default tenant, or why there is none here. Only commands that need it fail for that. */
  readonly defaultTenant: Result<TenantRecord, AdminFailure>;
}

/** The context of the operations, over an open store. */
export function adminContext(config: Config, store: Store, clock: Clock): AdminContext {
  return { store, clock, sealingKey: config.sealingKey, hasher: createPasswordHasher(), url: config.url };
}

/** What every command says whose sealing key does not fit. */
const otherSealingKey = 'The sealing key is not the one that this database was written with; set MICROAUTH_SEALING_KEY to that one.';

/** Whether the database was written with this sealing key; a failure is one sentence. */
export async function checkSealingKey({ store, sealingKey }: Pick<AdminContext, 'store' | 'sealingKey'>): Promise<Result<undefined, string>> {
  const tenant = await store.findAnyTenant();
  return tenant === undefined || opensTenantSecret(sealingKey, tenant) ? succeed(undefined) : fail(otherSealingKey);
}

/**
 * Brings the schema up to date and makes the default tenant when there is none. Every command that touches the
 * store begins so, which is why they all work before the first start.
 */
export async function prepareStore(
  context: AdminContext,
  config: Config,
  otherDomain: 'move' | 'keep',
): Promise<Result<Result<TenantRecord, AdminFailure>, string>> {
  await context.store.migrate(context.clock.now());
  const key = await checkSealingKey(context);
  return key.ok ? succeed(await ensureDefaultTenant(context, config.url.host, otherDomain)) : key;
}

/** Runs a management command against the configured store. */
export async function manage(
  options: CommonOptions,
  work: (management: Management) => Promise<Result<Answer, AdminFailure>>,
): Promise<Outcome> {
  const config = loadConfig(process.env, 'manage', options.config);
  if (!config.ok) {
    return config;
  }
  const store = openStore(config.value.databaseUrl);
  if (!store.ok) {
    return fail([store.failure]);
  }
  try {
    const context = adminContext(config.value, store.value, systemClock());
    const defaultTenant = await prepareStore(context, config.value, 'keep');
    if (!defaultTenant.ok) {
      return fail([defaultTenant.failure]);
    }
    const answer = await work({ config: config.value, context, defaultTenant: defaultTenant.value });
    return answer.ok ? answer : fail([answer.failure.message]);
  } finally {
    await store.value.close();
  }
}

/** Runs a management command within the tenant that `--tenant` names, else within the default tenant. */
export async function manageTenant(
  options: CommonOptions & { readonly tenant?: string },
  work: (context: AdminContext, tenant: TenantRecord) => Promise<Result<Answer, AdminFailure>>,
): Promise<Outcome> {
  return manage(options, async ({ context, defaultTenant }) => {
    const tenant = options.tenant === undefined ? defaultTenant : await findTenant(context, options.tenant);
    return tenant.ok ? work(context, tenant.value) : tenant;
  });
}
