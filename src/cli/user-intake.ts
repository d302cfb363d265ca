import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { refuse } from '../admin/context.ts';
import { importUsers } from '../admin/import-users.ts';
import { withoutByteOrderMark } from '../core/byte-order-mark.ts';
import { fileError } from '../core/file-error.ts';
import { succeed } from '../core/result.ts';
import { invitations, invite } from '../flow/invitations.ts';
import { type Locale, locales } from '../words/locale.ts';
import { addCommand, type CommonOptions, complain, describe, list, report } from './answer.ts';
import { addTenantOption } from './arguments.ts';
import { manageTenant } from './management.ts';
import { describeRefusedLines } from './refused-lines.ts';
import { ticketContext } from './ticket-context.ts';

interface TenantOptions extends CommonOptions {
  readonly tenant?: string;
}

/** `microauth user invite`, `invitations`, `revoke-invitation` and `import` */
export function addIntake(group: Command): void {
  addTenantOption(addCommand(group, 'invite <email>', 'invite somebody to make an account; the server mails the link'))
    .addOption(new Option('--locale <tag>', 'the language of the mail').choices(locales).default('en'))
    .action(async (email: string, options: TenantOptions & { readonly locale: Locale }) => {
      const outcome = await manageTenant(options, async (context, tenant) => {
        const invited = await invite(ticketContext(context, tenant), { email, locale: options.locale });
        return invited.ok
          ? succeed(describe(`${email} is invited.`, { id: invited.value.id, email: invited.value.email, link: invited.value.link, expires_at: new Date(invited.value.expiresAt).toISOString() }))
          : refuse('invalid', invited.failure);
      });
      report(outcome, options);
    });

  addTenantOption(addCommand(group, 'invitations', 'list the invitations that nobody has taken up')).action(async (options: TenantOptions) => {
    const outcome = await manageTenant(options, async (context, tenant) => {
      const open = await invitations(ticketContext(context, tenant));
      const views = open.map(({ id, email, expiresAt }) => ({ id, email, expires_at: new Date(expiresAt).toISOString() }));
      return succeed(list('invitations', views, ['id', 'email', 'expires_at']));
    });
    report(outcome, options);
  });

  addTenantOption(addCommand(group, 'revoke-invitation <id>', 'make the link of an invitation worthless')).action(async (id: string, options: TenantOptions) => {
    const outcome = await manageTenant(options, async (context, tenant) => {
      const open = await invitations(ticketContext(context, tenant));
      const revoked = open.some((ticket) => ticket.id === id) && (await context.store.deleteTicket(tenant.id, id));
      return revoked ? succeed(describe('The invitation is revoked.', { id, revoked })) : refuse('not_found', `There is no invitation ${JSON.stringify(id)}.`);
    });
    report(outcome, options);
  });

  addTenantOption(addCommand(group, 'import <file>', 'make users from lines of JSON, with the password hashes of another system')).action(
    async (file: string, options: TenantOptions) => {
      let refused: readonly string[] = [];
      const outcome = await manageTenant(options, async (context, tenant) => {
        let text: string;
        try {
          text = withoutByteOrderMark(readFileSync(file, 'utf8'));
        } catch (error) {
          return refuse('invalid', `The file ${file} cannot be read: ${fileError(error)}.`);
        }
        const { imported, problems } = await importUsers(context, tenant.id, text.split('\n'));
        refused = describeRefusedLines(problems);
        return succeed({ json: { imported, problems }, text: `Users imported: ${imported}. Lines refused: ${problems.length}.` });
      });
      report(outcome, options);
      if (refused.length > 0) {
        complain(refused);
      }
    },
  );
}
