import { type Clock, day } from '../core/clock.ts';
import { sha256 } from '../core/hash.ts';
import { randomId, randomSecret } from '../core/random.ts';
import type { Store } from '../store/port.ts';
import type { SessionRecord, TenantId } from '../store/records.ts';

/** How long a sign-in lasts in a browser, in milliseconds. */
export const sessionLifetime = 14 * day;

/** What a session is started with. */
export interface Authentication {
  readonly userId: string;
  readonly acr: string;
  readonly amr: readonly string[];
  /** What the person sees of it in the list of their sessions. */
  readonly userAgent: string;
  readonly address: string;
}

interface SessionContext {
  readonly store: Store;
  readonly clock: Clock;
  readonly tenant: { readonly id: TenantId };
}

/**
 * Starts a session and returns the value of its cookie, which is kept nowhere. The value is always new: one
 * that an attacker planted before the sign-in leads nowhere. The same person signing in again keeps the
 * session itself, so that applications which rest on it stay signed in. Another person gets one of their own, and
 * the first one's goes on beside it: several people may be signed in in one browser.
 */
export async function startSession(
  context: SessionContext,
  authentication: Authentication,
  current: SessionRecord | undefined,
): Promise<{ readonly session: SessionRecord; readonly cookie: string }> {
  const now = context.clock.now();
  const cookie = randomSecret('session_');
  const continues = current?.userId === authentication.userId ? current : undefined;
  const session: SessionRecord = {
    ...authentication,
    id: continues?.id ?? randomId('sid'),
    cookieHash: sha256(cookie),
    userAgent: authentication.userAgent.slice(0, 300),
    authTime: now,
    createdAt: continues?.createdAt ?? now,
    expiresAt: now + sessionLifetime,
  };
  await context.store.startSession(context.tenant.id, session);
  return { session, cookie };
}

/** The session that a cookie names in this tenant, if it is alive. */
export async function findSession(context: SessionContext, cookie: string | undefined): Promise<SessionRecord | undefined> {
  return cookie === undefined
    ? undefined
    : await context.store.findSession(context.tenant.id, sha256(cookie), context.clock.now());
}

/** Ends a session: its cookie leads nowhere, and what rests on it falls. */
export async function endSession(context: SessionContext, session: SessionRecord): Promise<void> {
  await context.store.endSession(context.tenant.id, session.id);
}
