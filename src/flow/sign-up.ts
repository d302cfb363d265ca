import { minute } from '../core/clock.ts';
import { randomId } from '../core/random.ts';
import { emailKey } from '../core/email-address.ts';
import { checkNewEmail } from '../identity/users.ts';
import type { PasswordProblem } from '../identity/password-rules.ts';
import type { UserRecord } from '../store/records.ts';
import { mayMail } from './attempt.ts';
import type { FlowContext } from './context.ts';
import type { MailRequest } from './email-sign-in.ts';
import { type Interaction, keepInteraction } from './interaction.ts';
import { judgeNewPassword } from './new-password.ts';
import { keepEvent } from './notices.ts';
import type { Browser } from './sign-in.ts';
import { idOfNoTicket, issueTicket } from './tickets.ts';

/** How long a proven address may wait for the rest of the account. */
const addressProofLifetime = 30 * minute;

/** Whether people may make accounts by themselves. Without mail nobody could prove an address. */
export function offersSignUp({ tenant, mailer }: FlowContext): boolean {
  const { signUp } = tenant.settings;
  return mailer !== undefined && (signUp === 'open' || signUp === 'email_domain');
}

/** Whether this address may have an account. Says nothing of whether it has one. */
export function mayHaveAccount({ tenant }: FlowContext, email: string): boolean {
  const { signUp, signUpDomains } = tenant.settings;
  const domain = emailKey(email).slice(emailKey(email).lastIndexOf('@') + 1);
  return signUp === 'open' || (signUp === 'email_domain' && signUpDomains.includes(domain));
}

/** Mails a code to prove the address; to one that has an account already, word of that. The page says the same. */
export async function requestSignUpMail(context: FlowContext, interaction: Interaction, { email, place, browser, locale }: MailRequest): Promise<Interaction> {
  const shown = { purpose: 'sign_up', email: email.trim() } as const;
  if (!(await mayMail(context, email, place))) {
    return { ...interaction, ticket: { ...shown, id: idOfNoTicket() } };
  }
  const user = await context.store.findUserByEmail(context.tenant.id, emailKey(email));
  const ticket = await issueTicket(context, {
    purpose: 'sign_up',
    email: email.trim(),
    userId: user?.id,
    browser,
    locale,
    data: keepInteraction(context, browser, interaction),
    mail: ({ link, code, minutes }) =>
      user === undefined
        ? { kind: 'code', purpose: 'sign_up', code, link, minutes }
        : { kind: 'account_exists', link: `${context.tenant.issuer}/forgot-password` },
    deliver: true,
  });
  return { ...interaction, ticket: { ...shown, id: ticket.id } };
}

/** The address that was proven for a new account, while that counts. */
export function provenAddress(context: FlowContext, { verifiedEmail }: Interaction): string | undefined {
  return verifiedEmail !== undefined && verifiedEmail.at + addressProofLifetime > context.clock.now() ? verifiedEmail.email : undefined;
}

export interface NewAccount {
  /** Proven, by a code or by an invitation. */
  readonly email: string;
  readonly name: string;
  readonly password: string;
  readonly termsAccepted: boolean;
}

export type SignUpOutcome =
  | { readonly kind: 'created'; readonly user: UserRecord }
  | { readonly kind: 'refused'; readonly problem: PasswordProblem | 'terms' | 'name' | 'email' | 'taken' | 'busy' };

/** The longest name, in characters. */
const maximumName = 100;

/** Makes the account of somebody whose address is proven. */
export async function createAccount(context: FlowContext, account: NewAccount, browser: Browser): Promise<SignUpOutcome> {
  const { tenant, store, clock, hasher } = context;
  const refuse = (problem: Extract<SignUpOutcome, { kind: 'refused' }>['problem']): SignUpOutcome => ({ kind: 'refused', problem });
  const name = account.name.trim();
  if (checkNewEmail(account.email) !== undefined) {
    return refuse('email');
  }
  if (Array.from(name).length > maximumName || /\p{C}/u.test(name)) {
    return refuse('name');
  }
  if (tenant.settings.brand.termsUri !== null && !account.termsAccepted) {
    return refuse('terms');
  }
  const rules = { minimumLength: tenant.settings.minimumPasswordLength, own: [account.email, name, tenant.displayName] };
  const problem = await judgeNewPassword(context, account.password, rules, browser);
  if (problem !== undefined) {
    return refuse(problem);
  }
  const hashed = await hasher.hash(account.password);
  if (!hashed.ok) {
    return refuse('busy');
  }
  const now = clock.now();
  const user: UserRecord = {
    id: randomId('user'),
    email: account.email.trim(),
    emailKey: emailKey(account.email),
    emailVerified: true,
    passwordHash: hashed.value,
    // Until it has been used beside something stronger, nothing stands behind it but the mail that led here.
    passwordByMail: true,
    claims: JSON.stringify(name === '' ? {} : { name }),
    enabled: true,
    createdAt: now,
    version: 1,
    updatedAt: now,
    termsAcceptedAt: account.termsAccepted ? now : null,
  };
  // Of two tabs that finish at once, one makes the account.
  if ((await store.createUser(tenant.id, user)) === 'email_taken') {
    return refuse('taken');
  }
  await keepEvent(context, user.id, 'account_created', browser);
  context.record({ event: 'account_created', userId: user.id, detail: browser.address });
  return { kind: 'created', user };
}
