import { emailKey } from '../core/email-address.ts';
import { checkEmail } from '../identity/users.ts';
import type { Locale } from '../words/locale.ts';
import { type AttemptPlace, mayMail } from './attempt.ts';
import type { FlowContext } from './context.ts';
import { type Interaction, keepInteraction } from './interaction.ts';
import { idOfNoTicket, issueTicket } from './tickets.ts';

/** What somebody asks a mail for, and from where. */
export interface MailRequest {
  readonly email: string;
  readonly place: AttemptPlace;
  /** The cookie of the browser that asks. */
  readonly browser: string;
  readonly locale: Locale;
}

/**
 * Mails a code and a link to sign in with. For an address without an account everything is the same but the mail, so
 * neither the page nor its time tells who has one.
 */
export async function requestSignInMail(context: FlowContext, interaction: Interaction, { email, place, browser, locale }: MailRequest): Promise<Interaction> {
  const shown = { purpose: 'sign_in', email: email.trim() } as const;
  if (!(await mayMail(context, email, place))) {
    return { ...interaction, ticket: { ...shown, id: idOfNoTicket() } };
  }
  const user = await context.store.findUserByEmail(context.tenant.id, emailKey(email));
  const ticket = await issueTicket(context, {
    purpose: 'sign_in',
    email: user?.email ?? email.trim(),
    userId: user?.id,
    browser,
    locale,
    data: keepInteraction(context, browser, interaction),
    mail: ({ link, code, minutes }) => ({ kind: 'code', purpose: 'sign_in', code, link, minutes }),
    deliver: user?.enabled === true && checkEmail(email) === undefined,
  });
  return { ...interaction, ticket: { ...shown, id: ticket.id } };
}
