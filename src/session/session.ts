import { type Clock, day } from '../core/clock.ts';
import { sha256 } from '../core/hash.ts';
import { randomId, randomSecret } from '../core/random.ts';
import type { Store } from '../store/port.ts';
import type { Instant, SessionRecord, TenantId } from '../store/records.ts';

/** How long a sign-in lasts in a browser, in milliseconds. */
export const sessionLifetime = 14 * day;

/** In how many sessions a person may be signed in, in all browsers together. */
const maximumSessions = 100;

/** What a session is started with. */
export interface Authentication {
  readonly userId: string;
  readonly acr: string;
  readonly amr: readonly string[];
  /** The proofs behind both. */
  readonly methods: readonly string[];
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
 * session itself (`current`), so that applications which rest on it stay signed in; where it has ended at this very
 * moment, a new one begins. One too many ends the one that was signed in to longest ago.
 */
export async function startSession(
  context: SessionContext,
  authentication: Authentication,
  current: SessionRecord | undefined,
): Promise<{ readonly session: SessionRecord; readonly secret: string; readonly crowdedOut: boolean }> {
  const continued = current?.userId === authentication.userId ? await continueSession(context, authentication, current) : undefined;
  if (continued !== undefined) {
    return { ...continued, crowdedOut: false };
  }
  const now = context.clock.now();
  const [secret, fields] = newAuthentication(authentication);
  const session: SessionRecord = { ...fields, id: randomId('sid'), authTime: now, createdAt: now, expiresAt: now + sessionLifetime };
  await context.store.startSession(context.tenant.id, session);
  const crowdedOut = await context.store.endExcessSessions(context.tenant.id, session.userId, maximumSessions);
  return { session, secret, crowdedOut };
}

/**
 * Lets a session go on under a new secret. With a further proof on top of it (`authTime` is that of the first) it gets
 * stronger, not longer. Undefined where it has ended meanwhile: what ended it stands.
 */
export async function continueSession(
  context: SessionContext,
  authentication: Authentication,
  current: SessionRecord,
): Promise<{ readonly session: SessionRecord; readonly secret: string } | undefined> {
  const now = context.clock.now();
  const [secret, fields] = newAuthentication(authentication);
  const session: SessionRecord = {
    ...fields,
    id: current.id,
    authTime: authentication.authTime ?? now,
    createdAt: current.createdAt,
    expiresAt: authentication.authTime === undefined ? now + sessionLifetime : current.expiresAt,
  };
  return (await context.store.continueSession(context.tenant.id, session)) ? { session, secret } : undefined;
}

/** A new secret, with what a session keeps of an authentication. */
function newAuthentication({ userId, acr, amr, methods, userAgent, address }: Authentication) {
  const secret = randomSecret('session');
  return [secret, { userId, acr, amr, methods, userAgent: userAgent.slice(0, 300), address, cookieHash: sha256(secret) }] as const;
}

/** The session of a secret in this tenant, if it is alive. */
export function findSession(context: SessionContext, secret: string): Promise<SessionRecord | undefined> {
  return context.store.findSession(context.tenant.id, sha256(secret), context.clock.now());
}

/** Ends a session: its cookie leads nowhere, and what rests on it falls. */
export async function endSession(context: SessionContext, session: SessionRecord): Promise<void> {
  await context.store.endSession(context.tenant.id, session.id);
}
