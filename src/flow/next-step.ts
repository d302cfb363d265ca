import { levelOfContext, levelOf, type Level } from '../oauth/authentication-contexts.ts';
import type { AuthorizationRequest } from '../oauth/authorization-request.ts';
import type { Failure } from '../oauth/failures.ts';
import type { Allowed, ClientRecord, ConsentRecord, SessionRecord } from '../store/records.ts';
import { freshSignIn } from './account-request.ts';
import { consentItems, isAllowed } from './consent-items.ts';
import type { AccountRequest } from './interaction.ts';
import type { Proof } from './proof.ts';
import { demandedLevel, type SecondFactorSituation } from './second-factor-demand.ts';

/** Everything that the next step depends on. */
export interface Situation {
  readonly request: AuthorizationRequest | AccountRequest;
  /** When the request came, in milliseconds. */
  readonly startedAt: number;
  readonly now: number;
  /** The client that asks; none for the person's own account page. */
  readonly client: Pick<ClientRecord, 'firstParty'> | undefined;
  /** The session that would answer. */
  readonly session: SessionRecord | undefined;
  /** Everybody who is signed in in this browser. */
  readonly sessions: readonly SessionRecord[];
  readonly chosenSession: string | undefined;
  /** What has been proven beside, where a sign-in is half done. */
  readonly proof: Proof | undefined;
  /** About the second factors of whoever has the proof, else the session. */
  readonly secondFactor: Pick<SecondFactorSituation, 'policy' | 'enrolled' | 'remembered'> & {
    /** Whether there is any way to reach this level without setting one up. */
    readonly available: (level: Level) => boolean;
  };
  readonly consent: ConsentRecord | undefined;
  /** Whether the person has just said yes on the consent page of this very request. */
  readonly consentGiven: boolean;
}

/** What has to happen next. */
export type Step =
  | { readonly kind: 'issue'; readonly session: SessionRecord }
  | { readonly kind: 'refuse'; readonly failure: Failure }
  /** `again`: the person is signed in, but this request wants fresh proof. */
  | { readonly kind: 'sign_in'; readonly again: boolean }
  | { readonly kind: 'sign_up' }
  | { readonly kind: 'select_account' }
  /** Something more has to be proven: to finish signing in (`session` undefined), or on top of a session. */
  | { readonly kind: 'second_factor'; readonly userId: string; readonly level: Level; readonly session: SessionRecord | undefined }
  /** The same, and there is nothing yet to prove it with. */
  | { readonly kind: 'set_up_factor'; readonly userId: string; readonly level: Level; readonly session: SessionRecord | undefined }
  | { readonly kind: 'consent'; readonly session: SessionRecord; readonly items: Allowed };

/** Decides the next step of a sign-in (OpenID Connect Core §3.1.2.1, §3.1.2.3, §3.1.2.4). */
export function nextStep(situation: Situation): Step {
  const { request, session, startedAt, proof } = situation;
  const silent = request.prompts.includes('none');
  const refuse = (reason: Failure['reason']): Step => ({ kind: 'refuse', failure: { reason } });

  // Core §5.5.1.1: an essential acr that cannot be reached is refused, never answered with less.
  if (request.essentialAcr.length > 0 && !request.essentialAcr.some((acr) => levelOfContext(acr) > 0)) {
    return refuse('authentication_level_unreachable');
  }
  if (proof !== undefined) {
    const reached = levelOf(proof.methods);
    const level = demandedLevel({ ...situation.secondFactor, request, reached, signingIn: true });
    if (level !== undefined) {
      return proveMore(situation, proof.userId, { reached, level }, undefined);
    }
  }
  if (session === undefined || (request.prompts.includes('create') && session.authTime < startedAt)) {
    return silent ? refuse('login_required') : withoutSession(situation);
  }
  const signedInForThis = session.authTime >= startedAt;
  if (request.prompts.includes('select_account') && !signedInForThis && situation.chosenSession !== session.id) {
    return { kind: 'select_account' };
  }
  // Core §3.1.2.1: an id_token_hint names the user who must be the one signed in.
  if (request.hintedSubject !== undefined && request.hintedSubject !== session.userId) {
    return silent || signedInForThis ? refuse('login_required') : { kind: 'sign_in', again: false };
  }
  if (!signedInForThis && wantsFreshSignIn(situation, session)) {
    return silent ? refuse('login_required') : { kind: 'sign_in', again: true };
  }
  const reached = levelOfContext(session.acr);
  const level = demandedLevel({ ...situation.secondFactor, request, reached, signingIn: false });
  if (level !== undefined) {
    return silent ? refuse('login_required') : proveMore(situation, session.userId, { reached, level }, session);
  }
  if (request.kind === 'authorization' && !situation.consentGiven && wantsConsent(request, situation)) {
    return silent ? refuse('consent_required') : { kind: 'consent', session, items: consentItems(request) };
  }
  return { kind: 'issue', session };
}

function withoutSession({ request, sessions }: Situation): Step {
  if (request.prompts.includes('create')) {
    return { kind: 'sign_up' };
  }
  // Others are signed in here, and none of them is this request's by itself.
  return sessions.length > 0 && request.hintedSubject === undefined && !request.prompts.includes('login') ? { kind: 'select_account' } : { kind: 'sign_in', again: false };
}

/**
 * Asks for the level that is missing. What is not there yet can be set up, but never by less than the person can prove:
 * somebody who only knows the password of an account must not put a passkey of their own beside its authenticator app,
 * nor may a session that was left open long ago.
 */
function proveMore(
  { secondFactor, now }: Situation,
  userId: string,
  { reached, level }: { readonly reached: Level; readonly level: Level },
  session: SessionRecord | undefined,
): Step {
  if (secondFactor.available(level)) {
    return { kind: 'second_factor', userId, level, session };
  }
  if (reached < 2 && secondFactor.available(2)) {
    return { kind: 'second_factor', userId, level: 2, session };
  }
  return session !== undefined && session.authTime + freshSignIn * 1000 <= now
    ? { kind: 'sign_in', again: true }
    : { kind: 'set_up_factor', userId, level, session };
}

/** Core §3.1.2.1: prompt=login always, max_age when the last sign-in is older. */
function wantsFreshSignIn({ request, now }: Situation, session: SessionRecord): boolean {
  return request.prompts.includes('login') || (request.maxAge !== undefined && session.authTime + request.maxAge * 1000 <= now);
}

/** Core §3.1.2.4: third-party clients need consent for everything that was not allowed before. */
function wantsConsent(request: AuthorizationRequest, { client, consent }: Situation): boolean {
  return request.prompts.includes('consent') || (client?.firstParty !== true && !isAllowed(consentItems(request), consent?.allowed ?? {}));
}
