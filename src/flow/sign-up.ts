import { minute } from '../core/clock.ts';
import { randomId } from '../core/random.ts';
import { checkEmail, emailKey } from '../identity/users.ts';
import { judgeNewPassword, type PasswordProblem } from '../identity/password-rules.ts';
import type { UserRecord } from '../store/records.ts';
import type { FlowContext } from './context.ts';
import type { MailRequest } from './email-sign-in.ts';
import { type Interaction, sealInteraction } from './interaction.ts';
import { mayMail } from './mail-requests.ts';
import { keepEvent } from './notices.ts';
import type { Browser } from './sign-in.ts';
import { issueTicket } from './tickets.ts';

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
export async function requestSignUpMail(context: FlowContext, interaction: Interaction, { email, address, browser, locale }: MailRequest): Promise<Interaction> {
  const user = await context.store.findUserByEmail(context.tenant.id, emailKey(email));
  const allowed = await mayMail(context, email, address);
  const ticket = await issueTicket(context, {
    purpose: 'sign_up',
    email: email.trim(),
    userId: user?.id,
    browser,
    locale,
    data: { interaction: sealInteraction(context, browser, interaction) },
    mail: ({ link, code, minutes }) =>
      user === undefined
        ? { kind: 'code', purpose: 'sign_up', code, link, minutes }
        : { kind: 'account_exists', link: `${context.tenant.issuer}/forgot-password` },
    deliver: allowed,
  });
  return { ...interaction, ticket: { id: ticket.id, purpose: 'sign_up', email: email.trim() } };
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
  if (checkEmail(account.email) !== undefined) {
    return refuse('email');
  }
  if (Array.from(name).length > maximumName || /\p{C}/u.test(name)) {
    return refuse('name');
  }
  if (tenant.settings.brand.termsUri !== null && !account.termsAccepted) {
    return refuse('terms');
  }
  const problem = await judgeNewPassword(account.password, {
    minimumLength: tenant.settings.minimumPasswordLength,
    own: [account.email, name, tenant.displayName],
  });
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
