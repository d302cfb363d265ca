import { emailKey } from '../core/email-address.ts';
import type { TicketRecord } from '../store/account-records.ts';
import type { UserRecord } from '../store/records.ts';
import type { FlowContext } from './context.ts';

/**
 * Notes that an address is the user's from which a code or link has come back, whatever it was mailed for. It stays so until the address changes
 * (OpenID Connect Core §5.1, email_verified).
 */
export async function noteProvenAddress({ store, tenant, clock, record }: FlowContext, user: UserRecord, ticket: TicketRecord): Promise<void> {
  if (!user.emailVerified && (await store.verifyEmail(tenant.id, user.id, emailKey(ticket.email), clock.now()))) {
    record({ event: 'email_verified', userId: user.id, detail: ticket.purpose });
  }
}
