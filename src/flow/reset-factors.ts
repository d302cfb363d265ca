import type { FactorToReset } from '../store/account-port.ts';
import type { UserRecord } from '../store/records.ts';
import { notify } from './notices.ts';
import type { TicketContext } from './tickets.ts';

/**
 * Takes factors away from somebody who has lost them, at the word of an operator who knows that it is them: the way back that
 * mail is not. They are told, and signed out everywhere, or a stolen device would stay signed in. False where there is
 * nothing to take away.
 */
export async function resetFactors(context: TicketContext, user: UserRecord, factor: FactorToReset): Promise<boolean> {
  const { store, tenant, clock } = context;
  const reset = await store.resetFactors(tenant.id, user.id, factor, clock.now());
  if (reset) {
    await notify(context, user, 'factors_reset', 'operator');
  }
  return reset;
}
