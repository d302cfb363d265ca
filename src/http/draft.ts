import type { ServerResponse } from 'node:http';
import type { HeaderFields } from './headers.ts';

/** A response that can still be added to. */
export interface Draft {
  readonly status: number;
  readonly headers: HeaderFields;
  /** Lines of Set-Cookie, the one header that may come several times. */
  readonly cookies?: readonly string[];
  readonly body: string | Uint8Array | null;
}

/** Sends the response of a draft. */
export function send(response: ServerResponse, { status, headers, cookies, body }: Draft): void {
  // RFC 9110 §8.6: a 204 has no length.
  if (status !== 204) {
    headers['Content-Length'] = String(body === null ? 0 : Buffer.byteLength(body));
  }
  response.writeHead(status, cookies === undefined || cookies.length === 0 ? headers : { ...headers, 'Set-Cookie': [...cookies] });
  response.end(body);
}
