import { recoveryCodeHash } from '../identity/recovery-codes.ts';
import { openTotpSeed, totpStepOf } from '../identity/totp.ts';
import type { AuthenticationMethod } from '../oauth/authentication-contexts.ts';
import type { UserRecord } from '../store/records.ts';
import type { Locale } from '../words/locale.ts';
import { beginAttempt, mayMail } from './attempt.ts';
import type { FlowContext } from './context.ts';
import type { Interaction } from './interaction.ts';
import type { CodeWay } from './known.ts';
import { notify } from './notices.ts';
import type { Browser } from './sign-in.ts';
import { issueTicket, judgeTicketCode } from './tickets.ts';

/** What became of a code. */
export type CodeOutcome =
  | { readonly kind: 'right'; readonly method: AuthenticationMethod }
  | { readonly kind: 'wrong' }
  /** The mail with the code is no longer good: a new one has to be sent. */
  | { readonly kind: 'dead' }
  | { readonly kind: 'too_many_attempts'; readonly retryAt: number };

/** Judges a code that a person has typed. It is counted first, so that guesses at once cannot slip past the limit. */
export async function judgeFactorCode(
  context: FlowContext,
  interaction: Interaction,
  user: UserRecord,
  { way, code }: { readonly way: CodeWay; readonly code: string },
  browser: Browser,
): Promise<CodeOutcome> {
  const attempt = await beginAttempt(context, 'second_factor', browser, user.email);
  if (!attempt.allowed) {
    return { kind: 'too_many_attempts', retryAt: attempt.retryAt };
  }
  const verdict = await judges[way](context, interaction, user, code);
  if (verdict !== 'right') {
    context.record({ event: 'second_factor_failed', userId: user.id, detail: way });
    return { kind: verdict };
  }
  await attempt.giveBack();
  if (way === 'recovery_code') {
    await notify(context, user, 'recovery_code_used', browser);
  }
  return { kind: 'right', method: way };
}

type Judge = (context: FlowContext, interaction: Interaction, user: UserRecord, code: string) => Promise<'right' | 'wrong' | 'dead'>;

const judges: Readonly<Record<CodeWay, Judge>> = {
  async totp({ store, tenant, clock }, _interaction, user, code) {
    const totp = await store.findTotp(tenant.id, user.id);
    const step = totp && (await totpStepOf(openTotpSeed(tenant.secrets.secondFactor, user.id, totp.sealedSecret), code, clock.now()));
    // RFC 6238 §5.2: a code that was accepted once is accepted never again.
    return step !== undefined && (await store.useTotpStep(tenant.id, user.id, step)) ? 'right' : 'wrong';
  },
  async recovery_code({ store, tenant }, _interaction, user, code) {
    return (await store.useRecoveryCode(tenant.id, user.id, recoveryCodeHash(user.id, code))) ? 'right' : 'wrong';
  },
  async email(context, { ticket }, user, code) {
    // What was sent for somebody else, or to an address that the person no longer has, proves nothing of theirs.
    if (ticket?.purpose !== 'second_factor' || ticket.email !== user.email) {
      return 'dead';
    }
    const judgement = await judgeTicketCode(context, ticket.id, 'second_factor', code);
    return judgement.kind === 'right' && judgement.ticket.userId !== user.id ? 'dead' : judgement.kind;
  },
};

/** Mails a code to the person's own address. Undefined where no more mail may go there for now. */
export async function sendFactorCode(
  context: FlowContext,
  interaction: Interaction,
  user: UserRecord,
  browser: Browser,
  { cookie, locale }: { readonly cookie: string | undefined; readonly locale: Locale },
): Promise<Interaction | undefined> {
  if (!(await mayMail(context, user.email, browser))) {
    return undefined;
  }
  const ticket = await issueTicket(context, {
    purpose: 'second_factor',
    email: user.email,
    userId: user.id,
    browser: cookie,
    locale,
    deliver: true,
    mail: ({ code, minutes }) => ({ kind: 'code', purpose: 'second_factor', code, minutes }),
  });
  return { ...interaction, ticket: { id: ticket.id, purpose: ticket.purpose, email: user.email } };
}
