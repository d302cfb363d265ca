import { randomId } from '../core/random.ts';
import { type AuthenticationMethod, describeAuthentication, usesFactor } from '../oauth/authentication-contexts.ts';
import { startSession } from '../session/session.ts';
import type { SessionRecord, UserRecord } from '../store/records.ts';
import { advance } from './authorize.ts';
import type { FlowContext } from './context.ts';
import { hasSignedInFrom, rememberDevice } from './device.ts';
import type { Interaction } from './interaction.ts';
import { keepEvent, noticeSignIn } from './notices.ts';
import type { Proof } from './proof.ts';
import type { Visitor } from './visitor.ts';

/** The browser in which something happens. */
export interface Browser {
  readonly address: string;
  readonly userAgent: string;
  /** The device cookie. */
  readonly device: string | undefined;
}

export type SignInOutcome =
  | {
      readonly kind: 'signed_in';
      readonly session: SessionRecord;
      /** The secret of the session's cookie. */
      readonly secret: string;
      /** The device cookie from now on. */
      readonly device: string;
    }
  /** More has to be proven; the proof goes on with the interaction. */
  | { readonly kind: 'half'; readonly interaction: Interaction }
  /** The session that was to get stronger has ended. */
  | { readonly kind: 'ended' };

/**
 * Signs in whoever has given this proof, unless the request, the client or the tenant demands more. Only here does a
 * session begin, whatever the proof was.
 */
export async function completeSignIn(
  context: FlowContext,
  interaction: Interaction,
  user: UserRecord,
  proof: Proof,
  visitor: Visitor,
  browser: Browser,
): Promise<SignInOutcome> {
  const half: Interaction = { ...interaction, proof };
  const progress = await advance(context, half, { ...visitor, active: undefined, sessions: [] });
  if (progress.kind === 'waiting' && (progress.step.kind === 'second_factor' || progress.step.kind === 'set_up_factor')) {
    return { kind: 'half', interaction: half };
  }
  const current = visitor.sessions.find((session) => session.userId === user.id);
  const { session, secret, crowdedOut } = await startSession(
    context,
    { userId: user.id, ...describeAuthentication(proof.methods), userAgent: browser.userAgent, address: browser.address },
    current,
  );
  await settlePassword(context, user, proof.methods);
  context.record({ event: 'sign_in_succeeded', userId: user.id, detail: browser.address });
  if (crowdedOut) {
    context.record({ event: 'session_crowded_out', userId: user.id });
    await keepEvent(context, user.id, 'session_ended', browser);
  }
  await noticeSignIn(context, user, browser, hasSignedInFrom(context, browser.device, user.email));
  return { kind: 'signed_in', session, secret, device: rememberDevice(context, browser.device, user.email, randomId('device')) };
}

/** A password from a mail is its owner's own once they have given it together with a factor, which no mail can do. */
export async function settlePassword({ store, tenant }: FlowContext, user: UserRecord, methods: readonly AuthenticationMethod[]): Promise<void> {
  if (user.passwordHash !== null && methods.includes('mailed_password') && usesFactor(methods)) {
    await store.trustPassword(tenant.id, user.id, user.passwordHash);
  }
}
