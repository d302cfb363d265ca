import type { Command } from 'commander';
import { refuse } from '../admin/context.ts';
import { findUser, listUserFactors } from '../admin/users.ts';
import { factorViews } from '../admin/views.ts';
import { succeed } from '../core/result.ts';
import { resetFactors } from '../flow/reset-factors.ts';
import type { FactorToReset } from '../store/account-port.ts';
import { addCommand, type CommonOptions, describe, list, report } from './answer.ts';
import { addTenantOption } from './arguments.ts';
import { manageTenant } from './management.ts';
import { ticketContext } from './ticket-context.ts';

interface TenantOptions extends CommonOptions {
  readonly tenant?: string;
}

/** `microauth user factors` and `reset-factor` */
export function addFactors(group: Command): void {
  addTenantOption(addCommand(group, 'factors <user>', 'list what a user can prove who they are with beside the password')).action(
    async (user: string, options: TenantOptions) => {
      const outcome = await manageTenant(options, async (context, tenant) => {
        const factors = await listUserFactors(context, tenant.id, user);
        return factors.ok ? succeed(list('factors', factorViews(factors.value), ['factor', 'name', 'left', 'created_at', 'last_used_at'])) : factors;
      });
      report(outcome, options);
    },
  );

  addTenantOption(addCommand(group, 'reset-factor <user> <factor>', 'take away a factor that a user has lost: one of `user factors`, or all'))
    .addHelpText('after', '\nMake sure that it is them who ask. They are signed out everywhere and told by mail, and the server sends the mail.')
    .action(async (reference: string, factor: string, options: TenantOptions) => {
      const outcome = await manageTenant(options, async (context, tenant) => {
        const user = await findUser(context, tenant.id, reference);
        if (!user.ok) {
          return user;
        }
        const reset = await resetFactors(ticketContext(context, tenant), user.value, factorOf(factor));
        return reset
          ? succeed(describe(`${user.value.email} is without it now, and signed out everywhere.`, { id: user.value.id, factor, reset }))
          : refuse('not_found', `The user has no factor ${JSON.stringify(factor)}.`);
      });
      report(outcome, options);
    });
}

/** The names of {@link factorViews}; any other is the id of a passkey. */
function factorOf(name: string): FactorToReset {
  return name === 'all' || name === 'authenticator' || name === 'recovery_codes' ? name : { passkey: name };
}
