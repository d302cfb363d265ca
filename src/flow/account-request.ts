import type { AccountDemand, AccountPath, AccountRequest, Interaction } from './interaction.ts';

/** How long ago somebody may have signed in who changes what guards their account, in seconds. */
export const freshSignIn = 600;

/** Starts the sign-in of a person who wants to see a page of their account; one with a demand guards it, and wants a fresh sign-in. */
export function startAccountInteraction(path: AccountPath, now: number, demand: AccountDemand = 'nothing'): Interaction {
  const request: AccountRequest = {
    kind: 'account',
    path,
    demand,
    prompts: [],
    maxAge: demand === 'nothing' ? undefined : freshSignIn,
    loginHint: undefined,
    hintedSubject: undefined,
    essentialAcr: [],
    requestedAcr: [],
    uiLocales: [],
  };
  return { kind: 'authorization', request, startedAt: now };
}
