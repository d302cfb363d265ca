import type { Command } from 'commander';
import { rotateKeys } from '../admin/keys.ts';
import { findTenant } from '../admin/tenants.ts';
import { rotatedKeyView } from '../admin/views.ts';
import { succeed } from '../core/result.ts';
import { addCommand, type CommonOptions, list, report } from './answer.ts';
import { manage } from './management.ts';
import { addReseal } from './reseal.ts';

/** `microauth keys …` */
export function completeKeys(group: Command): void {
  addReseal(group);
  addCommand(group, 'rotate', 'publish new signing keys now and sign with them as soon as every cache has them')
    .option('--tenant <tenant>', 'one tenant, by name, id or domain; every tenant otherwise')
    .action(async (options: CommonOptions & { readonly tenant?: string }) => {
      const outcome = await manage(options, async ({ context }) => {
        const one = options.tenant === undefined ? undefined : await findTenant(context, options.tenant);
        if (one?.ok === false) {
          return one;
        }
        const rotated = await rotateKeys(context, one === undefined ? await context.store.listTenants() : [one.value]);
        return succeed(list('keys', rotated.map(rotatedKeyView), ['tenant', 'alg', 'kid', 'activates_at']));
      });
      report(outcome, options);
    });
}
