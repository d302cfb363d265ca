import type { Factors } from '../../account-port.ts';
import type { TenantId } from '../../records.ts';
import { sql } from '../schema.ts';
import { template } from '../template.ts';
import { decide, first, run, type Verb } from '../verb.ts';

export function* replaceRecoveryCodes(tenantId: TenantId, userId: string, hashes: readonly string[]): Verb<void> {
  // Holds the user's row, so that of two replacements at once the second sees and deletes what the first has added.
  const user = yield* first(
    sql.updateTable('users').set({ id: userId }).where('tenant_id', '=', tenantId).where('id', '=', userId).returning('id'),
  );
  if (user === undefined) {
    return;
  }
  yield* run(sql.deleteFrom('recovery_codes').where('tenant_id', '=', tenantId).where('user_id', '=', userId));
  const rows = [...new Set(hashes)].map((hash) => ({ tenant_id: tenantId, user_id: userId, code_hash: hash }));
  if (rows.length > 0) {
    yield* run(sql.insertInto('recovery_codes').values(rows));
  }
}

export function* useRecoveryCode(tenantId: TenantId, userId: string, hash: string): Verb<boolean> {
  const row = yield* decide(
    sql
      .deleteFrom('recovery_codes')
      .where('tenant_id', '=', tenantId)
      .where('user_id', '=', userId)
      .where('code_hash', '=', hash)
      .returning('user_id'),
  );
  return row !== undefined;
}

const factorsOf = template(({ tenantId, userId }: { tenantId: TenantId; userId: string }) =>
  sql.selectNoFrom((select) => {
    const count = (table: 'passkeys' | 'totp_factors' | 'recovery_codes') =>
      select
        .selectFrom(table)
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('tenant_id', '=', tenantId)
        .where('user_id', '=', userId);
    return [count('passkeys').as('passkeys'), count('totp_factors').as('totp'), count('recovery_codes').as('recovery_codes')];
  }),
);

export function* readFactors(tenantId: TenantId, userId: string): Verb<Factors> {
  const row = yield* first(factorsOf({ tenantId, userId }));
  return { passkeys: row?.passkeys ?? 0, totp: (row?.totp ?? 0) > 0, recoveryCodes: row?.recovery_codes ?? 0 };
}
