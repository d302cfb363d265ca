import { authenticationContexts } from '../oauth/authentication-contexts.ts';
import type { AccountPath, AccountRequest, Interaction } from './interaction.ts';

/** How long ago somebody may have signed in who changes what guards their account, in seconds. */
export const freshSignIn = 600;

/**
 * Starts the sign-in of a person who wants to see a page of their account; `fresh` for one that guards it, `strong` where
 * that person can prove more than a password and has to.
 */
export function startAccountInteraction(path: AccountPath, now: number, { fresh, strong = false }: { readonly fresh: boolean; readonly strong?: boolean }): Interaction {
  const request: AccountRequest = {
    kind: 'account',
    path,
    prompts: [],
    maxAge: fresh ? freshSignIn : undefined,
    loginHint: undefined,
    hintedSubject: undefined,
    essentialAcr: strong ? [authenticationContexts[1]] : [],
    requestedAcr: [],
    uiLocales: [],
  };
  return { kind: 'authorization', request, startedAt: now };
}
