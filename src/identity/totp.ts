import type { TOTP } from 'otpauth';
import { open, seal, type SealingKey } from '../core/seal.ts';
import { longestTyped, typedCode } from '../core/typed-code.ts';

/** RFC 6238 §4, as every authenticator app has it: SHA-1, six digits, thirty seconds. */
const algorithm = 'SHA1';
const digits = 6;
const period = 30;

/** RFC 6238 §5.2: one step before and after, for clocks that differ and people who type slowly. */
const tolerance = 1;

/** RFC 4226 §4 R6 recommends 160 bits. */
const seedBytes = 20;

/** A new random seed, in the base32 that people type into their app (RFC 4648 §6). */
export async function newTotpSeed(): Promise<string> {
  const { Secret } = await library();
  return new Secret({ size: seedBytes }).base32;
}

/** The URI that a QR code carries into the app. `issuer` and `account` are what the app shows. */
export async function totpUri(seed: string, { issuer, account }: { readonly issuer: string; readonly account: string }): Promise<string> {
  return (await totpOf(seed, issuer, account)).toString();
}

/** The time step that this code is the code of; undefined for a wrong one. */
export async function totpStepOf(seed: string, typed: string, now: number): Promise<number | undefined> {
  const token = typedCode(typed.slice(0, longestTyped));
  if (!/^\d{6}$/.test(token)) {
    return undefined;
  }
  const totp = await totpOf(seed);
  const delta = totp.validate({ token, timestamp: now, window: tolerance });
  return delta === null ? undefined : Math.floor(now / 1000 / period) + delta;
}

/** A seed as the database keeps it: it opens in no other user's row. */
export function sealTotpSeed(key: SealingKey, userId: string, seed: string): string {
  return seal(key, contextOf(userId), seed);
}

/** Opens what {@link sealTotpSeed} sealed. Throws where the row was moved or damaged. */
export function openTotpSeed(key: SealingKey, userId: string, sealed: string): string {
  const seed = open(key, contextOf(userId), sealed);
  if (seed === undefined) {
    throw new Error(`The authenticator seed of user ${userId} does not open.`);
  }
  return seed;
}

function contextOf(userId: string): string {
  return `totp ${userId}`;
}

/** A server starts without it: most people never meet a code. */
const library = () => import('otpauth');

async function totpOf(seed: string, issuer = '', label = ''): Promise<TOTP> {
  const { Secret, TOTP: Totp } = await library();
  return new Totp({ secret: Secret.fromBase32(seed), algorithm, digits, period, issuer, label });
}
