import { hour, minute } from '../core/clock.ts';
import { networkOf } from '../identity/attempts.ts';
import type { FlowContext } from './context.ts';

/**
 * Whether a mail that somebody asked for may go out: limits for its recipient and for whoever asks. The page says the
 * same either way, or its limit would tell who has an account.
 */
export async function mayMail(context: FlowContext, to: string, address: string): Promise<boolean> {
  const { mailer, store, tenant, clock } = context;
  if (mailer === undefined) {
    return false;
  }
  const asked = await store.takeAttempt(
    tenant.id,
    [
      { key: `mail-address:${networkOf(address)}`, limit: 30, window: 15 * minute },
      { key: 'mail-tenant', limit: 5000, window: hour },
    ],
    clock.now(),
  );
  const allowed = await mailer.allow(tenant, to);
  if (!asked.allowed || !allowed) {
    context.record({ event: 'mail_throttled', detail: address });
  }
  return asked.allowed && allowed;
}
