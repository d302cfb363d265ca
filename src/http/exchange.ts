import type { FlowContext } from '../flow/context.ts';
import type { SessionRecord } from '../store/records.ts';
import type { Cookies } from './cookies.ts';
import type { RequestHeaders } from './incoming.ts';

/** One request to a tenant, with what the edge has found out about it. */
export interface Exchange {
  readonly context: FlowContext;
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
  /** The signed-in session of this browser, looked up when asked. */
  session(): Promise<SessionRecord | undefined>;
}
