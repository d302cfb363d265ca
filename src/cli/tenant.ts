import type { Command } from 'commander';
import { refuse } from '../admin/context.ts';
import { completeKeys, createTenant, deleteTenant, findTenant } from '../admin/tenants.ts';
import { tenantDetailView, tenantView } from '../admin/views.ts';
import { succeed } from '../core/result.ts';
import { addCommand, type CommonOptions, describe, list, report } from './answer.ts';
import { manage } from './management.ts';
import { addTenantAlias } from './tenant-alias.ts';
import { addTenantSet } from './tenant-settings.ts';

interface CreateOptions extends CommonOptions {
  readonly domain: string;
  readonly displayName?: string;
}

/** `microauth tenant …` */
export function completeTenant(group: Command): void {
  addCommand(group, 'create <name>', 'make a tenant with its own signing keys')
    .requiredOption('--domain <host>', 'the host name that is its issuer, such as login.example.com')
    .option('--display-name <text>', 'what people see on its pages')
    .action(async (name: string, options: CreateOptions) => {
      const outcome = await manage(options, async ({ context }) => {
        const created = await createTenant(context, { name, domain: options.domain, displayName: options.displayName });
        if (created.ok) {
          await completeKeys(context, created.value);
        }
        return created.ok ? succeed(describe(`Tenant ${name} is ready.`, tenantView(created.value, context.url))) : created;
      });
      report(outcome, options);
    });

  addCommand(group, 'list', 'list the tenants').action(async (options: CommonOptions) => {
    const outcome = await manage(options, async ({ context }) => {
      const tenants = await context.store.listTenants();
      const views = tenants.map((tenant) => tenantView(tenant, context.url));
      return succeed(list('tenants', views, ['name', 'issuer', 'id']));
    });
    report(outcome, options);
  });

  addCommand(group, 'show <tenant>', 'show one tenant, by name, id or domain').action(async (reference: string, options: CommonOptions) => {
    const outcome = await manage(options, async ({ context }) => {
      const found = await findTenant(context, reference);
      return found.ok ? succeed(describe(found.value.displayName, tenantDetailView(found.value, context.url))) : found;
    });
    report(outcome, options);
  });

  addTenantSet(group);
  addTenantAlias(group);

  addCommand(group, 'delete <tenant>', 'delete a tenant with its users, clients and keys').action(
    async (reference: string, options: CommonOptions) => {
      const outcome = await manage(options, async ({ config, context }) => {
        const found = await findTenant(context, reference);
        if (found.ok && found.value.domain === config.url.host) {
          return refuse('invalid', `The tenant ${found.value.name} is the default tenant, which MICROAUTH_URL names, and cannot be deleted.`);
        }
        const deleted = await deleteTenant(context, reference);
        return deleted.ok
          ? succeed(describe(`Tenant ${deleted.value.name} is deleted, with everything that belonged to it.`, { id: deleted.value.id, deleted: true }))
          : deleted;
      });
      report(outcome, options);
    },
  );
}
