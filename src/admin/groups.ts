import { fail, type Result, succeed } from '../core/result.ts';
import { changeClaims } from '../identity/change-claims.ts';
import { checkClaimsSize, readOwnClaim } from '../identity/claims.ts';
import type { TenantId, UserRecord } from '../store/records.ts';
import { groupsClaim } from '../store/tenant-settings.ts';
import { tooBusy } from './change.ts';
import { type AdminContext, type AdminFailure, refuse } from './context.ts';
import { findUser } from './users.ts';

/** The groups of a person. */
export function groupsOf(user: Pick<UserRecord, 'claims'>): readonly string[] {
  return listOf((JSON.parse(user.claims) as Readonly<Record<string, unknown>>)[groupsClaim]);
}

/** Puts a person into groups and takes them out of others; answers all that they are in afterwards. */
export async function changeGroups(
  context: AdminContext,
  tenantId: TenantId,
  reference: string,
  { add = [], remove = [] }: { readonly add?: readonly string[]; readonly remove?: readonly string[] },
): Promise<Result<{ readonly user: UserRecord; readonly groups: readonly string[] }, AdminFailure>> {
  const found = await findUser(context, tenantId, reference);
  if (!found.ok) {
    return found;
  }
  let groups: readonly string[] = [];
  const changed = await changeClaims(context.store, tenantId, found.value.id, context.clock.now(), ({ [groupsClaim]: before, ...others }) => {
    const wanted = [...new Set([...listOf(before), ...add])].filter((group) => !remove.includes(group));
    const read = readOwnClaim({ name: groupsClaim, type: 'strings' }, JSON.stringify(wanted));
    if (!read.ok) {
      return read;
    }
    groups = wanted;
    const claims = wanted.length === 0 ? others : { ...others, [groupsClaim]: wanted };
    const tooMuch = checkClaimsSize(claims);
    return tooMuch === undefined ? succeed(claims) : fail(tooMuch);
  });
  if (changed === 'lost') {
    return tooBusy();
  }
  if (changed === undefined) {
    return refuse('not_found', `There is no user ${JSON.stringify(reference)} in this tenant.`);
  }
  return changed.ok ? succeed({ user: found.value, groups }) : refuse('invalid', changed.failure);
}

function listOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
