import { checkNewPassword, isCommonPassword, type PasswordProblem, type PasswordRules } from '../identity/password-rules.ts';
import { beginAttempt } from './attempt.ts';
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
  if (!(await beginAttempt(context, 'new_password', browser)).allowed) {
    return 'busy';
  }
  const common = await isCommonPassword(context.passwordJudge, password, rules);
  if (!common.ok) {
    return common.failure;
  }
  return common.value ? 'common' : undefined;
}
