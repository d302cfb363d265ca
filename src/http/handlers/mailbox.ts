import { openMail } from '../../mail/outbox.ts';
import { mailboxPage } from '../../pages/mailbox.ts';
import { wordsOf } from '../../words/words.ts';
import type { Exchange } from '../exchange.ts';
import type { Reply } from '../reply.ts';
import { siteOf } from '../site.ts';

/** How many mails the page shows. */
const limit = 50;

/** What would be in the mailboxes of the tenant's people. In development only: it opens every mail. */
export async function handleMailbox(exchange: Exchange): Promise<Reply> {
  const { store, tenant, clock } = exchange.context;
  const messages = await store.listMessages(tenant.id, limit);
  const mails = messages.flatMap((message) => {
    // A mail to nobody, made so that an answer takes the same work, is over as soon as it is made.
    const mail = message.expiresAt > clock.now() ? openMail(tenant.secrets, message) : undefined;
    return mail === undefined ? [] : [{ ...mail, at: new Date(message.createdAt).toISOString(), failure: message.failure ?? undefined }];
  });
  // For developers, like the walk, and in English.
  return { kind: 'page', status: 200, page: mailboxPage({ site: { ...siteOf(exchange), locale: 'en', words: wordsOf('en') }, mails }) };
}
