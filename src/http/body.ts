import { fail, type Result, succeed } from '../core/result.ts';
import type { Failure } from '../oauth/failures.ts';

/** The largest form body, in bytes. */
const maximumBody = 64 * 1024;

/**
 * Reads a form body. Only application/x-www-form-urlencoded in UTF-8 is one (RFC 6749 appendix B); reading
 * stops at the limit, with a Content-Length and without. A body without a type is none at all.
 */
export async function readForm(request: Request): Promise<Result<URLSearchParams, Failure>> {
  const type = request.headers.get('content-type');
  const encoding = request.headers.get('content-encoding');
  if (type === null && (request.body === null || request.headers.get('content-length') === '0')) {
    return succeed(new URLSearchParams());
  }
  if (type === null || !isForm(type) || (encoding !== null && encoding !== 'identity')) {
    return fail({ reason: 'content_type_unsupported', received: (type ?? 'no content type').slice(0, 100) });
  }
  const announced = request.headers.get('content-length');
  if (announced !== null) {
    // Node ends a body where its Content-Length says, so this bound holds, and no stream is needed to keep it.
    return Number(announced) <= maximumBody ? readWhole(request) : fail({ reason: 'body_too_large', expected: `at most ${maximumBody} bytes` });
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of request.body ?? []) {
      size += chunk.byteLength;
      if (size > maximumBody) {
        return fail({ reason: 'body_too_large', expected: `at most ${maximumBody} bytes` });
      }
      chunks.push(chunk);
    }
  } catch {
    // The caller hung up or broke the framing: everyday on the Internet, and no failure of ours.
    return fail({ reason: 'body_incomplete', received: `${size} bytes` });
  }
  return succeed(new URLSearchParams(Buffer.concat(chunks).toString('utf8')));
}

async function readWhole(request: Request): Promise<Result<URLSearchParams, Failure>> {
  try {
    return succeed(new URLSearchParams(Buffer.from(await request.arrayBuffer()).toString('utf8')));
  } catch {
    return fail({ reason: 'body_incomplete', received: 'less than announced' });
  }
}

function isForm(type: string): boolean {
  const [name, ...parameters] = type.toLowerCase().split(';').map((part) => part.trim());
  const charsets = parameters.filter((parameter) => parameter.startsWith('charset='));
  return name === 'application/x-www-form-urlencoded' && charsets.every((charset) => /^charset="?utf-8"?$/.test(charset));
}
