import { sha256 } from '../core/hash.ts';
import { sessionLifetime } from '../session/session.ts';
import { stripWhiteSpace } from './white-space.ts';

/** The cookies we know, each with the one thing it is for. */
const lifetimes = {
  /** The sign-in sessions of this browser, the active one first. */
  session: sessionLifetime,
  /** Binds half-finished sign-ins to this browser; gone when it closes. */
  browser: undefined,
  /** Says which accounts have signed in from here, so that strangers cannot lock them out. */
  device: 2 * 365 * 86_400_000,
  /** Spares the second factor here; how long each secret in it is good for the store knows. */
  remembered: 400 * 86_400_000,
} as const;

export type CookieName = keyof typeof lifetimes;

/** A cookie to set, or to remove where the value is undefined. */
export interface CookieChange {
  readonly name: CookieName;
  readonly value: string | undefined;
}

/** The cookies that a request brought. */
export interface Cookies {
  get(name: CookieName): string | undefined;
  /** Every secret that half-finished sign-ins of this browser may be bound to. `get` gives the first. */
  readonly browsers: readonly string[];
}

/** The most secrets of one browser that are looked at. */
const maximumBrowsers = 5;

/**
 * On https the `__Host-` prefix keeps other hosts and plain http from planting cookies (RFC 6265bis §4.1.3.2).
 * On http, which is for development, it is left out: Safari keeps no Secure cookies from http://localhost.
 */
function wireName(name: CookieName, secure: boolean): string {
  return `${secure ? '__Host-' : ''}microauth-${name}`;
}

/** Reads the Cookie header. A cookie that comes twice was planted by someone else; it counts as absent. */
export function readCookies(header: string | null, secure: boolean): Cookies {
  const values = new Map<string, string | undefined>();
  for (const pair of header?.split(';') ?? []) {
    const at = pair.indexOf('=');
    if (at > 0) {
      const name = stripWhiteSpace(pair.slice(0, at));
      values.set(name, values.has(name) ? undefined : stripWhiteSpace(pair.slice(at + 1)));
    }
  }
  const prefix = `${wireName('browser', secure)}-`;
  const browsers = [...values].flatMap(([name, value]) => (value !== undefined && name.startsWith(prefix) ? [value] : [])).slice(0, maximumBrowsers);
  return { get: (name) => (name === 'browser' ? browsers[0] : values.get(wireName(name, secure))), browsers };
}

/** The Set-Cookie line of a change. Host-only, hidden from scripts, sent along on top-level navigation. */
export function setCookieLine({ name, value }: CookieChange, secure: boolean): string {
  const lifetime = lifetimes[name];
  const age = value === undefined ? '; Max-Age=0' : lifetime === undefined ? '' : `; Max-Age=${lifetime / 1000}`;
  // Two tabs that open in a new browser at once get a secret each, and the forms of both are out already: neither may
  // take the other's place, so each secret has a cookie of its own.
  const wire = `${wireName(name, secure)}${name === 'browser' && value !== undefined ? `-${sha256(value).slice(0, 8)}` : ''}`;
  return `${wire}=${value ?? ''}; Path=/; HttpOnly; SameSite=Lax${age}${secure ? '; Secure' : ''}`;
}
