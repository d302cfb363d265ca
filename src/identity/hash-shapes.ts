import { randomBytes } from 'node:crypto';
import { readForeignHash } from './foreign-hashes.ts';
import { parsePhc } from './phc.ts';

/*
 * What judging a password costs depends on the hash alone: its algorithm, its parameters, the length of what it makes. Two hashes of
 * one shape cost the same.
 */

/** The shape of a hash: all but its salt and its tag. Undefined where it is none that we read. */
export function shapeOf(hash: string): string | undefined {
  if (parsePhc(hash) === undefined && readForeignHash(hash) === undefined) {
    return undefined;
  }
  const [bcrypt] = /^\$2[aby]\$\d\d\$/.exec(hash) ?? [];
  const parts = hash.split('$');
  return bcrypt === undefined ? `${parts.slice(0, -2).join('$')}$ ${parts.at(-1)?.length}` : bcrypt.replace(/\$2[ay]/, '$2b');
}

/** A hash of the same shape that no password has: whoever guesses at it pays what the real one costs. */
export function decoyOf(hash: string): string {
  return hash.startsWith('$2')
    ? `${hash.slice(0, 7)}${randomText(53)}`
    : hash
        .split('$')
        .map((part, index, parts) => (index < parts.length - 2 ? part : randomText(part.length)))
        .join('$');
}

/** Random characters that bcrypt and base64 both have, so chosen that they are the canonical spelling of some bytes. */
function randomText(length: number): string {
  return `${randomBytes(length).toString('hex').slice(0, length - 1)}A`;
}

/** The decoys with one more where they have none of this hash's shape; the same list where they have. */
export function withShapeOf(hash: string, decoys: readonly string[]): readonly string[] {
  const shape = shapeOf(hash);
  return shape === undefined || decoys.some((decoy) => shapeOf(decoy) === shape) ? decoys : [...decoys, decoyOf(hash)];
}
