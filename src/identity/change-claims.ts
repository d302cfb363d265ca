import type { Result } from '../core/result.ts';
import { untilCounted } from '../store/guarded-change.ts';
import type { Store } from '../store/port.ts';
import type { Instant, TenantId } from '../store/records.ts';

/** A person's claims by their names. */
export type Claims = Readonly<Record<string, unknown>>;

/**
 * Changes a person's claims from what they are at that moment, so that nobody's change of the same moment is lost: whoever was taken
 * out of a group stays out of it. Undefined where there is no such person; `lost` where others were faster each time.
 */
export function changeClaims<Refusal>(
  store: Store,
  tenantId: TenantId,
  userId: string,
  now: Instant,
  change: (before: Claims) => Result<Claims, Refusal>,
): Promise<Result<Claims, Refusal> | 'lost' | undefined> {
  return untilCounted(async () => {
    const user = await store.findUser(tenantId, userId);
    if (user === undefined) {
      return undefined;
    }
    const changed = change(JSON.parse(user.claims) as Claims);
    if (!changed.ok) {
      return changed;
    }
    const claims = JSON.stringify(changed.value);
    if (claims === user.claims) {
      return changed;
    }
    switch (await store.updateUser(tenantId, { ...user, claims, updatedAt: now })) {
      case 'updated':
        return changed;
      case 'lost':
        return 'lost';
      default:
        return undefined;
    }
  });
}
