import { type Clock, day } from '../core/clock.ts';
import { sha256 } from '../core/hash.ts';
import { randomId, randomSecret } from '../core/random.ts';
import type { Store } from '../store/port.ts';
import type { Instant, SessionRecord, TenantId } from '../store/records.ts';

/** How long a sign-in lasts in a browser, in milliseconds. */
export const sessionLifetime = 14 * day;

/** What a session is started with. */
export interface Authentication {
  readonly userId: string;
  readonly acr: string;
  readonly amr: readonly string[];
  /** When the first of the proofs was given, where that was not now. */
  readonly authTime?: Instant;
  /** What the person sees of it in the list of their sessions. */
  readonly userAgent: string;
  readonly address: string;
}

/** What sessions are kept in. */
export interface SessionContext {
  readonly store: Store;
  readonly clock: Clock;
  readonly tenant: { readonly id: TenantId };
}

/**
 * Starts a session and returns the secret of its cookie, which is kept nowhere. The secret is always new: one
 * that an attacker planted before the sign-in leads nowhere. The same person signing in again keeps the
 * session itself (`current`), so that applications which rest on it stay signed in.
 */
export async function startSession(
  context: SessionContext,
  authentication: Authentication,
  current: SessionRecord | undefined,
): Promise<{ readonly session: SessionRecord; readonly secret: string }> {
  const now = context.clock.now();
  const secret = randomSecret('session_');
  const continues = current?.userId === authentication.userId ? current : undefined;
  const session: SessionRecord = {
    ...authentication,
    id: continues?.id ?? randomId('sid'),
    cookieHash: sha256(secret),
    userAgent: authentication.userAgent.slice(0, 300),
    authTime: authentication.authTime ?? now,
    createdAt: continues?.createdAt ?? now,
    // A further proof on top of a session makes it stronger, not longer.
    expiresAt: (authentication.authTime === undefined ? undefined : continues?.expiresAt) ?? now + sessionLifetime,
  };
  await context.store.startSession(context.tenant.id, session);
  return { session, secret };
}

/** The session of a secret in this tenant, if it is alive. */
export function findSession(context: SessionContext, secret: string): Promise<SessionRecord | undefined> {
  return context.store.findSession(context.tenant.id, sha256(secret), context.clock.now());
}

/** Ends a session: its cookie leads nowhere, and what rests on it falls. */
export async function endSession(context: SessionContext, session: SessionRecord): Promise<void> {
  await context.store.endSession(context.tenant.id, session.id);
}
