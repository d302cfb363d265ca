import type { Command } from 'commander';
import type { AdminContext } from '../admin/context.ts';
import { addAlias, removeAlias } from '../admin/tenant-names.ts';
import { findTenant } from '../admin/tenants.ts';
import { aliasView } from '../admin/views.ts';
import { succeed } from '../core/result.ts';
import type { TenantRecord } from '../store/records.ts';
import { addCommand, addGroup, type Answer, type CommonOptions, list, report } from './answer.ts';
import { manage } from './management.ts';

/** `microauth tenant alias …` */
export function addTenantAlias(group: Command): void {
  const aliases = addGroup(group, 'alias', 'further names of a tenant: domains that lead on to its own, and origins for the back channel');

  addCommand(aliases, 'list <tenant>', 'list the aliases').action(async (reference: string, options: CommonOptions) => {
    const outcome = await manage(options, async ({ context }) => {
      const found = await findTenant(context, reference);
      return found.ok ? succeed(listAliases(context, found.value)) : found;
    });
    report(outcome, options);
  });

  addCommand(aliases, 'add <tenant> <name>', 'add a host name that leads on to the domain of the tenant')
    .option('--back-channel', 'the name is an origin such as http://microauth:4000, at which clients on an inner network reach the endpoints that they call themselves')
    .action(async (reference: string, name: string, options: CommonOptions & { readonly backChannel?: true }) => {
      const outcome = await manage(options, async ({ context }) => {
        const changed = await addAlias(context, reference, { name, backChannel: options.backChannel === true });
        return changed.ok ? succeed(listAliases(context, changed.value)) : changed;
      });
      report(outcome, options);
    });

  addCommand(aliases, 'remove <tenant> <name>', 'let nothing answer at an alias any more').action(
    async (reference: string, name: string, options: CommonOptions) => {
      const outcome = await manage(options, async ({ context }) => {
        const changed = await removeAlias(context, reference, name);
        return changed.ok ? succeed(listAliases(context, changed.value)) : changed;
      });
      report(outcome, options);
    },
  );
}

function listAliases({ url }: AdminContext, tenant: TenantRecord): Answer {
  return list('aliases', tenant.aliases.map((alias) => aliasView(alias, tenant, url)), ['name', 'kind', 'leads_to']);
}
