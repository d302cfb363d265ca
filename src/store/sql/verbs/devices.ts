import type { RememberedDeviceRecord } from '../../account-records.ts';
import type { Instant, TenantId } from '../../records.ts';
import { fromRememberedDevice } from '../account-rows.ts';
import { sql } from '../schema.ts';
import { all, decide, first, type Verb } from '../verb.ts';

export function* rememberDevice(tenantId: TenantId, device: RememberedDeviceRecord): Verb<void> {
  yield* decide(sql.insertInto('remembered_devices').values(fromRememberedDevice(tenantId, device)).returning('token_hash'));
}

export function* isDeviceRemembered(tenantId: TenantId, tokenHash: string, userId: string, now: Instant): Verb<boolean> {
  const row = yield* first(
    sql
      .selectFrom('remembered_devices')
      .select('token_hash')
      .where('tenant_id', '=', tenantId)
      .where('token_hash', '=', tokenHash)
      .where('user_id', '=', userId)
      .where('expires_at', '>', now),
  );
  return row !== undefined;
}

export function* forgetDevices(tenantId: TenantId, userId: string): Verb<number> {
  const rows = yield* all(
    sql.deleteFrom('remembered_devices').where('tenant_id', '=', tenantId).where('user_id', '=', userId).returning('token_hash'),
  );
  return rows.length;
}
