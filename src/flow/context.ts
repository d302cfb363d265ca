import type { PasswordHasher } from '../identity/password.ts';
import type { Context } from '../oauth/context.ts';

/** What the steps of a sign-in are given beyond the protocol's context. */
export interface FlowContext extends Context {
  readonly hasher: PasswordHasher;
}
