import { randomBytes } from 'node:crypto';
import { sha256 } from '../core/hash.ts';
import { longestTyped, typedCode } from '../core/typed-code.ts';

const count = 10;

/** Crockford's base32: no letter looks like a digit. Sixteen of them hold 80 bits. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const length = 16;
const groupLength = 4;

/** New recovery codes, as people read them: `k7f2-9xqe-41md-vt08`. */
export function newRecoveryCodes(): readonly string[] {
  return Array.from({ length: count }, () => {
    // 32 divides 256, so every character is equally likely.
    const characters = Array.from(randomBytes(length), (byte) => alphabet.charAt(byte % alphabet.length)).join('');
    return (characters.match(new RegExp(`.{${groupLength}}`, 'g')) ?? []).join('-');
  });
}

/**
 * What is stored of a code; so many random bits need no slow hash. Bound to the user, so that equal hashes never meet.
 * Case, spaces and hyphens do not count, nor do letters that stand for a digit.
 */
export function recoveryCodeHash(userId: string, typed: string): string {
  const code = typedCode(typed.slice(0, longestTyped)).toLowerCase().replaceAll(/[^a-z0-9]/g, '').replaceAll('o', '0').replaceAll(/[il]/g, '1');
  return sha256(`recovery code ${userId} ${code}`);
}
