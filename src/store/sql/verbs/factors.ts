import type { FactorToReset } from '../../account-port.ts';
import type { Instant, TenantId } from '../../records.ts';
import { sql } from '../schema.ts';
import { all, first, type Verb } from '../verb.ts';
import { readFactors } from './recovery-codes.ts';
import { revokeSessionsOfUser } from './revocations.ts';

export function* resetFactors(tenantId: TenantId, userId: string, factor: FactorToReset, now: Instant): Verb<boolean> {
  // Holds the user's row, so that of two resets at once the second sees what the first has left.
  yield* first(sql.updateTable('users').set({ id: userId }).where('tenant_id', '=', tenantId).where('id', '=', userId).returning('id'));
  const taken: unknown[] = [];
  if (factor === 'all' || typeof factor === 'object') {
    const passkeys = sql.deleteFrom('passkeys').where('tenant_id', '=', tenantId).where('user_id', '=', userId).returning('id');
    taken.push(...(yield* all(factor === 'all' ? passkeys : passkeys.where('id', '=', factor.passkey))));
  }
  if (factor === 'all' || factor === 'authenticator') {
    taken.push(...(yield* all(sql.deleteFrom('totp_factors').where('tenant_id', '=', tenantId).where('user_id', '=', userId).returning('user_id'))));
  }
  if (factor === 'all' || factor === 'recovery_codes') {
    taken.push(...(yield* deleteRecoveryCodes(tenantId, userId)));
  }
  if (taken.length === 0) {
    return false;
  }
  const { passkeys, totp } = yield* readFactors(tenantId, userId);
  if (passkeys === 0 && !totp) {
    yield* deleteRecoveryCodes(tenantId, userId);
  }
  yield* revokeSessionsOfUser(tenantId, userId, 'factor_reset', now);
  return true;
}

function* deleteRecoveryCodes(tenantId: TenantId, userId: string): Verb<readonly unknown[]> {
  return yield* all(sql.deleteFrom('recovery_codes').where('tenant_id', '=', tenantId).where('user_id', '=', userId).returning('code_hash'));
}
