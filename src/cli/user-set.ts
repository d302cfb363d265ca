import type { Command } from 'commander';
import { changeUser } from '../admin/users.ts';
import { userView } from '../admin/views.ts';
import { succeed } from '../core/result.ts';
import { notify } from '../flow/notices.ts';
import { addCommand, type CommonOptions, describe, report, warn } from './answer.ts';
import { addTenantOption, onOff, pairs, repeatable } from './arguments.ts';
import { manageTenant } from './management.ts';
import { ticketContext } from './ticket-context.ts';
import { unverifiedWarnings } from './user-warnings.ts';

interface SetOptions extends CommonOptions {
  readonly tenant?: string;
  readonly email?: string;
  readonly emailVerified?: boolean;
  readonly enabled?: boolean;
  readonly name?: string;
  readonly claim?: Readonly<Record<string, string>>;
  readonly removeClaim?: readonly string[];
}

/** `microauth user set` */
export function addUserSet(group: Command): void {
  addTenantOption(addCommand(group, 'set <user>', 'change a user; they stay signed in, and are told of a new address at the old one'))
    .option('--email <address>', 'the e-mail address that they sign in with; not verified unless --email-verified is there')
    .option('--email-verified', 'the address is known to be theirs')
    .option('--no-email-verified', 'it is not')
    .option('--enabled <on|off>', 'whether they may sign in; off ends what they have', onOff)
    .option('--name <text>', 'their full name')
    .option('--claim <name=value>', 'a standard claim or one of the tenant’s, such as given_name=Ada (repeatable)', pairs)
    .option('--remove-claim <name>', 'a claim that they have no more (repeatable)', repeatable)
    .action(async (reference: string, options: SetOptions) => {
      const outcome = await manageTenant(options, async (context, tenant) => {
        const changed = await changeUser(context, tenant.id, reference, {
          email: options.email,
          emailVerified: options.emailVerified,
          enabled: options.enabled,
          claims: { ...(options.name !== undefined && { name: options.name }), ...options.claim },
          removeClaims: options.removeClaim,
        });
        if (!changed.ok) {
          return changed;
        }
        const { before, user } = changed.value;
        if (user.emailKey !== before.emailKey) {
          await notify(ticketContext(context, tenant), before, 'email_changed', 'operator', before.email);
        }
        const asked = options.email !== undefined || options.emailVerified !== undefined;
        return succeed(warn(describe(`${user.email} is changed.`, userView(user)), asked ? unverifiedWarnings(user) : []));
      });
      report(outcome, options);
    });
}
