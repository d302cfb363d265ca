import type { IncomingMessage } from 'node:http';
import { second } from '../core/clock.ts';
import { fail, type Result, succeed } from '../core/result.ts';

/** The headers of a request, as `Headers` of the Web reads them: one that came several times is one list. */
export interface RequestHeaders {
  get(name: string): string | null;
}

/** One request as its connection brought it. */
export interface Incoming {
  readonly method: string;
  /** Without the query; the path alone is compared with the routes. */
  readonly path: string;
  readonly query: string;
  readonly headers: RequestHeaders;
  readonly remoteAddress: string;
  /** Every host that the request names, as it came. */
  readonly hosts: readonly string[];
  /** The whole body, read once and up to so many bytes. */
  readBody(maximum: number): Promise<Result<Buffer, 'too_large' | 'incomplete'>>;
}

/** How long the rest of a body that nobody reads may keep coming before its connection is closed, in milliseconds. */
const drainTime = second / 2;

/** Reads what the head of a request says; undefined where its target is no path. */
export function readIncoming(message: IncomingMessage): Incoming | undefined {
  const target = splitTarget(message.url ?? '');
  return (
    target && {
      ...target,
      method: message.method ?? '',
      headers: { get: (name) => headerOf(message.rawHeaders, name) },
      remoteAddress: message.socket.remoteAddress ?? '',
      hosts: hostsOf(message),
      readBody: (maximum) => readBody(message, maximum),
    }
  );
}

/** Headers whose values are lists, in which the same value may well come twice. */
const lists: ReadonlySet<string> = new Set(['cookie', 'x-forwarded-for']);

function headerOf(raw: readonly string[], name: string): string | null {
  let value: string | null = null;
  for (let index = 0; index < raw.length; index += 2) {
    const candidate = raw[index] ?? '';
    if (candidate.length === name.length && candidate.toLowerCase() === name) {
      const further = raw[index + 1] ?? '';
      // Proxies in a row add what is there already. Of a header that has one value, the same value twice is that value.
      if (value === null || (value === further && !lists.has(name))) {
        value = further;
      } else {
        // RFC 9110 §5.3; RFC 9113 §8.2.3 has another separator for cookies.
        value = `${value}${name === 'cookie' ? '; ' : ', '}${further}`;
      }
    }
  }
  return value;
}

/** RFC 9112 §3.2: origin-form and absolute-form; what else there is asks for no resource. */
function splitTarget(target: string): { readonly path: string; readonly query: string } | undefined {
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  // Nearly every target has no escapes, dot segments and fragment, and needs no parser.
  if (/^\/[\w.~/-]*$/.test(path) && !/\/\.\.?(?:\/|$)/.test(path) && !target.includes('#')) {
    return { path, query: mark < 0 ? '' : target.slice(mark + 1) };
  }
  const absolute = target.startsWith('/') ? `http://localhost${target}` : target;
  if (!/^https?:\/\//i.test(absolute) || path.includes('\\') || !URL.canParse(absolute)) {
    return undefined;
  }
  const { pathname, search } = new URL(absolute);
  return { path: decoded(pathname), query: search.slice(1) };
}

/** RFC 3986 §6.2.2.2: an unreserved character means the same with and without its escape. */
function decoded(path: string): string {
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}

function hostsOf({ rawHeaders, url = '' }: IncomingMessage): readonly string[] {
  const hosts: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.length === 4 && rawHeaders[index]?.toLowerCase() === 'host') {
      const host = rawHeaders[index + 1] ?? '';
      // A second one that says the same makes nothing ambiguous.
      hosts.push(...(hosts.includes(host) ? [] : [host]));
    }
  }
  // RFC 9112 §3.2.2: an absolute-form target names a host too, and then it is the one that counts.
  const authority = url.startsWith('/') ? undefined : /^[a-z]+:\/\/([^/?#]*)/i.exec(url)?.[1];
  if (authority !== undefined && !hosts.includes(authority)) {
    hosts.push(authority);
  }
  return hosts;
}

function readBody(message: IncomingMessage, maximum: number): Promise<Result<Buffer, 'too_large' | 'incomplete'>> {
  return new Promise((resolve) => {
    const refuse = (): void => {
      resolve(fail('too_large'));
      drain(message);
    };
    // Node ends a body where its Content-Length says, so an announced length that fits is one that is kept.
    if (Number(message.headers['content-length'] ?? 0) > maximum) {
      refuse();
      return;
    }
    const chunks: Buffer[] = [];
    let size = 0;
    const onData = (chunk: Buffer): void => {
      size += chunk.byteLength;
      chunks.push(chunk);
      if (size > maximum) {
        message.off('data', onData);
        refuse();
      }
    };
    message.on('data', onData);
    message.on('end', () => resolve(succeed(chunks.length === 1 ? (chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(chunks))));
    // The caller hung up or broke the framing: everyday on the Internet, and no failure of ours.
    message.on('error', () => resolve(fail('incomplete')));
    message.on('close', () => resolve(fail('incomplete')));
  });
}

/** Lets the rest of a body go by, so that the caller gets to read the answer; not for ever. */
function drain(message: IncomingMessage): void {
  message.on('error', () => undefined);
  message.resume();
  const timer = setTimeout(() => {
    if (!message.complete) {
      message.socket.destroySoon();
    }
  }, drainTime);
  timer.unref();
}
