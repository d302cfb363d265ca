import { sha256 } from '../core/hash.ts';
import type { Level } from '../oauth/authentication-contexts.ts';
import type { ClientRecord, SessionRecord } from '../store/records.ts';
import type { FlowContext } from './context.ts';
import type { Interaction } from './interaction.ts';
import type { Situation } from './next-step.ts';
import type { Proof } from './proof.ts';

interface Subject {
  readonly request: Interaction['request'];
  readonly client: ClientRecord | undefined;
  readonly session: SessionRecord | undefined;
  readonly proof: Proof | undefined;
}

/** What the person has set up beyond a first factor, read only where it can matter. */
export async function secondFactorOf(context: FlowContext, subject: Subject, rememberedDevices: readonly string[]): Promise<Situation['secondFactor']> {
  const { request, client, session, proof } = subject;
  const policy = client?.secondFactor ?? context.tenant.settings.secondFactor;
  const userId = proof?.userId ?? session?.userId;
  const asked = request.essentialAcr.length > 0 || request.requestedAcr.length > 0;
  if (userId === undefined || (proof === undefined && policy !== 'required' && !asked)) {
    return { policy, enrolled: false, remembered: false, available: () => false };
  }
  const [factors, email] = await Promise.all([
    context.store.readFactors(context.tenant.id, userId),
    mayUseEmail(context, subject, userId),
  ]);
  return {
    policy,
    enrolled: factors.totp || factors.passkeys > 0,
    remembered: await isRemembered(context, rememberedDevices, userId),
    available: (level: Level) => factors.passkeys > 0 || (level < 3 && (factors.totp || email)),
  };
}

/** A code by mail is a second proof unless mail was the first, and only to an address that is known to be theirs. */
export async function mayUseEmail(
  context: FlowContext,
  { session, proof }: Pick<Subject, 'session' | 'proof'>,
  userId: string,
): Promise<boolean> {
  const first = proof === undefined ? session?.amr.includes('email') : proof.methods.includes('email');
  if (context.mailer === undefined || first === true) {
    return false;
  }
  const user = await context.store.findUser(context.tenant.id, userId);
  return user?.emailVerified === true;
}

async function isRemembered(context: FlowContext, secrets: readonly string[], userId: string): Promise<boolean> {
  const { id, settings } = context.tenant;
  if (settings.rememberDeviceDays === 0) {
    return false;
  }
  for (const secret of secrets) {
    if (await context.store.isDeviceRemembered(id, sha256(secret), userId, context.clock.now())) {
      return true;
    }
  }
  return false;
}
