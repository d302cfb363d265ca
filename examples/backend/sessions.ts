/* Sessions in memory: the browser has a random cookie, the server has everything else. */
import { randomBytes } from 'node:crypto';
import type { IDToken } from 'openid-client';

/** A sign-in that has been started and not finished. */
export interface StartedSignIn {
  readonly verifier: string;
  readonly state: string;
  readonly nonce: string;
}

/** A user who is signed in. */
export interface User {
  readonly claims: IDToken;
  readonly idToken: string;
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
  readonly scope: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** What the server knows of one browser. */
export interface Session {
  readonly id: string;
  readonly formToken: string;
  signIn?: StartedSignIn | undefined;
  user?: User | undefined;
}

const sessions = new Map<string, Session>();
const cookie = 'example-session';
/** Milliseconds: how long a started sign-in may take, and how long somebody stays signed in. */
const lifetimes = { signIn: 15 * 60_000, user: 8 * 3_600_000 };

/** The session of a request by its Cookie header. */
export function findSession(cookies: string | undefined): Session | undefined {
  const id = cookies?.split(/; */).find((pair) => pair.startsWith(`${cookie}=`))?.slice(cookie.length + 1);
  return id === undefined ? undefined : sessions.get(id);
}

/** Begins a session. Do so whenever somebody signs in, so that no id that was known before is worth anything. */
export function beginSession(content: Pick<Session, 'signIn' | 'user'>): Session {
  const session = { id: randomBytes(32).toString('base64url'), formToken: randomBytes(32).toString('base64url'), ...content };
  sessions.set(session.id, session);
  setTimeout(() => sessions.delete(session.id), content.user === undefined ? lifetimes.signIn : lifetimes.user).unref();
  return session;
}

/** Ends a session. */
export function endSession(session: Session | undefined): void {
  sessions.delete(session?.id ?? '');
}

/**
 * The Set-Cookie header for a session. `HttpOnly` keeps it from scripts; `SameSite=Lax` keeps it out of what other
 * sites send, except when they lead the user here, as the provider does. With https add `Secure`, and call it `__Host-…`.
 */
export function cookieFor(session: Session | undefined): string {
  return `${cookie}=${session?.id ?? ''}; Path=/; HttpOnly; SameSite=Lax${session === undefined ? '; Max-Age=0' : ''}`;
}
