import type { Result } from '../core/result.ts';
import type { Store } from '../store/port.ts';
import type { Instant, TenantId } from '../store/records.ts';

/** A person's claims by their names. */
export type Claims = Readonly<Record<string, unknown>>;

/**
 * Changes a person's claims from what they are at that moment, so that nobody's change of the same moment is lost: whoever was taken
 * out of a group stays out of it. Undefined where there is no such person.
 */
export async function changeClaims<Refusal>(
  store: Store,
  tenantId: TenantId,
  userId: string,
  now: Instant,
  change: (before: Claims) => Result<Claims, Refusal>,
): Promise<Result<Claims, Refusal> | undefined> {
  for (;;) {
    const user = await store.findUser(tenantId, userId);
    if (user === undefined) {
      return undefined;
    }
    const changed = change(JSON.parse(user.claims) as Claims);
    if (!changed.ok) {
      return changed;
    }
    const to = JSON.stringify(changed.value);
    // Each turn after the first one is somebody else's change that went through.
    if (to === user.claims || (await store.updateUserClaims(tenantId, userId, { from: user.claims, to }, now))) {
      return changed;
    }
  }
}
