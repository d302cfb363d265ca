import { sha256 } from '../core/hash.ts';
import { levelOf, methodsOf, usesFactor } from '../oauth/authentication-contexts.ts';
import type { SessionRecord } from '../store/records.ts';
import type { SecondFactorPolicy } from '../store/tenant-settings.ts';
import type { FlowContext } from './context.ts';
import type { Interaction } from './interaction.ts';
import { type FactorFacts, type FactorWay, know, type Known } from './known.ts';
import type { Proof } from './proof.ts';
import { wantedLevel } from './second-factor-demand.ts';

/** What is asked of a person, by the application, the account page and the policy. */
interface Asked {
  readonly request: Interaction['request'];
  readonly policy: SecondFactorPolicy;
  /** Secrets of browsers that were remembered after a second factor. */
  readonly rememberedDevices: readonly string[];
}

/** Half a sign-in, with what its person has set up. */
export async function knowProof(context: FlowContext, proof: Proof, asked: Asked): Promise<Known<Proof>> {
  return know(proof, await factsOf(context, proof.userId, asked));
}

/** A session, with what its person has set up; read only where something can depend on it. */
export async function knowSession(context: FlowContext, session: SessionRecord, asked: Asked): Promise<Known<SessionRecord>> {
  const methods = methodsOf(session);
  const wanted = wantedLevel(asked.request);
  const demanded = asked.policy === 'off' && !guards(asked.request) ? wanted : Math.max(2, wanted);
  // What was reached by a factor nobody can take back.
  const settled = demanded === 0 || (usesFactor(methods) && levelOf(methods) >= demanded);
  return know(session, settled ? { ...nothing, userId: session.userId, mailCounts: true } : await factsOf(context, session.userId, asked));
}

const nothing = { enrolled: false, remembered: false, ways: [] };

/** Whether more can be asked for of somebody, too, who has not set up anything. */
function asksEverybody({ request, policy }: Asked): boolean {
  return policy === 'required' || wantedLevel(request) > 0 || guards(request);
}

function guards(request: Interaction['request']): boolean {
  return request.kind === 'account' && request.demand !== 'nothing';
}

async function factsOf(context: FlowContext, userId: string, asked: Asked): Promise<FactorFacts> {
  const { store, tenant } = context;
  const [{ passkeys, totp, recoveryCodes }, remembered] = await Promise.all([
    store.readFactors(tenant.id, userId),
    isRemembered(context, asked.rememberedDevices, userId),
  ]);
  const enrolled = totp || passkeys > 0;
  const mailCounts = !enrolled || tenant.settings.mailGetsPastFactors;
  const ways: readonly (readonly [FactorWay, boolean])[] = [
    ['passkey', passkeys > 0],
    ['totp', totp],
    ['email', mailCounts && (enrolled || asksEverybody(asked)) && (await hasMailbox(context, userId))],
    // They stand in for a factor, and are none by themselves.
    ['recovery_code', enrolled && recoveryCodes > 0],
  ];
  return { userId, enrolled, remembered, mailCounts, ways: ways.flatMap(([way, has]) => (has ? [way] : [])) };
}

/** A code is sent only to an address that is known to be theirs. */
async function hasMailbox({ store, tenant, mailer }: FlowContext, userId: string): Promise<boolean> {
  return mailer !== undefined && (await store.findUser(tenant.id, userId))?.emailVerified === true;
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
