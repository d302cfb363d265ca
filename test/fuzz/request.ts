/** Names with values, in their order; a name may come several times. */
export type Pairs = readonly (readonly [name: string, value: string])[];

/** A request before it is bytes. */
export interface FuzzRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Pairs;
  readonly headers: Pairs;
  readonly cookies: Pairs;
  /** A form; undefined for a request without a body. */
  readonly form: Pairs | undefined;
  /** A body that is no form, in the place of one. */
  readonly body?: Buffer;
}

/** What is sent, and whether the server can tell where it ends. */
export interface Encoded {
  readonly bytes: Buffer;
  readonly framed: boolean;
  readonly head: boolean;
}

/** A request as bytes. Text is sent as it stands, so that an odd encoding stays one. */
export function encodeRequest({ method, path, query, headers, cookies, form, body }: FuzzRequest): Encoded {
  const target = `${path}${query.length === 0 ? '' : `?${encodePairs(query)}`}`;
  const content = body ?? (form === undefined ? undefined : Buffer.from(encodePairs(form), 'latin1'));
  const own: [string, string][] = [];
  if (cookies.length > 0) {
    own.push(['Cookie', cookies.map(([name, value]) => `${name}=${value}`).join('; ')]);
  }
  const chunked = headers.some(([name]) => name.toLowerCase() === 'transfer-encoding');
  if (content !== undefined && !chunked) {
    own.push(['Content-Length', String(content.byteLength)]);
  }
  const lines = [`${method} ${target} HTTP/1.1`, ...[...headers, ...own].map(([name, value]) => `${name}: ${value}`)];
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  const chunks = content === undefined ? [] : chunked ? [Buffer.from(`${content.byteLength.toString(16)}\r\n`), content, Buffer.from('\r\n0\r\n\r\n')] : [content];
  return { bytes: Buffer.concat([head, ...chunks]), framed: true, head: method === 'HEAD' };
}

/** Marks text that is sent without being encoded: `%C0%AF` as it is. */
export const raw = '\u0001';

function encodePairs(pairs: Pairs): string {
  return pairs.map(([name, value]) => `${encodePart(name)}=${encodePart(value)}`).join('&');
}

function encodePart(text: string): string {
  if (text.startsWith(raw)) {
    // Nothing that would end the line or the target.
    return text.slice(1).replaceAll(/[\s#&=]/g, '+');
  }
  return encodeURIComponent(text.toWellFormed()).replaceAll('%20', '+');
}
