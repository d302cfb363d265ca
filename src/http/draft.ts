import type { HeaderFields } from './headers.ts';

/** A response that can still be added to. */
export interface Draft {
  readonly status: number;
  readonly headers: HeaderFields;
  /** Lines of Set-Cookie, the one header that may come several times. */
  readonly cookies?: readonly string[];
  readonly body: string | Uint8Array<ArrayBuffer> | null;
}

/** Makes the response of a draft. */
export function finish({ status, headers, cookies, body }: Draft): Response {
  if (cookies === undefined || cookies.length === 0) {
    return new Response(body, { status, headers });
  }
  return new Response(body, { status, headers: [...Object.entries(headers), ...cookies.map((line): [string, string] => ['Set-Cookie', line])] });
}
