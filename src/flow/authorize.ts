import type { AuthorizationRequest } from '../oauth/authorization-request.ts';
import { type AuthorizationResponse, issueCode, refuseRequest } from '../oauth/authorize.ts';
import type { Context } from '../oauth/context.ts';
import type { Failure } from '../oauth/failures.ts';
import { matchRedirectUri } from '../oauth/redirect-uri.ts';
import type { ClientRecord, SessionRecord } from '../store/records.ts';
import type { Interaction } from './interaction.ts';
import { nextStep, type Step } from './next-step.ts';

/** Where an authorization request stands after one more look at it. */
export type Progress =
  | { readonly kind: 'answered'; readonly response: AuthorizationResponse }
  /** The person must do something first. */
  | { readonly kind: 'waiting'; readonly step: Exclude<Step, { kind: 'issue' | 'refuse' }>; readonly client: ClientRecord }
  /** The ground is gone: the client or its redirect URI is no longer registered. */
  | { readonly kind: 'shown'; readonly failure: Failure };

/**
 * The dispatcher: looks at an authorization request and at who is signed in, and answers it or says what the
 * person has to do next. Called when the request comes in and again after every step.
 */
export async function advance(
  context: Context,
  interaction: Omit<Interaction, 'kind'>,
  session: SessionRecord | undefined,
  consentGiven = false,
): Promise<Progress> {
  const { request } = interaction;
  const client = await context.store.findClient(context.tenant.id, request.clientId);
  if (client === undefined || !client.enabled || matchRedirectUri(client, request.target.redirectUri) === undefined) {
    return { kind: 'shown', failure: { reason: 'client_unknown_page', parameter: 'client_id', received: request.clientId } };
  }
  const holder = await enabledSession(context, session);
  const step = nextStep({
    request,
    startedAt: interaction.startedAt,
    now: context.clock.now(),
    client,
    session: holder,
    chosenSession: interaction.chosenSession,
    // First-party clients need none.
    consent: client.firstParty ? undefined : holder && (await context.store.findConsent(context.tenant.id, holder.userId, client.id)),
    consentGiven,
  });
  switch (step.kind) {
    case 'issue':
      return { kind: 'answered', response: await issueCode(context, request, step.session) };
    case 'refuse':
      return refused(context, request, step.failure);
    default:
      return { kind: 'waiting', step, client };
  }
}

/** Ends a request with an error for the client. */
export function refused(context: Context, request: AuthorizationRequest, failure: Failure): Progress {
  context.record({ event: 'authorization_refused', clientId: request.clientId, detail: failure.reason });
  return { kind: 'answered', response: refuseRequest(context, request.target, failure) };
}

/** A session counts only while its user may sign in. */
async function enabledSession(context: Context, session: SessionRecord | undefined): Promise<SessionRecord | undefined> {
  const user = session && (await context.store.findUser(context.tenant.id, session.userId));
  return user?.enabled === true ? session : undefined;
}
