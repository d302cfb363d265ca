import { type Level, levelOfContext } from '../oauth/authentication-contexts.ts';
import type { SignInDemand } from '../oauth/authorization-request.ts';
import type { SecondFactorPolicy } from '../store/tenant-settings.ts';

/** What a demand for more proof depends on. */
export interface SecondFactorSituation {
  readonly request: Pick<SignInDemand, 'essentialAcr' | 'requestedAcr' | 'prompts'>;
  /** The client's own where it has one, else the tenant's. */
  readonly policy: SecondFactorPolicy;
  readonly reached: Level;
  /** Whether the person has set up a second factor. */
  readonly enrolled: boolean;
  /** Whether this browser was remembered after a second factor. It spares the policy's question, never an application's. */
  readonly remembered: boolean;
  /** Whether the person is signing in right now, or has a session already. */
  readonly signingIn: boolean;
}

/** The level that has still to be reached; undefined where what is proven is enough. */
export function demandedLevel(situation: SecondFactorSituation): Level | undefined {
  const { policy, reached, remembered, request } = situation;
  const wanted = wantedLevel(request);
  // OpenID Connect Core §3.1.2.1: acr_values is a wish. A tenant that asks for no second factor does not grant it.
  const essential = request.essentialAcr.length > 0;
  if (wanted > reached && (essential || (policy !== 'off' && !request.prompts.includes('none')))) {
    return wanted;
  }
  if (reached >= 2 || remembered || policy === 'off') {
    return undefined;
  }
  return policy === 'required' || (situation.signingIn && situation.enrolled) ? 2 : undefined;
}

/** The lowest of the levels that would do; an essential claim outweighs the wish. */
function wantedLevel({ essentialAcr, requestedAcr }: SecondFactorSituation['request']): Level {
  const levels = (essentialAcr.length > 0 ? essentialAcr : requestedAcr).map(levelOfContext).filter((level) => level > 0);
  return levels.length === 0 ? 0 : (Math.min(...levels) as Level);
}
