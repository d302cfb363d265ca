import { argon2, type Argon2Parameters, pbkdf2, scrypt, timingSafeEqual } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import { minute } from '../core/clock.ts';
import { createThreads, threadFile } from '../core/threads.ts';

/*
 * Password hashes that other systems made. Whoever moves here brings them along, and each gives way to one of ours at
 * its owner's next sign-in. The costs are bounded: a hash is a request to do work.
 */

/** Judges a password against one hash. */
export type ForeignHash = (password: string) => Promise<boolean>;

const bcryptFormat = /^\$2[abxy]\$(\d\d)\$[./A-Za-z0-9]{53}$/;
const pbkdf2Format = /^\$pbkdf2-(sha1|sha256|sha512)\$(?:i=)?(\d{1,8})(?:,l=\d+)?\$([A-Za-z0-9+/.]+)={0,2}\$([A-Za-z0-9+/.]+)={0,2}$/;
const scryptFormat = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]+)={0,2}\$([A-Za-z0-9+/]+)={0,2}$/;
const argon2Format = /^\$(argon2id|argon2i|argon2d)\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]+)={0,2}\$([A-Za-z0-9+/]+)={0,2}$/;

/** What anybody would have chosen, and what one sign-in may cost: about a second of one core, 256 MiB. */
const limits = { bcryptCost: 15, iterations: 5_000_000, memory: 256 * 1024 * 1024 };

/** Longer ones were never passwords; it also bounds what hashing them costs. */
const maximumHash = 512;

/**
 * Reads a hash by bcrypt (`$2a$`, `$2b$`, `$2x$`, `$2y$`), scrypt, PBKDF2 or argon2 as Modular Crypt or PHC string,
 * its base64 with or without padding. Undefined for anything else, and for costs beyond what a sign-in may take.
 */
export function readForeignHash(text: string): ForeignHash | undefined {
  return text.length > maximumHash ? undefined : (readBcrypt(text) ?? readPbkdf2(text) ?? readScrypt(text) ?? readArgon2(text));
}

function readBcrypt(text: string): ForeignHash | undefined {
  const cost = Number(bcryptFormat.exec(text)?.[1]);
  // crypt_blowfish's $2x$ is a mistake of the past with its own results; $2y$ is $2b$ under another name.
  if (!(cost >= 4 && cost <= limits.bcryptCost) || text.startsWith('$2x$')) {
    return undefined;
  }
  return (password) => judgeBcrypt(password, text.replace('$2y$', '$2b$'));
}

/** What the thread for bcrypt is given. */
export interface BcryptComparison {
  readonly password: string;
  readonly hash: string;
}

/**
 * bcryptjs counts in JavaScript, so it does so on threads of its own: the token endpoint must not wait for it. How many are compared at once
 * the hasher bounds, and a comparison of the highest cost takes a few seconds.
 */
const bcrypt = createThreads<BcryptComparison, boolean>(threadFile('bcrypt-worker', import.meta.url), {
  threads: availableParallelism(),
  queue: 64,
  patience: minute,
});

async function judgeBcrypt(password: string, hash: string): Promise<boolean> {
  const matches = await bcrypt.run({ password, hash });
  if (!matches.ok) {
    throw new Error('The thread for bcrypt does not answer.');
  }
  return matches.value;
}

function readPbkdf2(text: string): ForeignHash | undefined {
  const [, digest, iterations, salt, tag] = pbkdf2Format.exec(text) ?? [];
  const rounds = Number(iterations);
  if (digest === undefined || salt === undefined || tag === undefined || rounds < 1 || rounds > limits.iterations) {
    return undefined;
  }
  const expected = decode(tag);
  return async (password) => equal(await promisify(pbkdf2)(password, decode(salt), rounds, expected.byteLength, digest), expected);
}

function readScrypt(text: string): ForeignHash | undefined {
  const match = scryptFormat.exec(text);
  const [ln = 0, r = 0, p = 0] = (match ?? []).slice(1, 4).map(Number);
  const [salt, tag] = [match?.[4], match?.[5]];
  const memory = 128 * 2 ** ln * r;
  if (salt === undefined || tag === undefined || ln < 1 || r < 1 || p < 1 || memory > limits.memory) {
    return undefined;
  }
  const expected = decode(tag);
  const options = { N: 2 ** ln, r, p, maxmem: 2 * memory + 1024 * 1024 };
  return (password) =>
    new Promise((resolve, reject) => {
      scrypt(password, decode(salt), expected.byteLength, options, (error, made) => (error === null ? resolve(equal(made, expected)) : reject(error)));
    });
}

function readArgon2(text: string): ForeignHash | undefined {
  const match = argon2Format.exec(text);
  const [memory = 0, passes = 0, parallelism = 0] = (match ?? []).slice(2, 5).map(Number);
  const [algorithm, salt, tag] = [match?.[1], match?.[5], match?.[6]];
  // RFC 9106 §3.1.
  const sound = parallelism >= 1 && passes >= 1 && memory >= 8 * parallelism && memory * 1024 <= limits.memory;
  if (algorithm === undefined || salt === undefined || tag === undefined || !sound || decode(salt).byteLength < 8 || decode(tag).byteLength < 4) {
    return undefined;
  }
  const expected = decode(tag);
  return (password) => {
    const parameters: Argon2Parameters = { message: Buffer.from(password, 'utf8'), nonce: decode(salt), memory, passes, parallelism, tagLength: expected.byteLength };
    return new Promise((resolve, reject) => {
      argon2(algorithm as 'argon2id', parameters, (error, made) => (error === null ? resolve(equal(made, expected)) : reject(error)));
    });
  };
}

/** passlib writes `.` where base64 has `+`. */
function decode(text: string): Buffer {
  return Buffer.from(text.replaceAll('.', '+'), 'base64');
}

function equal(made: Uint8Array, expected: Uint8Array): boolean {
  return made.byteLength === expected.byteLength && timingSafeEqual(made, expected);
}
