import { rotateSigningKeys } from '../keys/signing-keys.ts';
import type { Instant, SigningAlgorithm, TenantRecord } from '../store/records.ts';
import type { AdminContext } from './context.ts';

/** A key that was made. It signs from `activatesAt`, in milliseconds since 1970. */
export interface RotatedKey {
  readonly tenant: TenantRecord;
  readonly algorithm: SigningAlgorithm;
  readonly kid: string;
  readonly activatesAt: Instant;
}

/** Gives each of the tenants new signing keys, one tenant after the other. */
export async function rotateKeys(context: AdminContext, tenants: readonly TenantRecord[]): Promise<readonly RotatedKey[]> {
  const rotated: RotatedKey[] = [];
  for (const tenant of tenants) {
    for (const { algorithm, kid, activatesAt } of await rotateSigningKeys(context, tenant.id)) {
      rotated.push({ tenant, algorithm, kid, activatesAt });
    }
  }
  return rotated;
}
