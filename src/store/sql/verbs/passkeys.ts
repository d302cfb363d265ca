import type { PasskeyRecord } from '../../account-records.ts';
import type { Instant, TenantId } from '../../records.ts';
import { fromPasskey, toPasskey } from '../account-rows.ts';
import { sql } from '../schema.ts';
import { all, decide, first, type Verb } from '../verb.ts';

export function* createPasskey(tenantId: TenantId, passkey: PasskeyRecord): Verb<'created' | 'exists'> {
  const row = yield* decide(
    sql.insertInto('passkeys').values(fromPasskey(tenantId, passkey)).onConflict((conflict) => conflict.doNothing()).returning('id'),
  );
  return row === undefined ? 'exists' : 'created';
}

export function* findPasskey(tenantId: TenantId, id: string): Verb<PasskeyRecord | undefined> {
  const row = yield* first(sql.selectFrom('passkeys').selectAll().where('tenant_id', '=', tenantId).where('id', '=', id));
  return row && toPasskey(row);
}

export function* listPasskeys(tenantId: TenantId, userId: string): Verb<readonly PasskeyRecord[]> {
  const rows = yield* all(
    sql
      .selectFrom('passkeys')
      .selectAll()
      .where('tenant_id', '=', tenantId)
      .where('user_id', '=', userId)
      .orderBy('created_at')
      .orderBy('id'),
  );
  return rows.map(toPasskey);
}

export function* usePasskey(tenantId: TenantId, id: string, counter: number, now: Instant): Verb<boolean> {
  // WebAuthn Level 3 §6.1.1: the counter grows with each signature, or stays 0 where the authenticator has none.
  const guarded = sql
    .updateTable('passkeys')
    .set({ counter, last_used_at: now })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .returning('id');
  const row = yield* decide(counter === 0 ? guarded.where('counter', '=', 0) : guarded.where('counter', '<', counter));
  return row !== undefined;
}

export function* renamePasskey(tenantId: TenantId, userId: string, id: string, name: string): Verb<boolean> {
  const row = yield* decide(
    sql
      .updateTable('passkeys')
      .set({ name })
      .where('tenant_id', '=', tenantId)
      .where('id', '=', id)
      .where('user_id', '=', userId)
      .returning('id'),
  );
  return row !== undefined;
}

export function* deletePasskey(tenantId: TenantId, userId: string, id: string): Verb<boolean> {
  const row = yield* decide(
    sql.deleteFrom('passkeys').where('tenant_id', '=', tenantId).where('id', '=', id).where('user_id', '=', userId).returning('id'),
  );
  return row !== undefined;
}
