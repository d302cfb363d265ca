import { argon2, type Argon2Parameters, randomBytes, timingSafeEqual } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { type Result, succeed } from '../core/result.ts';
import { createFairPool, type Turn } from './fair-pool.ts';
import { readForeignHash } from './foreign-hashes.ts';
import { shapeOf } from './hash-shapes.ts';
import { parsePhc, type PasswordHash, toPhc } from './phc.ts';

/** Hashes and checks passwords, a bounded number at a time. `busy` means: not now, too many are waiting. */
export interface PasswordHasher {
  /** The PHC string to store. Call {@link checkPassword} first. */
  hash(password: string): Promise<Result<string, 'busy'>>;
  /**
   * A wrong password takes as long for a user who does not exist (undefined) as for one who does. Where users have brought hashes of
   * other systems along, `imported` holds one of each shape, which nobody's password is: all of them are done for whoever it is
   * (docs/decisions/0035-imported-hashes-cost-everybody.md). `turn` says who has to wait when many want it at once.
   */
  verify(password: string, phc: string | undefined, options?: { readonly imported?: readonly string[]; readonly turn?: Turn }): Promise<Result<boolean, 'busy'>>;
  /** Whether a hash should give way to a new one of the same password: another system's, or one that cost less than ours do. */
  needsRehash(phc: string): boolean;
  /** How many hashes run and wait at this moment. */
  load(): { readonly running: number; readonly waiting: number };
}

/** 19 MiB, 2 passes, 1 lane: the first of the equivalent choices of the OWASP Password Storage Cheat Sheet for argon2id. */
const cost = { memory: 19_456, passes: 2, parallelism: 1 };
const saltLength = 16;
const tagLength = 32;
export const maximumBytes = 1024;
export const minimumCharacters = 8;

/**
 * Undefined for an acceptable new password, else why it is not. Length is all that is asked here; the bound on top
 * keeps hashing cheap to refuse.
 */
export function checkPassword(password: string, minimum = minimumCharacters): 'too_short' | 'too_long' | undefined {
  if (isTooLong(password)) {
    return 'too_long';
  }
  return Array.from(prepare(password)).length < Math.max(minimum, minimumCharacters) ? 'too_short' : undefined;
}

/**
 * Makes a hasher. At most `concurrency` hashes run at once and at most `queue` wait in each line (`fair-pool.ts`); beyond
 * that the answer is `busy` at once. A flood of sign-ins then costs sign-ins, never the token endpoint: Node runs argon2 on the same
 * small pool of threads as signatures and files, so the default leaves one thread and one core alone.
 */
export function createPasswordHasher(options: { readonly concurrency?: number; readonly queue?: number } = {}): PasswordHasher {
  const pool = createFairPool(options.concurrency ?? defaultConcurrency(), options.queue ?? 64);
  const decoy = toPhc({ ...cost, salt: randomBytes(saltLength), tag: randomBytes(tagLength) });
  return {
    load: () => pool.load(),
    needsRehash(phc) {
      const stored = parsePhc(phc);
      return stored === undefined || stored.memory < cost.memory || (stored.memory === cost.memory && stored.passes < cost.passes);
    },
    hash(password) {
      return pool.run(async () => {
        const salt = randomBytes(saltLength);
        return toPhc({ ...cost, salt, tag: await derive(password, { ...cost, salt }, tagLength) });
      });
    },
    async verify(password, phc, { imported = [], turn } = {}) {
      if (isTooLong(password)) {
        return succeed(false);
      }
      const decoys = [decoy, ...imported];
      const shape = phc === undefined ? undefined : shapeOf(phc);
      const place = decoys.findIndex((one) => shapeOf(one) === shape);
      // In the place of the decoy of its shape, so that everybody's work is the same, in the same order.
      const work = shape === undefined || phc === undefined ? decoys : place < 0 ? [...decoys, phc] : decoys.with(place, phc);
      return pool.run(async () => {
        for (const hash of work) {
          // Whoever knows the password learns nothing from being let in sooner.
          if ((await judge(password, hash)) && hash === phc) {
            return true;
          }
        }
        return false;
      }, turn);
    },
  };
}

/** Other systems' hashes are compared with what was typed as it was typed; bcrypt looks at the first 72 bytes. */
async function judge(password: string, hash: string): Promise<boolean> {
  const own = parsePhc(hash);
  return own === undefined
    ? ((await readForeignHash(hash)?.(password)) ?? false)
    : timingSafeEqual(await derive(password, own, own.tag.byteLength), own.tag);
}

/** Node's pool has four threads unless UV_THREADPOOL_SIZE says otherwise. */
function defaultConcurrency(): number {
  const threads = Number(process.env['UV_THREADPOOL_SIZE'] ?? 4);
  return Math.max(1, Math.min(availableParallelism() - 1, (Number.isInteger(threads) ? threads : 4) - 1));
}

function derive(password: string, settings: Omit<PasswordHash, 'tag'>, length: number): Promise<Buffer> {
  const parameters: Argon2Parameters = {
    message: Buffer.from(prepare(password), 'utf8'),
    nonce: settings.salt,
    memory: settings.memory,
    passes: settings.passes,
    parallelism: settings.parallelism,
    tagLength: length,
  };
  return new Promise((resolve, reject) => {
    argon2('argon2id', parameters, (error, tag) => {
      if (error === null) {
        resolve(tag);
      } else {
        reject(error);
      }
    });
  });
}

/**
 * One spelling for what looks the same on every keyboard: NFC, and every kind of space as the plain one. This is the
 * OpaqueString profile (RFC 8265 §4.2); NFKC would make different characters equal and so weaken the password.
 */
function prepare(password: string): string {
  return password.replace(/\p{Zs}/gu, ' ').normalize('NFC');
}

/** Whether it is longer than any password: hashing it would be work for nothing. */
export function isTooLong(password: string): boolean {
  // A UTF-16 unit is at least one byte, so the first test bounds the work of the second.
  return password.length > maximumBytes || Buffer.byteLength(prepare(password), 'utf8') > maximumBytes;
}
