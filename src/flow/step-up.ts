import { randomId, randomSecret } from '../core/random.ts';
import { day } from '../core/clock.ts';
import { sha256 } from '../core/hash.ts';
import { type AuthenticationMethod, describeAuthentication, methodsOf } from '../oauth/authentication-contexts.ts';
import { continueSession } from '../session/session.ts';
import type { SessionRecord, UserRecord } from '../store/records.ts';
import type { FlowContext } from './context.ts';
import { rememberDevice } from './device.ts';
import type { Interaction } from './interaction.ts';
import type { Step } from './next-step.ts';
import { type Browser, completeSignIn, type SignInOutcome } from './sign-in.ts';
import type { Visitor } from './visitor.ts';

/** In how many browsers a person may be remembered. */
const maximumRemembered = 50;

/** A step at which a person has to prove more than they have. */
export type ProofStep = Extract<Step, { kind: 'second_factor' | 'set_up_factor' }>;

/** Takes up a further proof at the step that asked for it: it finishes a sign-in, or makes a session stronger. */
export async function addProof(
  context: FlowContext,
  interaction: Interaction,
  step: ProofStep,
  user: UserRecord,
  method: AuthenticationMethod,
  visitor: Visitor,
  browser: Browser,
): Promise<SignInOutcome> {
  if (step.session !== undefined) {
    return stepUp(context, step.session, user, method, browser);
  }
  if (interaction.proof === undefined) {
    throw new Error('unreachable: a step without a session follows from a proof');
  }
  const proof = { ...interaction.proof, methods: [...interaction.proof.methods, method] };
  return completeSignIn(context, interaction, user, proof, visitor, browser);
}

/**
 * Makes a session stronger by one more proof (RFC 9470). It goes on under a new cookie; when the person signed in stays
 * as it was, and so does when it ends.
 */
async function stepUp(
  context: FlowContext,
  current: SessionRecord,
  user: UserRecord,
  method: AuthenticationMethod,
  browser: Browser,
): Promise<SignInOutcome> {
  const continued = await continueSession(
    context,
    {
      userId: current.userId,
      ...describeAuthentication([...methodsOf(current.amr), method]),
      authTime: current.authTime,
      userAgent: browser.userAgent,
      address: browser.address,
    },
    current,
  );
  if (continued === undefined) {
    return { kind: 'ended' };
  }
  context.record({ event: 'session_stepped_up', userId: user.id, detail: method });
  return { kind: 'signed_in', ...continued, device: rememberDevice(context, browser.device, user.email, randomId('device')) };
}

/**
 * Remembers the browser in which a second factor was given, so that the tenant's policy asks no more for a while. Returns
 * the secret that the browser keeps; undefined where the tenant remembers none.
 */
export async function rememberBrowser(context: FlowContext, userId: string): Promise<string | undefined> {
  const { rememberDeviceDays } = context.tenant.settings;
  if (rememberDeviceDays === 0) {
    return undefined;
  }
  const now = context.clock.now();
  const secret = randomSecret('remembered');
  await context.store.rememberDevice(context.tenant.id, {
    tokenHash: sha256(secret),
    userId,
    createdAt: now,
    expiresAt: now + rememberDeviceDays * day,
  });
  await context.store.forgetExcessDevices(context.tenant.id, userId, maximumRemembered);
  return secret;
}
