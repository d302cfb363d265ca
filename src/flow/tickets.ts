import { day, minute } from '../core/clock.ts';
import { sha256 } from '../core/hash.ts';
import { randomId, randomSecret } from '../core/random.ts';
import { longestTyped, typedCode } from '../core/typed-code.ts';
import type { MailKind } from '../mail/kinds.ts';
import type { TicketRecord } from '../store/account-records.ts';
import type { Locale } from '../words/locale.ts';
import { type AttemptPlace, beginAttempt } from './attempt.ts';
import type { FlowContext } from './context.ts';

/** What a ticket is good for. */
export type TicketPurpose =
  | 'sign_in'
  | 'sign_up'
  | 'second_factor'
  | 'reset_password'
  | 'invitation'
  | 'new_email'
  | 'confirm_email_change';

/** How long a ticket is good, in milliseconds; a code can be guessed and a link can lie about in a mailbox. */
export const ticketLifetimes: Readonly<Record<TicketPurpose, number>> = {
  sign_in: 10 * minute,
  sign_up: 30 * minute,
  second_factor: 10 * minute,
  reset_password: 30 * minute,
  invitation: 7 * day,
  new_email: 30 * minute,
  confirm_email_change: 30 * minute,
};

/** How many wrong codes a ticket bears: five guesses among 100,000,000. */
const maximumWrongCodes = 5;

const codeDigits = 8;

/** What tickets are made in. */
export type TicketContext = Pick<FlowContext, 'tenant' | 'clock' | 'store' | 'mailer'>;

/** What only the mail says. */
interface TicketSecrets {
  readonly link: string;
  readonly code: string;
  readonly minutes: number;
}

interface NewTicket {
  readonly purpose: TicketPurpose;
  readonly email: string;
  readonly userId?: string | undefined;
  /** The cookie that binds it to a browser; none where any browser will do. */
  readonly browser?: string | undefined;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly locale: Locale;
  /** Writes the mail that carries it. */
  readonly mail: (secrets: TicketSecrets) => MailKind;
  /** False for a ticket for nobody: all the same work is done, and nothing is mailed. */
  readonly deliver: boolean;
}

/**
 * Makes a ticket and mails it, or seems to. The row keeps only hashes of its link and code: whoever reads the database
 * can use neither.
 */
export async function issueTicket(context: TicketContext, ticket: NewTicket): Promise<TicketRecord & { readonly link: string }> {
  const { tenant, clock, store, mailer } = context;
  const now = clock.now();
  const id = randomId('ticket');
  const secret = randomSecret('link');
  const code = codeOfLink(secret);
  const lifetime = ticketLifetimes[ticket.purpose];
  const record: TicketRecord = {
    id,
    purpose: ticket.purpose,
    email: ticket.email,
    userId: ticket.userId ?? null,
    linkHash: sha256(secret),
    codeHash: codeHashOf(id, code),
    browserHash: ticket.browser === undefined ? '' : sha256(ticket.browser),
    wrongCodes: 0,
    data: JSON.stringify(ticket.data ?? {}),
    createdAt: now,
    expiresAt: now + lifetime,
  };
  // The origin is the tenant's own, whatever host the request named (CVE-2023-49097).
  const link = `${tenant.issuer}/link?ticket=${secret}`;
  const content = ticket.mail({ link, code, minutes: Math.round(lifetime / minute) });
  const message = mailer?.write(tenant, { to: ticket.email, locale: ticket.locale, content });
  // Marked as sent it is never sent, and the next sweep takes it.
  await store.createTicket(tenant.id, record, message && (ticket.deliver ? message : { ...message, sentAt: now, expiresAt: now }));
  if (ticket.deliver) {
    mailer?.poke();
  }
  return { ...record, link };
}

/**
 * The code that goes with a link. The link opens in any browser and can show it there, so that it can be typed in the
 * browser that asked; nobody gets from the code to the link.
 */
export function codeOfLink(secret: string): string {
  const number = Buffer.from(sha256(`code of ${secret}`), 'base64url').readUIntBE(0, 6);
  return String(number % 10 ** codeDigits).padStart(codeDigits, '0');
}

/** The name of a ticket that was not made: no code is right for it. */
export function idOfNoTicket(): string {
  return randomId('ticket');
}

/** What became of a code. `dead`: no code can be right any more. */
type CodeJudgement = { readonly kind: 'right'; readonly ticket: TicketRecord } | { readonly kind: 'wrong' | 'dead' };

/** Judges a code that a person has typed. It is counted first as a guess at the account of the address that it was mailed to. */
export async function judgeCode(
  context: FlowContext,
  ticketId: string,
  purpose: TicketPurpose,
  typed: string,
  place: AttemptPlace,
): Promise<CodeJudgement | { readonly kind: 'too_many_attempts'; readonly retryAt: number }> {
  const ticket = await context.store.findTicket(context.tenant.id, ticketId, context.clock.now());
  if (ticket === undefined) {
    return { kind: 'dead' };
  }
  const attempt = await beginAttempt(context, 'mailed_code', place, ticket.email);
  if (!attempt.allowed) {
    return { kind: 'too_many_attempts', retryAt: attempt.retryAt };
  }
  const judgement = await judgeTicketCode(context, ticketId, purpose, typed);
  if (judgement.kind !== 'wrong') {
    await attempt.giveBack();
  }
  return judgement;
}

/** The same where the caller has counted it. The right code is spent. */
export async function judgeTicketCode({ store, tenant, clock }: FlowContext, ticketId: string, purpose: TicketPurpose, typed: string): Promise<CodeJudgement> {
  const code = typedCode(typed.slice(0, longestTyped));
  const ticket = await store.findTicket(tenant.id, ticketId, clock.now());
  if (ticket?.purpose !== purpose) {
    return { kind: 'dead' };
  }
  return store.judgeTicketCode(tenant.id, ticketId, codeHashOf(ticketId, code), clock.now(), maximumWrongCodes);
}

/** The ticket of a link, without spending it: a mail scanner that follows every link must not use it up. */
export async function ticketOfLink(context: FlowContext, secret: string | undefined): Promise<TicketRecord | undefined> {
  const { store, tenant, clock } = context;
  return secret === undefined || secret === '' ? undefined : store.findTicketByLink(tenant.id, sha256(secret), clock.now());
}

/** Whether a ticket was asked for in the browser of this cookie. */
export function isOfBrowser(ticket: TicketRecord, browser: string | undefined): boolean {
  return browser !== undefined && ticket.browserHash === sha256(browser);
}

/** Salted by the ticket, so that equal codes of two tickets are not equal in the database. */
function codeHashOf(ticketId: string, code: string): string {
  return sha256(`${ticketId} ${code}`);
}
