import type { Resealing } from '../../port.ts';
import { sql } from '../schema.ts';
import { first, type Verb } from '../verb.ts';

export function* reseal(changes: readonly Resealing[]): Verb<number> {
  let changed = 0;
  for (const { tenantId, kid, from, to } of changes) {
    const row = yield* first(
      kid === undefined
        ? sql.updateTable('tenants').set({ sealed_secret: to }).where('id', '=', tenantId).where('sealed_secret', '=', from).returning('id')
        : sql
            .updateTable('signing_keys')
            .set({ sealed_private_jwk: to })
            .where('tenant_id', '=', tenantId)
            .where('kid', '=', kid)
            .where('sealed_private_jwk', '=', from)
            .returning('kid as id'),
    );
    changed += row === undefined ? 0 : 1;
  }
  return changed;
}
