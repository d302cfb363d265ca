import { randomId } from '../core/random.ts';
import { returnAttempt, takeAttempt } from '../identity/attempts.ts';
import { emailKey } from '../identity/users.ts';
import { startSession } from '../session/session.ts';
import type { SessionRecord } from '../store/records.ts';
import { passwordAuthentication } from '../oauth/authentication-contexts.ts';
import type { FlowContext } from './context.ts';
import { knownDeviceOf, rememberDevice } from './device.ts';

/** What a person sends from the sign-in page, and from where. */
export interface SignInForm {
  readonly email: string;
  readonly password: string;
  readonly address: string;
  readonly userAgent: string;
  /** The device cookie of this browser. */
  readonly device: string | undefined;
}

export type SignInOutcome =
  | { readonly kind: 'signed_in'; readonly session: SessionRecord; readonly cookie: string; readonly device: string }
  | { readonly kind: 'wrong_credentials' }
  | { readonly kind: 'too_many_attempts'; readonly retryAt: number }
  | { readonly kind: 'busy' };

/**
 * Signs a person in by e-mail address and password. Unknown, disabled and passwordless accounts get the same
 * answer after the same work as a wrong password, so the page tells nobody who has an account.
 */
export async function signIn(context: FlowContext, form: SignInForm, current: SessionRecord | undefined): Promise<SignInOutcome> {
  const tenantId = context.tenant.id;
  const attempt = { email: form.email, address: form.address, knownDevice: knownDeviceOf(context, form.device, form.email) };
  const decision = await takeAttempt(context.store, tenantId, attempt, context.clock.now());
  if (!decision.allowed) {
    context.record({ event: 'sign_in_throttled', detail: form.address });
    return { kind: 'too_many_attempts', retryAt: decision.retryAt };
  }
  const user = await context.store.findUserByEmail(tenantId, emailKey(form.email));
  const verified = await context.hasher.verify(form.password, user?.passwordHash ?? undefined);
  if (!verified.ok) {
    await returnAttempt(context.store, tenantId, attempt);
    return { kind: 'busy' };
  }
  if (!verified.value || user === undefined || !user.enabled) {
    context.record({ event: 'sign_in_failed', userId: user?.id, detail: form.address });
    return { kind: 'wrong_credentials' };
  }
  await returnAttempt(context.store, tenantId, attempt);
  const { session, cookie } = await startSession(
    context,
    { userId: user.id, ...passwordAuthentication, userAgent: form.userAgent, address: form.address },
    current,
  );
  context.record({ event: 'sign_in_succeeded', userId: user.id, detail: form.address });
  return { kind: 'signed_in', session, cookie, device: rememberDevice(context, form.device, form.email, randomId('device')) };
}
