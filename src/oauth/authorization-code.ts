import { constantTimeEqual, sha256 } from '../core/hash.ts';
import { randomSecret, timedId, timedIdLength } from '../core/random.ts';
import type { GrantRecord, Instant } from '../store/records.ts';

const codePrefix = 'code_';
const grantPrefix = 'grant';

/** A new code with the grant that it is born with. */
export interface NewCode {
  readonly code: string;
  readonly grantId: string;
  readonly codeHash: string;
}

/**
 * Makes an authorization code (RFC 6749 §4.1.2): the name of its grant, by which it is found, and a secret of 256 bits, of
 * which only the hash is kept.
 */
export function mintCode(now: Instant): NewCode {
  const grantId = timedId(grantPrefix, now);
  const code = randomSecret('code', grantId.slice(grantPrefix.length + 1));
  return { code, grantId, codeHash: sha256(code) };
}

/** The grant that a code names; undefined where it is no code of ours. Whether it is the grant's code is asked by {@link isCodeOf}. */
export function grantNamedBy(code: string): string | undefined {
  const name = code.slice(codePrefix.length, codePrefix.length + timedIdLength);
  return code.startsWith(codePrefix) && name.length === timedIdLength ? `${grantPrefix}_${name}` : undefined;
}

/** Whether this is the very code of the grant, its secret included. */
export function isCodeOf(grant: GrantRecord, code: string): boolean {
  return constantTimeEqual(sha256(code), grant.codeHash);
}
