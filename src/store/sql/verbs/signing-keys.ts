import type { Instant, SigningKeyRecord, TenantId } from '../../records.ts';
import { fromSigningKey, toSigningKey } from '../rows.ts';
import { sql } from '../schema.ts';
import { all, first, run, type Verb } from '../verb.ts';

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
