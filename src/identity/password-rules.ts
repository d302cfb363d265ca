import { checkPassword } from './password.ts';

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

/** What zxcvbn looks at; what stands behind it can only make a password better. */
const judgedLength = 128;

/**
 * Judges a new password: its length, and whether it is one of those that are tried first or is made of what is known
 * of the person. There are no rules of composition (NIST SP 800-63B §3.1.1.2).
 */
export async function judgeNewPassword(password: string, { minimumLength, own }: PasswordRules): Promise<PasswordProblem | undefined> {
  const unacceptable = checkPassword(password, minimumLength);
  if (unacceptable !== undefined) {
    return unacceptable;
  }
  const parts = own.flatMap(partsOf);
  if (withoutParts(password, parts).length < minimumOfOneself) {
    return 'own_data';
  }
  const checker = await loadChecker();
  return checker.check(password.slice(0, judgedLength), parts).guessesLog10 < minimumGuesses ? 'common' : undefined;
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

type Checker = Awaited<ReturnType<typeof makeChecker>>;
let loading: Promise<Checker> | undefined;

/** The dictionaries take 10 MB and a tenth of a second, so they are there from the first new password on. */
function loadChecker(): Promise<Checker> {
  return (loading ??= makeChecker());
}

async function makeChecker() {
  const [{ ZxcvbnFactory }, { adjacencyGraphs, dictionary }] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
  ]);
  return new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs, maxLength: judgedLength });
}
