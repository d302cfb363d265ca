import type { TotpRecord } from '../../account-records.ts';
import type { TenantId } from '../../records.ts';
import { fromTotp, toTotp } from '../account-rows.ts';
import { sql } from '../schema.ts';
import { decide, first, type Verb } from '../verb.ts';

export function* setTotp(tenantId: TenantId, totp: TotpRecord): Verb<void> {
  const row = fromTotp(tenantId, totp);
  yield* decide(
    sql
      .insertInto('totp_factors')
      .values(row)
      .onConflict((conflict) => conflict.columns(['tenant_id', 'user_id']).doUpdateSet(row))
      .returning('user_id'),
  );
}

export function* findTotp(tenantId: TenantId, userId: string): Verb<TotpRecord | undefined> {
  const row = yield* first(sql.selectFrom('totp_factors').selectAll().where('tenant_id', '=', tenantId).where('user_id', '=', userId));
  return row && toTotp(row);
}

export function* useTotpStep(tenantId: TenantId, userId: string, step: number): Verb<boolean> {
  const row = yield* decide(
    sql
      .updateTable('totp_factors')
      .set({ last_step: step })
      .where('tenant_id', '=', tenantId)
      .where('user_id', '=', userId)
      .where('last_step', '<', step)
      .returning('user_id'),
  );
  return row !== undefined;
}

export function* deleteTotp(tenantId: TenantId, userId: string): Verb<boolean> {
  const row = yield* decide(
    sql.deleteFrom('totp_factors').where('tenant_id', '=', tenantId).where('user_id', '=', userId).returning('user_id'),
  );
  return row !== undefined;
}
