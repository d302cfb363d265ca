import type { SessionRecord, UserRecord } from '../../store/records.ts';
import type { FlowContext } from '../context.ts';
import { keepEvent } from '../notices.ts';
import type { Browser } from '../sign-in.ts';

/** Signs the person out of one browser. Does nothing where the session is not theirs. */
export async function endOneSession(context: FlowContext, user: UserRecord, sessionId: string, browser: Browser): Promise<boolean> {
  const ended = await context.store.revokeSession(context.tenant.id, user.id, sessionId, 'signed_out_by_user', context.clock.now());
  if (ended) {
    await keepEvent(context, user.id, 'session_ended', browser);
    context.record({ event: 'session_ended', userId: user.id, detail: browser.address });
  }
  return ended;
}

/** Signs the person out of every browser but this one, and forgets where no second factor was asked for. */
export async function signOutElsewhere(context: FlowContext, user: UserRecord, session: SessionRecord, browser: Browser): Promise<void> {
  await context.store.revokeSessionsOfUser(context.tenant.id, user.id, 'signed_out_by_user', context.clock.now(), session.id);
  await keepEvent(context, user.id, 'signed_out_everywhere', browser);
  context.record({ event: 'signed_out_everywhere', userId: user.id, detail: browser.address });
}
