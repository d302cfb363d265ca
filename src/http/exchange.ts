import type { FlowContext } from '../flow/context.ts';
import type { Visitor } from '../flow/visitor.ts';
import type { BrowserSessions } from '../session/browser-sessions.ts';
import type { Cookies } from './cookies.ts';
import type { RequestHeaders } from './incoming.ts';
import type { Door } from './tenant.ts';

/** One request to a tenant, with what the edge has found out about it. */
export interface Exchange {
  readonly context: FlowContext;
  /** By which of the tenant's names it came. */
  readonly door: Door;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** The form in the body; empty for requests without one. */
  readonly form: URLSearchParams;
  readonly headers: RequestHeaders;
  readonly cookies: Cookies;
  /** The address of the person's machine, behind trusted proxies too. */
  readonly address: string;
  /** Names this request in the log and on error pages. */
  readonly correlationId: string;
  /** Who is signed in in this browser, looked up when first asked. */
  sessions(): Promise<BrowserSessions>;
  /** Who is at the other end, as the flow sees it. */
  visitor(): Promise<Visitor>;
}
