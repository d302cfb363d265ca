import type { Command } from 'commander';
import type { AdminContext, AdminFailure } from '../admin/context.ts';
import { createUser, deleteUser, findUser, listUserSessions, setUserEnabled, setUserPassword, signUserOut } from '../admin/users.ts';
import { sessionView, userView } from '../admin/views.ts';
import { type Result, succeed } from '../core/result.ts';
import type { TenantId, UserRecord } from '../store/records.ts';
import { groupsClaim } from '../store/tenant-settings.ts';
import { addCommand, type CommonOptions, describe, list, report, warn } from './answer.ts';
import { addTenantOption, pairs, repeatable } from './arguments.ts';
import { manageTenant } from './management.ts';
import { readPassword } from './password-input.ts';
import { addFactors } from './user-factors.ts';
import { addUserGroups } from './user-groups.ts';
import { addIntake } from './user-intake.ts';
import { addUserSet } from './user-set.ts';
import { unverifiedWarnings } from './user-warnings.ts';

interface TenantOptions extends CommonOptions {
  readonly tenant?: string;
}

interface CreateOptions extends TenantOptions {
  readonly email: string;
  readonly emailVerified?: true;
  readonly passwordStdin?: true;
  readonly name?: string;
  readonly claim?: Readonly<Record<string, string>>;
  readonly group?: readonly string[];
}

/** `microauth user …` */
export function completeUser(group: Command): void {
  addCreate(group);
  addUserSet(group);
  addTenantOption(addCommand(group, 'list', 'list the users')).action(async (options: TenantOptions) => {
    const outcome = await manageTenant(options, async ({ store }, tenant) => {
      const users = await store.listUsers(tenant.id);
      return succeed(list('users', users.map(userView), ['id', 'email', 'email_verified', 'enabled']));
    });
    report(outcome, options);
  });
  addUserCommand(group, 'show', 'show one user', (user) => user.email, findUser);
  addUserCommand(group, 'enable', 'let a user sign in again', (user) => `${user.email} may sign in.`, (context, tenantId, user) =>
    setUserEnabled(context, tenantId, user, true),
  );
  addUserCommand(group, 'disable', 'keep a user out, and end their sessions and all that applications hold of them', (user) => `${user.email} is kept out.`, (context, tenantId, user) =>
    setUserEnabled(context, tenantId, user, false),
  );
  addSetPassword(group);
  addTenantOption(addCommand(group, 'delete <user>', 'delete a user with their sessions and consents')).action(
    async (user: string, options: TenantOptions) => {
      const outcome = await manageTenant(options, async (context, tenant) => {
        const deleted = await deleteUser(context, tenant.id, user);
        return deleted.ok ? succeed(describe(`${deleted.value.email} is deleted.`, { id: deleted.value.id, deleted: true })) : deleted;
      });
      report(outcome, options);
    },
  );
  addSessions(group);
  addFactors(group);
  addUserGroups(group);
  addIntake(group);
}

function addCreate(group: Command): void {
  addTenantOption(addCommand(group, 'create', 'make a user'))
    .requiredOption('--email <address>', 'the e-mail address that they sign in with')
    .option('--password-stdin', 'read their password from standard input; without it they cannot sign in yet')
    .option('--email-verified', 'the address is known to be theirs')
    .option('--name <text>', 'their full name')
    .option('--claim <name=value>', 'a standard claim or one of the tenant’s, such as given_name=Ada (repeatable)', pairs)
    .option('--group <name>', 'a group that they are in (repeatable)', repeatable)
    .action(async (options: CreateOptions) => {
      const password = options.passwordStdin === true ? await readPassword() : undefined;
      const outcome = await manageTenant(options, async (context, tenant) => {
        const created = await createUser(context, tenant.id, {
          email: options.email,
          emailVerified: options.emailVerified === true,
          password,
          claims: {
            ...(options.name !== undefined && { name: options.name }),
            ...(options.group !== undefined && { [groupsClaim]: JSON.stringify(options.group) }),
            ...options.claim,
          },
        });
        return created.ok ? succeed(warn(describe(`${created.value.email} is a user of tenant ${tenant.name}.`, userView(created.value)), unverifiedWarnings(created.value))) : created;
      });
      report(outcome, options);
    });
}

function addSetPassword(group: Command): void {
  addTenantOption(addCommand(group, 'set-password <user>', 'set a password, which signs the user out everywhere'))
    .requiredOption('--password-stdin', 'read the password from standard input')
    .action(async (user: string, options: TenantOptions) => {
      const password = await readPassword();
      const outcome = await manageTenant(options, async (context, tenant) => {
        const changed = await setUserPassword(context, tenant.id, user, password);
        return changed.ok
          ? succeed(describe(`${changed.value.email} has a new password and is signed out everywhere.`, { id: changed.value.id, password_set: true }))
          : changed;
      });
      report(outcome, options);
    });
}

function addSessions(group: Command): void {
  addTenantOption(addCommand(group, 'sessions <user>', 'list where a user is signed in')).action(async (user: string, options: TenantOptions) => {
    const outcome = await manageTenant(options, async (context, tenant) => {
      const sessions = await listUserSessions(context, tenant.id, user);
      return sessions.ok
        ? succeed(list('sessions', sessions.value.map(sessionView), ['id', 'auth_time', 'address', 'user_agent']))
        : sessions;
    });
    report(outcome, options);
  });

  addTenantOption(addCommand(group, 'sign-out <user>', 'end the sessions of a user, and what applications hold from them, offline access too'))
    .option('--session <id>', 'only this one')
    .action(async (user: string, options: TenantOptions & { readonly session?: string }) => {
      const outcome = await manageTenant(options, async (context, tenant) => {
        const ended = await signUserOut(context, tenant.id, user, options.session);
        return ended.ok ? succeed(describe(`Sessions ended: ${ended.value}.`, { ended: ended.value })) : ended;
      });
      report(outcome, options);
    });
}

/** A command that takes a user and answers with them. */
function addUserCommand(
  group: Command,
  verb: string,
  description: string,
  heading: (user: UserRecord) => string,
  operation: (context: AdminContext, tenantId: TenantId, user: string) => Promise<Result<UserRecord, AdminFailure>>,
): void {
  addTenantOption(addCommand(group, `${verb} <user>`, description)).action(async (reference: string, options: TenantOptions) => {
    const outcome = await manageTenant(options, async (context, tenant) => {
      const user = await operation(context, tenant.id, reference);
      return user.ok ? succeed(describe(heading(user.value), userView(user.value))) : user;
    });
    report(outcome, options);
  });
}
