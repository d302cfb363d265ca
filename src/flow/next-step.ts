import { levelOfContext, type Level } from '../oauth/authentication-contexts.ts';
import type { AuthorizationRequest } from '../oauth/authorization-request.ts';
import type { Failure } from '../oauth/failures.ts';
import type { Allowed, ClientRecord, ConsentRecord, SessionRecord } from '../store/records.ts';
import type { SecondFactorPolicy } from '../store/tenant-settings.ts';
import { freshSignIn } from './account-request.ts';
import { consentItems, isAllowed } from './consent-items.ts';
import type { AccountRequest } from './interaction.ts';
import { type FactorWay, type Known, reachedLevel, waysTo } from './known.ts';
import type { Proof } from './proof.ts';
import { demandedLevel } from './second-factor-demand.ts';

/** Everything that the next step depends on. */
export interface Situation {
  readonly request: AuthorizationRequest | AccountRequest;
  /** When the request came, in milliseconds. */
  readonly startedAt: number;
  readonly now: number;
  /** The client that asks; none for the person's own account page. */
  readonly client: Pick<ClientRecord, 'firstParty'> | undefined;
  /** The client's own policy of second factors where it has one, else the tenant's. */
  readonly policy: SecondFactorPolicy;
  /** The session that would answer, with what its person has set up. */
  readonly session: Known<SessionRecord> | undefined;
  /** Everybody who is signed in in this browser. */
  readonly sessions: readonly SessionRecord[];
  readonly chosenSession: string | undefined;
  /** What has been proven beside, where a sign-in is half done: by this person or another than the one of the session. */
  readonly proof: Known<Proof> | undefined;
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
  /** Something more has to be proven in one of these ways: to finish signing in (`session` undefined), or on top of a session. */
  | { readonly kind: 'second_factor'; readonly userId: string; readonly level: Level; readonly ways: readonly FactorWay[]; readonly session: SessionRecord | undefined }
  /** The same, and there is nothing yet to prove it with. */
  | { readonly kind: 'set_up_factor'; readonly userId: string; readonly level: Level; readonly session: SessionRecord | undefined }
  | { readonly kind: 'consent'; readonly session: SessionRecord; readonly items: Allowed };

/** Decides the next step of a sign-in (OpenID Connect Core §3.1.2.1, §3.1.2.3, §3.1.2.4). */
export function nextStep(situation: Situation): Step {
  const { request, startedAt, proof, policy } = situation;
  const session = situation.session?.subject;
  const silent = request.prompts.includes('none');
  const refuse = (reason: Failure['reason']): Step => ({ kind: 'refuse', failure: { reason } });

  // Core §5.5.1.1: an essential acr that cannot be reached is refused, never answered with less.
  if (request.essentialAcr.length > 0 && !request.essentialAcr.some((acr) => levelOfContext(acr) > 0)) {
    return refuse('authentication_level_unreachable');
  }
  if (proof !== undefined) {
    const level = demandedLevel(request, policy, proof);
    if (level !== undefined) {
      return proveMore(situation, proof, level, undefined);
    }
  }
  if (situation.session === undefined || session === undefined || (request.prompts.includes('create') && session.authTime < startedAt)) {
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
  const level = demandedLevel(request, policy, situation.session);
  if (level !== undefined) {
    return silent ? refuse('login_required') : proveMore(situation, situation.session, level, session);
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
 * somebody who only knows the password of an account must not put a passkey of their own beside its authenticator app, nor
 * where there is none without reading its mail; nor may a session that was left open long ago.
 */
function proveMore({ now }: Situation, who: Known, level: Level, session: SessionRecord | undefined): Step {
  const { userId } = who.subject;
  const levels: readonly Level[] = reachedLevel(who) < 2 ? [level, 2, 1] : [level];
  for (const next of levels) {
    const ways = waysTo(next, who);
    if (ways.length > 0) {
      return { kind: 'second_factor', userId, level: next, ways, session };
    }
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
function wantsConsent(request: AuthorizationRequest, { client, consent, session }: Situation): boolean {
  const allowed = consent?.userId === session?.subject.userId ? (consent?.allowed ?? {}) : {};
  return request.prompts.includes('consent') || (client?.firstParty !== true && !isAllowed(consentItems(request), allowed));
}
