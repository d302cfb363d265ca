import { type Command, Option } from 'commander';
import { changeClaim, declareClaim, deleteClaim, findClaim } from '../admin/claims.ts';
import { claimView } from '../admin/views.ts';
import { succeed } from '../core/result.ts';
import { claimTypes } from '../store/tenant-settings.ts';
import { addCommand, type CommonOptions, describe, list, report } from './answer.ts';
import { addTenantOption, onOff, words } from './arguments.ts';
import { manageTenant } from './management.ts';

interface TenantOptions extends CommonOptions {
  readonly tenant?: string;
}

interface DeclareOptions extends TenantOptions {
  readonly type?: string;
  readonly scope?: string;
  readonly in?: readonly string[];
  readonly selfService?: boolean;
  readonly label?: string;
}

/** `microauth claim …` */
export function completeClaim(group: Command): void {
  addDeclaration(group, 'create <name>', 'declare a claim about people, beside those of OpenID Connect', (name) => `The claim ${name} is declared.`, declareClaim);
  addDeclaration(group, 'set <name>', 'change what is said of a claim; what is left out stays', (name) => `The claim ${name} is changed.`, changeClaim);

  addTenantOption(addCommand(group, 'list', 'list the claims')).action(async (options: TenantOptions) => {
    const outcome = await manageTenant(options, async (_context, tenant) =>
      succeed(list('claims', tenant.settings.claims.map(claimView), ['name', 'type', 'scope', 'places', 'self_service'])),
    );
    report(outcome, options);
  });

  addTenantOption(addCommand(group, 'show <name>', 'show one claim')).action(async (name: string, options: TenantOptions) => {
    const outcome = await manageTenant(options, async (context, tenant) => {
      const found = await findClaim(context, tenant.id, name);
      return found.ok ? succeed(describe(name, claimView(found.value))) : found;
    });
    report(outcome, options);
  });

  addTenantOption(addCommand(group, 'delete <name>', 'give a claim to no application any more')).action(async (name: string, options: TenantOptions) => {
    const outcome = await manageTenant(options, async (context, tenant) => {
      const deleted = await deleteClaim(context, tenant.id, name);
      return deleted.ok ? succeed(describe(`The claim ${name} is deleted.`, { name, deleted: true })) : deleted;
    });
    report(outcome, options);
  });
}

function addDeclaration(group: Command, usage: string, summary: string, heading: (name: string) => string, settle: typeof declareClaim): void {
  addTenantOption(addCommand(group, usage, summary))
    .addOption(new Option('--type <type>', 'what it holds (at first: string)').choices(claimTypes))
    .option('--scope <scope>', 'the scope that stands for it: openid, profile, or one for claims alone (at first: its name)')
    .option('--in <places>', 'where it stands, separated by spaces: id_token, userinfo, access_token (at first: "id_token userinfo")', words)
    .addOption(new Option('--self-service <on|off>', 'whether people set it themselves on their profile page (at first: off)').argParser(onOff))
    .option('--label <text>', 'what people see; none for its name')
    .action(async (name: string, options: DeclareOptions) => {
      const outcome = await manageTenant(options, async (context, tenant) => {
        const settled = await settle(context, tenant.id, name, {
          type: options.type,
          scope: options.scope,
          places: options.in,
          selfService: options.selfService,
          label: options.label === 'none' ? null : options.label,
        });
        return settled.ok ? succeed(describe(heading(name), claimView(settled.value))) : settled;
      });
      report(outcome, options);
    });
}
