import type { Tenant } from '../oauth/context.ts';
import type { MessageRecord } from '../store/account-records.ts';
import type { Locale } from '../words/locale.ts';
import type { MailKind } from './kinds.ts';

/** A mail to one person, before it is put into words. */
export interface Mail<Kind extends MailKind['kind'] = MailKind['kind']> {
  readonly to: string;
  readonly locale: Locale;
  readonly content: Extract<MailKind, { kind: Kind }>;
}

/**
 * Writes mails on behalf of tenants. A mail is a row of the outbox first: stored with what it tells of, it goes out
 * whatever happens to this process or to the mail server.
 */
export interface Mailer {
  /** Writes a mail, to be stored by the caller together with what it tells of. */
  write(tenant: Tenant, mail: Mail): MessageRecord;
  /** Writes a mail and puts it into the outbox. */
  send(tenant: Tenant, mail: Mail): Promise<void>;
  /** Says that something was put into the outbox, so that it goes out at once. */
  poke(): void;
}
