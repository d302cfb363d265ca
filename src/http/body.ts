import { fail, type Result, succeed } from '../core/result.ts';
import type { Failure } from '../oauth/failures.ts';
import type { Incoming } from './incoming.ts';
import { stripWhiteSpace } from './white-space.ts';

/** The largest form body, in bytes. */
const maximumBody = 64 * 1024;

const formType = 'application/x-www-form-urlencoded';

/**
 * Reads a form body. Only application/x-www-form-urlencoded in UTF-8 is one (RFC 6749 appendix B); reading
 * stops at the limit, with a Content-Length and without. Where there is no body, nothing is asked of its type.
 */
export async function readForm({ headers, readBody }: Pick<Incoming, 'headers' | 'readBody'>): Promise<Result<URLSearchParams, Failure>> {
  const type = headers.get('content-type');
  const encoding = headers.get('content-encoding');
  if ((headers.get('content-length') ?? '0') === '0' && headers.get('transfer-encoding') === null) {
    return succeed(new URLSearchParams());
  }
  if (type === null || !isForm(type) || (encoding !== null && encoding !== 'identity')) {
    return fail({ reason: 'content_type_unsupported', received: (type ?? 'no content type').slice(0, 100) });
  }
  const body = await readBody(maximumBody);
  if (body.ok) {
    return succeed(new URLSearchParams(body.value.toString('utf8')));
  }
  return body.failure === 'too_large'
    ? fail({ reason: 'body_too_large', expected: `at most ${maximumBody} bytes` })
    : fail({ reason: 'body_incomplete' });
}

function isForm(type: string): boolean {
  if (type === formType) {
    return true;
  }
  const [name, ...parameters] = type.toLowerCase().split(';').map(stripWhiteSpace);
  const charsets = parameters.filter((parameter) => parameter.startsWith('charset='));
  return name === formType && charsets.every((charset) => /^charset="?utf-8"?$/.test(charset));
}
