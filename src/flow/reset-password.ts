import { emailKey } from '../core/email-address.ts';
import type { PasswordProblem, PasswordRules } from '../identity/password-rules.ts';
import type { TicketRecord } from '../store/account-records.ts';
import type { UserRecord } from '../store/records.ts';
import { mayMail } from './attempt.ts';
import type { FlowContext } from './context.ts';
import type { MailRequest } from './email-sign-in.ts';
import { judgeNewPassword } from './new-password.ts';
import { notify } from './notices.ts';
import { noteProvenAddress } from './proven-address.ts';
import type { Browser } from './sign-in.ts';
import { issueTicket } from './tickets.ts';

/** Mails a link to set a new password with. Whether there is an account the page does not say, nor does its time. */
export async function requestPasswordReset(context: FlowContext, { email, place, locale }: MailRequest): Promise<void> {
  if (!(await mayMail(context, email, place))) {
    return;
  }
  const user = await context.store.findUserByEmail(context.tenant.id, emailKey(email));
  await issueTicket(context, {
    purpose: 'reset_password',
    email: user?.email ?? email.trim(),
    userId: user?.id,
    locale,
    mail: ({ link, minutes }) => ({ kind: 'reset_password', link, minutes }),
    deliver: user?.enabled === true,
  });
}

/** The user whose password a ticket may set: still there, still enabled, and with the address it was sent to. */
export async function userOfResetTicket(context: FlowContext, ticket: TicketRecord | undefined): Promise<UserRecord | undefined> {
  const user = ticket?.purpose === 'reset_password' && ticket.userId !== null ? await context.store.findUser(context.tenant.id, ticket.userId) : undefined;
  return user?.enabled === true && user.emailKey === emailKey(ticket?.email ?? '') ? user : undefined;
}

export type ResetOutcome = { readonly kind: 'changed' } | { readonly kind: 'dead' } | { readonly kind: 'refused'; readonly problem: PasswordProblem | 'busy' };

/**
 * Sets the password and spends the ticket. Every session and grant of the user ends: whoever knew the old password is
 * out. It signs nobody in; that takes the new password, and the second factor where there is one, which no reset ends and for
 * which no further mail stands in.
 */
export async function resetPassword(context: FlowContext, ticket: TicketRecord, password: string, browser: Browser): Promise<ResetOutcome> {
  const { tenant, store, clock, hasher } = context;
  const user = await userOfResetTicket(context, ticket);
  if (user === undefined) {
    return { kind: 'dead' };
  }
  const problem = await judgeNewPassword(context, password, passwordRulesFor(context, user), browser);
  if (problem !== undefined) {
    return { kind: 'refused', problem };
  }
  const hashed = await hasher.hash(password);
  if (!hashed.ok) {
    return { kind: 'refused', problem: 'busy' };
  }
  if ((await store.spendTicket(tenant.id, ticket.id, clock.now())) === undefined) {
    return { kind: 'dead' };
  }
  await store.setPassword(tenant.id, user.id, { hash: hashed.value, byMail: true }, clock.now());
  await noteProvenAddress(context, user, ticket);
  context.record({ event: 'password_reset', userId: user.id, detail: browser.address });
  await notify(context, user, 'password_changed', browser);
  return { kind: 'changed' };
}

/** What a new password of this user has to keep to. */
export function passwordRulesFor({ tenant }: FlowContext, user: UserRecord): PasswordRules {
  const { name = '', given_name = '', family_name = '' } = JSON.parse(user.claims) as Record<string, string | undefined>;
  return { minimumLength: tenant.settings.minimumPasswordLength, own: [user.email, name, given_name, family_name, tenant.displayName] };
}
