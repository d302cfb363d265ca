import { type Level, levelOfContext } from '../oauth/authentication-contexts.ts';
import type { SignInDemand } from '../oauth/authorization-request.ts';
import type { SecondFactorPolicy } from '../store/tenant-settings.ts';
import type { Interaction } from './interaction.ts';
import { type Known, reachedLevel, waysTo } from './known.ts';

/**
 * The level that has still to be reached; undefined where what is proven is enough. It makes no difference whether the person
 * is signing in right now or has a session from some time ago, for whichever application that was made.
 */
export function demandedLevel(request: Interaction['request'], policy: SecondFactorPolicy, who: Known): Level | undefined {
  const reached = reachedLevel(who);
  const wanted = wantedLevel(request);
  // OpenID Connect Core §3.1.2.1: acr_values is a wish. A tenant that asks for no second factor does not grant it.
  const essential = request.essentialAcr.length > 0;
  if (wanted > reached && (essential || (policy !== 'off' && !request.prompts.includes('none')))) {
    return wanted;
  }
  // What was set up in this very sign-in or session answers us, though no token says so before it is used.
  const settled = reached >= 2 || who.methods.includes('new_factor');
  return settled ? undefined : (demandOfAccount(request, who) ?? demandOfPolicy(policy, who));
}

/**
 * What guards the account asks for the factor of whoever has one, even where it is not asked for otherwise: a password alone
 * must not be enough to put another factor in its place (ASVS 6.4.4). Before the first one is set up a person proves
 * what else they can, which is their mail.
 */
function demandOfAccount(request: Interaction['request'], who: Known): Level | undefined {
  if (request.kind !== 'account' || request.demand === 'nothing') {
    return undefined;
  }
  if (who.facts.enrolled) {
    return 2;
  }
  return request.demand === 'everything' && waysTo(1, who).length > 0 ? 1 : undefined;
}

function demandOfPolicy(policy: SecondFactorPolicy, { facts }: Known): Level | undefined {
  if (facts.remembered || policy === 'off') {
    return undefined;
  }
  return policy === 'required' || facts.enrolled ? 2 : undefined;
}

/** The lowest of the levels that would do, 0 where an application asks for none; an essential claim outweighs the wish. */
export function wantedLevel({ essentialAcr, requestedAcr }: Pick<SignInDemand, 'essentialAcr' | 'requestedAcr'>): Level {
  const levels = (essentialAcr.length > 0 ? essentialAcr : requestedAcr).map(levelOfContext).filter((level) => level > 0);
  return levels.length === 0 ? 0 : (Math.min(...levels) as Level);
}
