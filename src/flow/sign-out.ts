import type { LogoutRequest } from '../oauth/logout.ts';
import { endSession } from '../session/session.ts';
import type { SessionRecord } from '../store/records.ts';
import type { FlowContext } from './context.ts';

/**
 * Whether a sign-out may happen without asking: only where a genuine ID token of this very session came along
 * with a request that can be followed (OpenID Connect RP-Initiated Logout §2), or where nobody is signed in. Anyone can send a browser to a URL.
 */
export function mayEndUnasked(request: LogoutRequest, session: SessionRecord | undefined): boolean {
  return session === undefined || (request.problem === undefined && request.hintedSession === session.id);
}

/** Ends the session, if there is one. */
export async function signOut(context: FlowContext, session: SessionRecord | undefined): Promise<void> {
  if (session !== undefined) {
    await endSession(context, session);
    context.record({ event: 'signed_out', userId: session.userId });
  }
}
