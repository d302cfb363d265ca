import { randomId, randomSecret } from '../core/random.ts';
import { day } from '../core/clock.ts';
import { sha256 } from '../core/hash.ts';
import { type AuthenticationMethod, describeAuthentication, levelOf, methodsOf } from '../oauth/authentication-contexts.ts';
import { continueSession } from '../session/session.ts';
import type { SessionRecord, UserRecord } from '../store/records.ts';
import type { FlowContext } from './context.ts';
import { rememberDevice } from './device.ts';
import type { Interaction } from './interaction.ts';
import type { Step } from './next-step.ts';
import { type Browser, completeSignIn, settlePassword, type SignInOutcome } from './sign-in.ts';
import type { Visitor } from './visitor.ts';

/** In how many browsers a person may be remembered. */
const maximumRemembered = 50;

/** A step at which a person has to prove more than they have. */
export type ProofStep = Extract<Step, { kind: 'second_factor' | 'set_up_factor' }>;

/** What is proven once a further proof has been given at a step: on top of its session, else of the half sign-in. */
function methodsAfter({ proof }: Interaction, { session }: Pick<ProofStep, 'session'>, method: AuthenticationMethod): readonly AuthenticationMethod[] {
  return [...(session === undefined ? (proof?.methods ?? []) : methodsOf(session)), method];
}

/** Takes up a further proof at the step that asked for it: it finishes a sign-in, or makes a session stronger. */
export async function addProof(
  context: FlowContext,
  interaction: Interaction,
  step: Pick<ProofStep, 'session'>,
  user: UserRecord,
  method: AuthenticationMethod,
  visitor: Visitor,
  browser: Browser,
): Promise<SignInOutcome> {
  const methods = methodsAfter(interaction, step, method);
  if (step.session !== undefined) {
    return stepUp(context, step.session, user, methods, browser);
  }
  if (interaction.proof === undefined) {
    throw new Error('unreachable: a step without a session follows from a proof');
  }
  return completeSignIn(context, interaction, user, { ...interaction.proof, methods }, visitor, browser);
}

/**
 * Makes a session stronger by one more proof (RFC 9470). It goes on under a new cookie; when the person signed in stays
 * as it was, and so does when it ends.
 */
async function stepUp(
  context: FlowContext,
  current: SessionRecord,
  user: UserRecord,
  methods: readonly AuthenticationMethod[],
  browser: Browser,
): Promise<SignInOutcome> {
  const continued = await continueSession(
    context,
    {
      userId: current.userId,
      ...describeAuthentication(methods),
      authTime: current.authTime,
      userAgent: browser.userAgent,
      address: browser.address,
    },
    current,
  );
  if (continued === undefined) {
    return { kind: 'ended' };
  }
  await settlePassword(context, user, methods);
  context.record({ event: 'session_stepped_up', userId: user.id, detail: methods.at(-1) });
  return { kind: 'signed_in', ...continued, device: rememberDevice(context, browser.device, user.email, randomId('device')) };
}

/**
 * Remembers the browser in which a second factor was given, so that the tenant's policy asks no more for a while. Returns
 * the secret that the browser keeps; undefined where the tenant remembers none, and where all proofs came from one place.
 */
export async function rememberBrowser(context: FlowContext, interaction: Interaction, step: ProofStep, method: AuthenticationMethod): Promise<string | undefined> {
  const { rememberDeviceDays } = context.tenant.settings;
  if (rememberDeviceDays === 0 || levelOf(methodsAfter(interaction, step, method)) < 2) {
    return undefined;
  }
  const now = context.clock.now();
  const secret = randomSecret('remembered');
  await context.store.rememberDevice(context.tenant.id, {
    tokenHash: sha256(secret),
    userId: step.userId,
    createdAt: now,
    expiresAt: now + rememberDeviceDays * day,
  });
  await context.store.forgetExcessDevices(context.tenant.id, step.userId, maximumRemembered);
  return secret;
}
