import type { AuthorizationRequest } from '../oauth/authorization-request.ts';
import type { Failure } from '../oauth/failures.ts';
import type { ClientRecord, ConsentRecord, SessionRecord } from '../store/records.ts';
import { authenticationContexts } from '../oauth/authentication-contexts.ts';
import { consentItems } from './consent-items.ts';

/** Everything that the next step depends on. */
export interface Situation {
  readonly request: AuthorizationRequest;
  /** When the request came, in milliseconds. */
  readonly startedAt: number;
  readonly now: number;
  readonly client: Pick<ClientRecord, 'firstParty'>;
  readonly session: SessionRecord | undefined;
  readonly chosenSession: string | undefined;
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
  | { readonly kind: 'select_account'; readonly session: SessionRecord }
  | { readonly kind: 'consent'; readonly session: SessionRecord; readonly items: readonly string[] };

/** Decides the next step of an authorization request (OpenID Connect Core §3.1.2.1, §3.1.2.3, §3.1.2.4). */
export function nextStep(situation: Situation): Step {
  const { request, session, startedAt } = situation;
  const silent = request.prompts.includes('none');
  const refuse = (reason: Failure['reason']): Step => ({ kind: 'refuse', failure: { reason } });

  // Core §5.5.1.1: an essential acr that cannot be reached is refused, never answered with less.
  if (request.essentialAcr.length > 0 && !request.essentialAcr.some((acr) => authenticationContexts.includes(acr))) {
    return refuse('authentication_level_unreachable');
  }
  if (session === undefined) {
    return silent ? refuse('login_required') : { kind: 'sign_in', again: false };
  }
  const signedInForThis = session.authTime >= startedAt;
  if (request.prompts.includes('select_account') && !signedInForThis && situation.chosenSession !== session.id) {
    return { kind: 'select_account', session };
  }
  // Core §3.1.2.1: an id_token_hint names the user who must be the one signed in.
  if (request.hintedSubject !== undefined && request.hintedSubject !== session.userId) {
    return silent || signedInForThis ? refuse('login_required') : { kind: 'sign_in', again: false };
  }
  if (!signedInForThis && wantsFreshSignIn(situation, session)) {
    return silent ? refuse('login_required') : { kind: 'sign_in', again: true };
  }
  if (!situation.consentGiven && wantsConsent(situation)) {
    return silent ? refuse('consent_required') : { kind: 'consent', session, items: consentItems(request) };
  }
  return { kind: 'issue', session };
}

/** Core §3.1.2.1: prompt=login always, max_age when the last sign-in is older. */
function wantsFreshSignIn({ request, now }: Situation, session: SessionRecord): boolean {
  return request.prompts.includes('login') || (request.maxAge !== undefined && session.authTime + request.maxAge * 1000 <= now);
}

/** Core §3.1.2.4: third-party clients need consent for everything that was not allowed before. */
function wantsConsent({ request, client, consent }: Situation): boolean {
  const allowed = consent?.items ?? [];
  return request.prompts.includes('consent') || (!client.firstParty && consentItems(request).some((item) => !allowed.includes(item)));
}
