import type { RememberedDeviceRecord } from '../../account-records.ts';
import type { Instant, TenantId } from '../../records.ts';
import { fromRememberedDevice } from '../account-rows.ts';
import { sql } from '../schema.ts';
import { excessAtOnce } from '../values.ts';
import { all, decide, first, type Verb } from '../verb.ts';

export function* rememberDevice(tenantId: TenantId, device: RememberedDeviceRecord): Verb<void> {
  yield* decide(sql.insertInto('remembered_devices').values(fromRememberedDevice(tenantId, device)).returning('token_hash'));
}

export function* forgetExcessDevices(tenantId: TenantId, userId: string, maximum: number): Verb<boolean> {
  const oldest = sql
    .selectFrom('remembered_devices')
    .select(['tenant_id', 'token_hash'])
    .where('tenant_id', '=', tenantId)
    .where('user_id', '=', userId)
    .orderBy('created_at', 'desc')
    .orderBy('token_hash')
    .limit(excessAtOnce)
    .offset(maximum);
  const row = yield* decide(
    sql
      .deleteFrom('remembered_devices')
      .where((where) => where(where.refTuple('tenant_id', 'token_hash'), 'in', oldest as never))
      .returning('token_hash'),
  );
  return row !== undefined;
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
