import { type Result, succeed } from '../core/result.ts';
import { checkPassword } from './password.ts';
import type { PasswordJudge } from './password-judge.ts';

/** Why a new password is refused. */
export type PasswordProblem = 'too_short' | 'too_long' | 'common' | 'own_data';

export interface PasswordRules {
  /** In characters. */
  readonly minimumLength: number;
  /** What strangers would try first for this person: their address, their names, the tenant's name. */
  readonly own: readonly string[];
}

/** Below this many guesses, as a power of ten, a password falls to online guessing (zxcvbn's score 2). */
const minimumGuesses = 6;

/** What of a password is judged, in characters; what stands behind it can only make it better. */
const judgedLength = 64;

/**
 * Whether a new password is long enough, and not made of what is known of the person. There are no rules of composition (NIST SP
 * 800-63B §3.1.1.2).
 */
export function checkNewPassword(password: string, { minimumLength, own }: PasswordRules): Exclude<PasswordProblem, 'common'> | undefined {
  const unacceptable = checkPassword(password, minimumLength);
  if (unacceptable !== undefined) {
    return unacceptable;
  }
  return withoutParts(password, own.flatMap(partsOf)).length < minimumOfOneself ? 'own_data' : undefined;
}

/** Whether a new password is one of those that are tried first, also of this person's. Call {@link checkNewPassword} first. */
export async function isCommonPassword(judge: PasswordJudge, password: string, { own }: PasswordRules): Promise<Result<boolean, 'busy'>> {
  const guesses = await judge.run({ password: password.slice(0, judgedLength), own: own.flatMap(partsOf) });
  return guesses.ok ? succeed(guesses.value < minimumGuesses) : guesses;
}

/** So many characters must not come from what is known of the person: a year and a mark are soon tried. */
const minimumOfOneself = 6;

function withoutParts(password: string, parts: readonly string[]): string {
  const longestFirst = parts.map((part) => part.toLowerCase()).toSorted((a, b) => b.length - a.length);
  return longestFirst.reduce((rest, part) => rest.replaceAll(part, ''), password.toLowerCase());
}

/** `ada.lovelace@example.com` is tried as a whole and by its parts. */
function partsOf(text: string): readonly string[] {
  return [text, ...text.split(/[^\p{L}\p{N}]+/u)].filter((part) => part.length > 2);
}
