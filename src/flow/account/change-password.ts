import type { PasswordProblem } from '../../identity/password-rules.ts';
import { methodsOf, restsOnMailbox } from '../../oauth/authentication-contexts.ts';
import type { SessionRecord, UserRecord } from '../../store/records.ts';
import type { FlowContext } from '../context.ts';
import { judgeNewPassword } from '../new-password.ts';
import { notify } from '../notices.ts';
import { judgePassword } from '../password-sign-in.ts';
import { passwordMethodOf } from '../proof.ts';
import { passwordRulesFor } from '../reset-password.ts';
import type { Browser } from '../sign-in.ts';

export type PasswordChange =
  | { readonly kind: 'changed' }
  | { readonly kind: 'refused'; readonly problem: PasswordProblem | 'busy' }
  | { readonly kind: 'wrong_current' }
  | { readonly kind: 'too_many_attempts'; readonly retryAt: number };

/**
 * Sets a new password. Who has one gives it first, counted like any sign-in, so that a browser left alone cannot be used
 * to guess it (ASVS 6.2.3). This session goes on; every other one ends, and what rests on them.
 */
export async function changePassword(
  context: FlowContext,
  { user, session }: { readonly user: UserRecord; readonly session: SessionRecord },
  passwords: { readonly current: string; readonly next: string },
  browser: Browser,
): Promise<PasswordChange> {
  if (user.passwordHash !== null) {
    const judged = await judgePassword(context, user.email, passwords.current, browser);
    switch (judged.kind) {
      case 'wrong_credentials':
        return { kind: 'wrong_current' };
      case 'too_many_attempts':
        return judged;
      case 'busy':
        return { kind: 'refused', problem: 'busy' };
      case 'right':
    }
  }
  const problem = await judgeNewPassword(context, passwords.next, passwordRulesFor(context, user), browser);
  if (problem !== undefined) {
    return { kind: 'refused', problem };
  }
  const hashed = await context.hasher.hash(passwords.next);
  if (!hashed.ok) {
    return { kind: 'refused', problem: 'busy' };
  }
  // The new password is worth no more than what its owner has proven for it.
  const byMail = restsOnMailbox([...methodsOf(session), ...(user.passwordHash === null ? [] : [passwordMethodOf(user)])]);
  await context.store.setPassword(context.tenant.id, user.id, { hash: hashed.value, byMail }, context.clock.now(), session.id);
  context.record({ event: 'password_changed', userId: user.id, detail: browser.address });
  await notify(context, user, 'password_changed', browser);
  return { kind: 'changed' };
}
