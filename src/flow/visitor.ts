import type { SessionRecord } from '../store/records.ts';

/** Who is at the other end, as far as the browser's cookies tell. */
export interface Visitor {
  /** The session that answers unless another is asked for. */
  readonly active: SessionRecord | undefined;
  /** Everybody who is signed in in this browser. */
  readonly sessions: readonly SessionRecord[];
  /** Secrets of browsers that were remembered after a second factor. */
  readonly rememberedDevices: readonly string[];
}

/** The same visitor after somebody has signed in. */
export function withSession(visitor: Visitor, session: SessionRecord): Visitor {
  return { ...visitor, active: session, sessions: [session, ...visitor.sessions.filter(({ id }) => id !== session.id)] };
}
