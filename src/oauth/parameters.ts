import { fail, type Result, succeed } from '../core/result.ts';
import type { Failure } from './failures.ts';

/**
 * The parameters of one request, each at most once, no empty ones (RFC 6749 §3.1: a parameter without a value
 * is treated as if it were omitted). `resource` alone may come several times (RFC 8707 §2); the same one twice is one.
 */
export interface Parameters {
  get(name: string): string | undefined;
  all(name: string): readonly string[];
}

/** Longest value by parameter, in characters. Anything else of ours fits in `defaultMaximum`. */
const maximumLength: Readonly<Record<string, number>> = {
  state: 4096,
  nonce: 1024,
  redirect_uri: 2048,
  post_logout_redirect_uri: 2048,
  scope: 2048,
  claims: 4096,
  id_token_hint: 8192,
  token: 8192,
  access_token: 8192,
  refresh_token: 4096,
  client_secret: 4096,
};
export const defaultMaximum = 512;

/** Has a stricter grammar of its own (`pkce.ts`), which must get to see it: whoever breaks that has spent the code. */
const judgedByItsGrammar = 'code_verifier';

/**
 * Reads the parameters that an endpoint knows. Unknown ones are ignored, whatever they hold. A known one that
 * is repeated, too long, or holds a NUL or broken UTF-8 is refused.
 */
export function readParameters(source: URLSearchParams, known: readonly string[]): Result<Parameters, Failure> {
  const values = new Map<string, string[]>();
  for (const [name, value] of source) {
    if (!known.includes(name)) {
      continue;
    }
    const before = values.get(name);
    // RFC 6749 §3.1 and §3.2: parameters must not be included more than once.
    if (before !== undefined && name !== 'resource') {
      return fail({ reason: 'parameter_repeated', parameter: name });
    }
    if (name !== judgedByItsGrammar) {
      if (value.length > (maximumLength[name] ?? defaultMaximum)) {
        return fail({ reason: 'parameter_too_long', parameter: name, received: `${value.length} characters` });
      }
      if (/[\0\uFFFD]/.test(value)) {
        return fail({ reason: 'parameter_malformed', parameter: name });
      }
    }
    if (before === undefined) {
      values.set(name, value === '' ? [] : [value]);
    } else if (value !== '' && !before.includes(value)) {
      before.push(value);
    }
  }
  return succeed({
    get: (name) => values.get(name)?.[0],
    all: (name) => values.get(name) ?? [],
  });
}

/** The longest list of wishes that is read. */
const maximumWishes = 10;

/** A space-separated list of what a client would like, the most wanted first: authentication contexts, languages. */
export function readWishes(text: string | undefined): readonly string[] {
  return (text ?? '').split(' ').filter((value) => value !== '').slice(0, maximumWishes);
}
