import { type Clock, day } from '../core/clock.ts';
import { readableOn } from '../core/contrast.ts';
import { randomId } from '../core/random.ts';
import { open, seal } from '../core/seal.ts';
import type { TenantSecrets } from '../keys/tenant-secrets.ts';
import type { Tenant } from '../oauth/context.ts';
import type { MessageRecord } from '../store/account-records.ts';
import type { Store } from '../store/port.ts';
import { compose } from './compose.ts';
import { layOutHtml, layOutText } from './layout.ts';
import type { Mail, Mailer } from './mailer.ts';

/** How long a mail is tried to be sent, and kept. */
const messageLifetime = 2 * day;

/** The accent of a tenant that has chosen none: that of its pages. */
const defaultAccent = '#0b5a52';

/** A mail as it goes out. Sealed in the outbox: it carries links and codes. */
export interface WrittenMail {
  readonly to: string;
  /** The name before the address that mail comes from. */
  readonly fromName: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Writes mails into the outbox of the store. `poke` is called when there is something to send. */
export function createMailer({ store, clock, poke }: { readonly store: Store; readonly clock: Clock; readonly poke: () => void }): Mailer {
  function write(tenant: Tenant, mail: Mail): MessageRecord {
    const composition = compose(tenant, mail);
    const accent = tenant.settings.brand.accent ?? defaultAccent;
    const look = { locale: mail.locale, name: tenant.displayName, accent, onAccent: readableOn(accent) };
    const written: WrittenMail = {
      to: mail.to,
      fromName: tenant.displayName,
      subject: composition.subject,
      text: layOutText(composition),
      html: layOutHtml(composition, look),
    };
    const id = randomId('mail');
    const now = clock.now();
    return {
      id,
      sealedContent: seal(tenant.secrets.mail, contextOf(id), JSON.stringify(written)),
      createdAt: now,
      tries: 0,
      dueAt: now,
      sentAt: null,
      failure: null,
      expiresAt: now + messageLifetime,
    };
  }
  return {
    write,
    async send(tenant, mail) {
      await store.addMessage(tenant.id, write(tenant, mail));
      poke();
    },
    poke,
  };
}

/** Opens a mail of the outbox; undefined where it was sealed for another message or tenant. */
export function openMail(secrets: TenantSecrets, message: Pick<MessageRecord, 'id' | 'sealedContent'>): WrittenMail | undefined {
  const text = open(secrets.mail, contextOf(message.id), message.sealedContent);
  // Sealed by us under this name, so of this shape.
  return text === undefined ? undefined : (JSON.parse(text) as WrittenMail);
}

function contextOf(messageId: string): string {
  return `mail ${messageId}`;
}
