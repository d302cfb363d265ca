import { open, seal } from '../../core/seal.ts';
import { emailKey } from '../../core/email-address.ts';
import { checkNewEmail, type NewEmailProblem } from '../../identity/users.ts';
import type { SessionRecord, UserRecord } from '../../store/records.ts';
import { beginAttempt, mayMail } from '../attempt.ts';
import type { FlowContext } from '../context.ts';
import type { MailRequest } from '../email-sign-in.ts';
import { notify } from '../notices.ts';
import type { Browser } from '../sign-in.ts';
import { mayHaveAccount } from '../sign-up.ts';
import { issueTicket, judgeCode } from '../tickets.ts';

/** A change on its way: it travels sealed through the browser, good for one session and for these two addresses. */
export interface EmailChange {
  /** The address that the account had when it began, as it is looked up. */
  readonly from: string;
  readonly to: string;
  /** The tickets whose codes are still to be given: none where that address has agreed. */
  readonly oldTicket: string | undefined;
  readonly newTicket: string | undefined;
}

/** An address in the sense of this page: the one that the account has, or the one that it is to have. */
export type Side = 'old' | 'new';

export function sealEmailChange({ tenant }: FlowContext, session: SessionRecord, change: EmailChange): string {
  return seal(tenant.secrets.interaction, `email change ${session.id}`, JSON.stringify(change));
}

/** Undefined where it was sealed for another session. */
export function openEmailChange({ tenant }: FlowContext, session: SessionRecord, box: string): EmailChange | undefined {
  const text = open(tenant.secrets.interaction, `email change ${session.id}`, box);
  // Sealed by us for this, so of this shape.
  return text === undefined ? undefined : (JSON.parse(text) as EmailChange);
}

export type EmailRequest =
  | { readonly kind: 'begun'; readonly change: EmailChange }
  | { readonly kind: 'refused'; readonly problem: NewEmailProblem | 'same' | 'domain' | 'too_many' };

/**
 * Mails a code to the new address and one to the old. Of an address that has an account already only its owner is told,
 * by mail; everything else is the same, so that nobody learns here who has one (A119).
 */
export async function requestEmailChange(context: FlowContext, user: UserRecord, { email, place, browser, locale }: MailRequest): Promise<EmailRequest> {
  const { tenant, store } = context;
  const key = emailKey(email);
  const impossible = checkNewEmail(email);
  if (impossible !== undefined) {
    return { kind: 'refused', problem: impossible.problem };
  }
  if (key === user.emailKey) {
    return { kind: 'refused', problem: 'same' };
  }
  // Where only certain domains may have an account, nobody gets out of them this way.
  if (tenant.settings.signUp === 'email_domain' && !mayHaveAccount(context, email)) {
    return { kind: 'refused', problem: 'domain' };
  }
  const begun = await beginAttempt(context, 'email_change', place, user.email);
  if (!begun.allowed || !(await mayMail(context, email, place)) || !(await mayMail(context, user.email, place))) {
    return { kind: 'refused', problem: 'too_many' };
  }
  const holder = await store.findUserByEmail(tenant.id, key);
  const common = { userId: user.id, browser, locale };
  const newTicket = await issueTicket(context, {
    ...common,
    purpose: 'new_email',
    email: email.trim(),
    mail: ({ code, minutes }) =>
      holder === undefined ? { kind: 'code', purpose: 'new_email', code, minutes } : { kind: 'address_taken', link: `${tenant.issuer}/account` },
    deliver: true,
  });
  const oldTicket = await issueTicket(context, {
    ...common,
    purpose: 'confirm_email_change',
    email: user.email,
    mail: ({ code, minutes }) => ({ kind: 'code', purpose: 'confirm_email_change', code, minutes }),
    deliver: true,
  });
  context.record({ event: 'email_change_requested', userId: user.id, detail: place.address });
  return { kind: 'begun', change: { from: user.emailKey, to: email.trim(), oldTicket: oldTicket.id, newTicket: newTicket.id } };
}

export type EmailConfirmation =
  | { readonly kind: 'changed' }
  /** One code or both are still to be given; `wrong` names those that were not right. */
  | { readonly kind: 'waiting'; readonly change: EmailChange; readonly wrong: readonly Side[] }
  | { readonly kind: 'dead' }
  | { readonly kind: 'too_many_attempts'; readonly retryAt: number };

/** Takes the codes that were given. When both addresses have agreed, the account has the new one. */
export async function confirmEmailChange(
  context: FlowContext,
  user: UserRecord,
  change: EmailChange,
  codes: Readonly<Record<Side, string>>,
  browser: Browser,
): Promise<EmailConfirmation> {
  // The old address agreed for the account as it was.
  if (user.emailKey !== change.from) {
    return { kind: 'dead' };
  }
  const sides = [
    { side: 'old', ticket: change.oldTicket, purpose: 'confirm_email_change' },
    { side: 'new', ticket: change.newTicket, purpose: 'new_email' },
  ] as const;
  const wrong: Side[] = [];
  const left: { -readonly [Name in 'oldTicket' | 'newTicket']: EmailChange[Name] } = { oldTicket: change.oldTicket, newTicket: change.newTicket };
  for (const { side, ticket, purpose } of sides) {
    if (ticket !== undefined) {
      const judgement = await judgeCode(context, ticket, purpose, codes[side], browser);
      switch (judgement.kind) {
        case 'dead':
          return { kind: 'dead' };
        case 'too_many_attempts':
          return judgement;
        case 'wrong':
          wrong.push(side);
          break;
        case 'right':
          left[`${side}Ticket`] = undefined;
      }
    }
  }
  if (wrong.length > 0) {
    context.record({ event: 'email_code_wrong', userId: user.id, detail: browser.address });
    return { kind: 'waiting', change: { ...change, ...left }, wrong };
  }
  const { store, tenant, clock } = context;
  // Between the mail and its code somebody else may have taken the address.
  if ((await store.changeEmail(tenant.id, user.id, { email: change.to, emailKey: emailKey(change.to) }, clock.now())) !== 'changed') {
    return { kind: 'dead' };
  }
  context.record({ event: 'email_changed', userId: user.id, detail: browser.address });
  // Whoever had the account under the old address is the one who must hear of it.
  await notify(context, user, 'email_changed', browser, user.email);
  return { kind: 'changed' };
}
