import type { Command } from 'commander';
import { changeGroups, groupsOf } from '../admin/groups.ts';
import { findUser } from '../admin/users.ts';
import { succeed } from '../core/result.ts';
import { addCommand, addGroup, type CommonOptions, describe, report } from './answer.ts';
import { addTenantOption } from './arguments.ts';
import { manageTenant } from './management.ts';

interface TenantOptions extends CommonOptions {
  readonly tenant?: string;
}

/** `microauth user group …` */
export function addUserGroups(users: Command): void {
  const group = addGroup(users, 'group', 'the groups that a user is in, which applications get as the claim groups');
  addTenantOption(addCommand(group, 'list <user>', 'list the groups of a user')).action(async (user: string, options: TenantOptions) => {
    const outcome = await manageTenant(options, async (context, tenant) => {
      const found = await findUser(context, tenant.id, user);
      return found.ok ? succeed(describe(found.value.email, { id: found.value.id, groups: groupsOf(found.value) })) : found;
    });
    report(outcome, options);
  });
  addChange(group, 'add <user> <groups...>', 'put a user into groups', (groups) => ({ add: groups }));
  addChange(group, 'remove <user> <groups...>', 'take a user out of groups', (groups) => ({ remove: groups }));
}

function addChange(group: Command, usage: string, summary: string, change: (groups: readonly string[]) => Parameters<typeof changeGroups>[3]): void {
  addTenantOption(addCommand(group, usage, summary)).action(async (user: string, groups: readonly string[], options: TenantOptions) => {
    const outcome = await manageTenant(options, async (context, tenant) => {
      const changed = await changeGroups(context, tenant.id, user, change(groups));
      return changed.ok ? succeed(describe(`${changed.value.user.email} is changed; tokens issued from now on say so.`, { id: changed.value.user.id, groups: changed.value.groups })) : changed;
    });
    report(outcome, options);
  });
}
