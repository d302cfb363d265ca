import { day } from '../core/clock.ts';
import { fail, type Result, succeed } from '../core/result.ts';
import { emailKey } from '../core/email-address.ts';
import { checkNewEmail } from '../identity/users.ts';
import type { TicketRecord } from '../store/account-records.ts';
import type { Locale } from '../words/locale.ts';
import { issueTicket, type TicketContext, ticketLifetimes } from './tickets.ts';

/**
 * Invites somebody to make an account with this address: mails a link, and gives it back for whoever hands it over
 * another way. The failure is one sentence.
 */
export async function invite(
  context: TicketContext,
  { email, locale }: { readonly email: string; readonly locale: Locale },
): Promise<Result<TicketRecord & { readonly link: string }, string>> {
  const impossible = checkNewEmail(email);
  if (impossible !== undefined) {
    return fail(impossible.text);
  }
  const { store, tenant } = context;
  if ((await store.findUserByEmail(tenant.id, emailKey(email))) !== undefined) {
    return fail(`A user with the e-mail address ${email} exists already.`);
  }
  // A new invitation takes the place of an old one, so that an address has one link at a time.
  for (const ticket of await invitations(context)) {
    if (emailKey(ticket.email) === emailKey(email)) {
      await store.deleteTicket(tenant.id, ticket.id);
    }
  }
  const ticket = await issueTicket(context, {
    purpose: 'invitation',
    email: email.trim(),
    locale,
    mail: ({ link }) => ({ kind: 'invitation', link, days: ticketLifetimes.invitation / day }),
    deliver: true,
  });
  return succeed(ticket);
}

/** The invitations that nobody has taken up yet. */
export function invitations({ store, tenant, clock }: TicketContext): Promise<readonly TicketRecord[]> {
  return store.listTickets(tenant.id, 'invitation', clock.now());
}
