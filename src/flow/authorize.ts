import type { AuthorizationRequest } from '../oauth/authorization-request.ts';
import { type AuthorizationResponse, issueCode, refuseRequest } from '../oauth/authorize.ts';
import type { Failure } from '../oauth/failures.ts';
import { matchRedirectUri } from '../oauth/redirect-uri.ts';
import type { ClientRecord, SessionRecord } from '../store/records.ts';
import type { FlowContext } from './context.ts';
import type { AccountPath, Interaction } from './interaction.ts';
import { nextStep, type Step } from './next-step.ts';
import { provenUser } from './proof.ts';
import { knowProof, knowSession } from './second-factor-facts.ts';
import type { Visitor } from './visitor.ts';

/** Where a sign-in stands after one more look at it. */
export type Progress =
  /** `failure`: with an error. */
  | { readonly kind: 'answered'; readonly response: AuthorizationResponse; readonly failure?: Failure }
  /** The person may see the page of their account that they asked for. */
  | { readonly kind: 'arrived'; readonly path: AccountPath; readonly session: SessionRecord }
  /** The person must do something first. */
  | { readonly kind: 'waiting'; readonly step: Exclude<Step, { kind: 'issue' | 'refuse' }>; readonly client: ClientRecord | undefined }
  /** The ground is gone: the client or its redirect URI is no longer registered. */
  | { readonly kind: 'shown'; readonly failure: Failure };

/**
 * The dispatcher: looks at a request and at who is signed in, and answers it or says what the person has to do next.
 * Called when the request comes in and again after every step.
 */
export async function advance(
  context: FlowContext,
  interaction: Omit<Interaction, 'kind'>,
  visitor: Visitor,
  consentGiven = false,
): Promise<Progress> {
  const { request } = interaction;
  const client = request.kind === 'account' ? undefined : await context.store.findClient(context.tenant.id, request.clientId);
  if (request.kind !== 'account' && (client === undefined || !client.enabled || matchRedirectUri(client, request.target.redirectUri) === undefined)) {
    return { kind: 'shown', failure: { reason: 'client_unknown_page', parameter: 'client_id', received: request.clientId } };
  }
  const session = sessionFor(interaction, visitor);
  const prover = await provenUser(context, interaction.proof);
  const proof = prover && interaction.proof;
  const policy = client?.secondFactor ?? context.tenant.settings.secondFactor;
  const asked = { request, policy, rememberedDevices: visitor.rememberedDevices };
  const step = nextStep({
    request,
    startedAt: interaction.startedAt,
    now: context.clock.now(),
    client,
    policy,
    session: session && (await knowSession(context, session, asked)),
    sessions: visitor.sessions,
    chosenSession: interaction.chosenSession,
    proof: proof && (await knowProof(context, proof, asked)),
    // First-party clients need none.
    consent: client === undefined || client.firstParty ? undefined : session && (await context.store.findConsent(context.tenant.id, session.userId, client.id)),
    consentGiven,
  });
  switch (step.kind) {
    case 'issue':
      return request.kind === 'account'
        ? { kind: 'arrived', path: request.path, session: step.session }
        : { kind: 'answered', response: await issueCode(context, request, step.session) };
    case 'refuse':
      // Nobody asks an account page for more than can be done.
      return request.kind === 'account' ? { kind: 'shown', failure: step.failure } : refused(context, request, step.failure);
    default:
      return { kind: 'waiting', step, client };
  }
}

/** Ends a request with an error for the client. */
export function refused(context: FlowContext, request: AuthorizationRequest, failure: Failure): Progress {
  context.record({ event: 'authorization_refused', clientId: request.clientId, detail: failure.reason });
  return { kind: 'answered', response: refuseRequest(context, request.target, failure), failure };
}

/**
 * Whether an error may take the browser back to the client by itself. A third party could otherwise lend our address to whatever it has
 * registered: a link to us, with a mistake in it, leads anybody there (RFC 9700 §4.11.2). So somebody must be signed in,
 * or have done something here; until then the person is asked. Where nobody is to be shown anything, nobody sees an address either.
 */
export function returnsByItself({ firstParty }: Pick<ClientRecord, 'firstParty'>, silent: boolean, { sessions }: Visitor): boolean {
  return firstParty || silent || sessions.length > 0;
}

/** Of those who are signed in: the one whom the person chose, else the one whom the application names, else the active one. */
function sessionFor({ request, chosenSession }: Omit<Interaction, 'kind'>, { active, sessions }: Visitor): SessionRecord | undefined {
  return (
    sessions.find(({ id }) => id === chosenSession) ??
    sessions.find(({ userId }) => userId === request.hintedSubject) ??
    active
  );
}
