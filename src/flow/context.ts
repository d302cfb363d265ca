import type { PasswordHasher } from '../identity/password.ts';
import type { PasswordJudge } from '../identity/password-judge.ts';
import type { Mailer } from '../mail/mailer.ts';
import type { Context } from '../oauth/context.ts';

/** What the steps of a sign-in are given beyond the protocol's context. */
export interface FlowContext extends Context {
  readonly hasher: PasswordHasher;
  readonly passwordJudge: PasswordJudge;
  /** None where no mail server is configured: whatever needs mail is then not offered. */
  readonly mailer: Mailer | undefined;
}
