import { takeNewPassword } from '../identity/attempts.ts';
import { checkNewPassword, isCommonPassword, type PasswordProblem, type PasswordRules } from '../identity/password-rules.ts';
import type { FlowContext } from './context.ts';
import type { Browser } from './sign-in.ts';

/**
 * Judges a password that somebody wants from now on; undefined where it will do. The judgement is work that a stranger can ask
 * for, so it is counted, whatever it says.
 */
export async function judgeNewPassword(
  context: FlowContext,
  password: string,
  rules: PasswordRules,
  browser: Browser,
): Promise<PasswordProblem | 'busy' | undefined> {
  const unacceptable = checkNewPassword(password, rules);
  if (unacceptable !== undefined) {
    return unacceptable;
  }
  const { store, tenant, clock, passwordJudge } = context;
  const decision = await takeNewPassword(store, tenant.id, browser.address, clock.now());
  if (!decision.allowed) {
    context.record({ event: 'new_password_throttled', detail: browser.address });
    return 'busy';
  }
  const common = await isCommonPassword(passwordJudge, password, rules);
  if (!common.ok) {
    return common.failure;
  }
  return common.value ? 'common' : undefined;
}
