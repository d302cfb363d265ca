import type { AdminContext } from '../admin/context.ts';
import type { TicketContext } from '../flow/tickets.ts';
import { tenantSecretsReader } from '../keys/tenant-secrets.ts';
import { createMailer } from '../mail/outbox.ts';
import { tenantOf } from '../oauth/tenant.ts';
import type { TenantRecord } from '../store/records.ts';

/** Mail that is written here goes out through the server, which looks into the outbox every few seconds. */
export function ticketContext({ store, clock, sealingKey, url }: AdminContext, record: TenantRecord): TicketContext {
  return {
    tenant: tenantOf(record, tenantSecretsReader(sealingKey), url),
    store,
    clock,
    mailer: createMailer({ store, clock, poke: () => undefined }),
  };
}
