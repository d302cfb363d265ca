import { type NextKey, rotateSigningKeys } from '../keys/rotation.ts';
import type { TenantRecord } from '../store/records.ts';
import type { AdminContext } from './context.ts';

/** A key that was made, with the tenant that it is for. */
export interface RotatedKey extends NextKey {
  readonly tenant: TenantRecord;
}

/** Gives each of the tenants new signing keys, one tenant after the other. */
export async function rotateKeys(context: AdminContext, tenants: readonly TenantRecord[]): Promise<readonly RotatedKey[]> {
  const rotated: RotatedKey[] = [];
  for (const tenant of tenants) {
    for (const key of await rotateSigningKeys(context, tenant.id)) {
      rotated.push({ tenant, ...key });
    }
  }
  return rotated;
}
