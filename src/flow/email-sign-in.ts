import { checkEmail, emailKey } from '../identity/users.ts';
import type { Locale } from '../words/locale.ts';
import type { FlowContext } from './context.ts';
import { type Interaction, keepInteraction } from './interaction.ts';
import { mayMail } from './mail-requests.ts';
import { issueTicket } from './tickets.ts';

/** What somebody asks a mail for, and from where. */
export interface MailRequest {
  readonly email: string;
  readonly address: string;
  /** The cookie of the browser that asks. */
  readonly browser: string;
  readonly locale: Locale;
}

/**
 * Mails a code and a link to sign in with. For an address without an account everything is the same but the mail, so
 * neither the page nor its time tells who has one.
 */
export async function requestSignInMail(context: FlowContext, interaction: Interaction, { email, address, browser, locale }: MailRequest): Promise<Interaction> {
  const user = await context.store.findUserByEmail(context.tenant.id, emailKey(email));
  const allowed = await mayMail(context, email, address);
  const ticket = await issueTicket(context, {
    purpose: 'sign_in',
    email: user?.email ?? email.trim(),
    userId: user?.id,
    browser,
    locale,
    data: keepInteraction(context, browser, interaction),
    mail: ({ link, code, minutes }) => ({ kind: 'code', purpose: 'sign_in', code, link, minutes }),
    deliver: allowed && user?.enabled === true && checkEmail(email) === undefined,
  });
  return { ...interaction, ticket: { id: ticket.id, purpose: 'sign_in', email: email.trim() } };
}
