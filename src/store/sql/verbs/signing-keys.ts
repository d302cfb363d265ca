import type { Instant, SigningKeyRecord, TenantId } from '../../records.ts';
import { fromSigningKey, toSigningKey } from '../rows.ts';
import { sql } from '../schema.ts';
import { all, decide, first, run, type Verb } from '../verb.ts';

export function* listSigningKeys(tenantId: TenantId, now: Instant): Verb<readonly SigningKeyRecord[]> {
  const rows = yield* all(
    sql
      .selectFrom('signing_keys')
      .selectAll()
      .where('tenant_id', '=', tenantId)
      .where((where) => where.or([where('retires_at', 'is', null), where('retires_at', '>', now)]))
      .orderBy('activates_at', 'desc')
      .orderBy('kid'),
  );
  return rows.map(toSigningKey);
}

export function* rotateSigningKey(
  tenantId: TenantId,
  latestKid: string,
  next: SigningKeyRecord,
  retiresAt: Instant,
): Verb<'rotated' | 'already_rotated'> {
  // Exactly one key of an algorithm has no end; whoever gives it one goes on, everybody else came too late.
  const ended = yield* first(
    sql
      .updateTable('signing_keys')
      .set({ retires_at: retiresAt })
      .where('tenant_id', '=', tenantId)
      .where('kid', '=', latestKid)
      .where('algorithm', '=', next.algorithm)
      .where('retires_at', 'is', null)
      .returning('kid'),
  );
  if (ended === undefined) {
    return 'already_rotated';
  }
  yield* run(sql.insertInto('signing_keys').values(fromSigningKey(tenantId, next)));
  return 'rotated';
}

export function* retireSigningKey(tenantId: TenantId, kid: string, retiresAt: Instant): Verb<boolean> {
  const row = yield* decide(
    sql
      .updateTable('signing_keys')
      .set({ retires_at: retiresAt })
      .where('tenant_id', '=', tenantId)
      .where('kid', '=', kid)
      .where('retires_at', 'is', null)
      .returning('kid'),
  );
  return row !== undefined;
}

export function* addSigningKey(tenantId: TenantId, key: SigningKeyRecord): Verb<'added' | 'exists' | 'unknown'> {
  // Writing to the tenant's row holds it, so that two nodes cannot both find the algorithm without a key.
  const tenant = yield* first(
    sql
      .updateTable('tenants')
      .set((update) => ({ enabled: update.ref('enabled') }))
      .where('id', '=', tenantId)
      .returning('id'),
  );
  if (tenant === undefined) {
    return 'unknown';
  }
  const present = yield* first(
    sql.selectFrom('signing_keys').select('kid').where('tenant_id', '=', tenantId).where('algorithm', '=', key.algorithm).where('retires_at', 'is', null).limit(1),
  );
  if (present !== undefined) {
    return 'exists';
  }
  yield* run(sql.insertInto('signing_keys').values(fromSigningKey(tenantId, key)));
  return 'added';
}

export function* listTenantsDueForRotation(activeSince: Instant, limit: number): Verb<readonly TenantId[]> {
  const rows = yield* all(
    sql
      .selectFrom('signing_keys')
      .select('tenant_id')
      .distinct()
      .where('activates_at', '<=', activeSince)
      .where('retires_at', 'is', null)
      .limit(limit),
  );
  return rows.map((row) => row.tenant_id as TenantId);
}
