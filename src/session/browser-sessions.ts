import type { SessionRecord } from '../store/records.ts';
import { endSession, findSession, type SessionContext } from './session.ts';

/** How many people may be signed in in one browser. */
const maximumSessions = 5;

/** Separates the secrets in the cookie; none of them has one. The first place is that of the active session. */
const separator = '.';

/** One person's session in a browser, with the secret by which the cookie names it. */
export interface SignedIn {
  readonly session: SessionRecord;
  readonly secret: string;
}

/** Everybody who is signed in in a browser. Nobody is active after the active one has signed out. */
export interface BrowserSessions {
  readonly active: SignedIn | undefined;
  /** The active one first. */
  readonly all: readonly SignedIn[];
}

/** The sessions that a cookie names in this tenant, those that are alive. */
export async function readBrowserSessions(context: SessionContext, cookie: string | undefined): Promise<BrowserSessions> {
  if (cookie === undefined) {
    return { active: undefined, all: [] };
  }
  const secrets = [...new Set(cookie.split(separator).slice(0, maximumSessions + 1))];
  const found = await Promise.all(
    secrets.map(async (secret) => {
      const session = secret === '' ? undefined : await findSession(context, secret);
      return session && { session, secret };
    }),
  );
  return { active: found[0], all: found.filter((one) => one !== undefined) };
}

/** The cookie in which this secret is active beside the others; the person who signed in longest ago makes room. */
export async function activate(context: SessionContext, sessions: BrowserSessions, { session, secret }: SignedIn): Promise<string> {
  const others = sessions.all.filter((other) => other.session.id !== session.id);
  for (const { session: superfluous } of others.splice(maximumSessions - 1)) {
    await endSession(context, superfluous);
  }
  return [secret, ...others.map((other) => other.secret)].join(separator);
}

/** The cookie after a session has ended; undefined when nobody is left. Nobody takes its place unasked. */
export function withoutSession(sessions: BrowserSessions, ended: SessionRecord): string | undefined {
  const left = sessions.all.filter(({ session }) => session.id !== ended.id);
  const active = left.find(({ session }) => session.id === sessions.active?.session.id);
  const others = left.filter((one) => one !== active).map(({ secret }) => secret);
  return left.length === 0 ? undefined : [active?.secret ?? '', ...others].join(separator);
}
