import { fail, type Result, succeed } from '../core/result.ts';
import { checkClaimsSize, claimNames, readClaim, readOwnClaim } from '../identity/claims.ts';
import type { ClaimDeclaration, TenantSettings } from '../store/tenant-settings.ts';
import { type AdminFailure, refuse } from './context.ts';

/**
 * Reads claims of a person by their names: the standard ones, and those that the tenant has declared. As a text, an object and a list
 * are JSON; a list may also be separated by commas.
 */
export function readClaims({ claims }: Pick<TenantSettings, 'claims'>, values: Readonly<Record<string, unknown>>): Result<Readonly<Record<string, unknown>>, AdminFailure> {
  const read: [string, unknown][] = [];
  for (const [name, value] of Object.entries(values)) {
    const claim = readOne(claims, name, value);
    if (!claim.ok) {
      return refuse('invalid', claim.failure);
    }
    read.push([name, claim.value]);
  }
  const claimsRead = Object.fromEntries(read);
  const tooMuch = checkClaimsSize(claimsRead);
  return tooMuch === undefined ? succeed(claimsRead) : refuse('invalid', tooMuch);
}

function readOne(declared: readonly ClaimDeclaration[], name: string, value: unknown): Result<unknown, string> {
  const own = declared.find((claim) => claim.name === name);
  // What is no text has to be what the claim takes as JSON: a list is nobody's name.
  const isStructured = own === undefined ? name === 'address' : own.type === 'strings' || own.type === 'object';
  const text = typeof value === 'string' ? value : typeof value === 'object' && !isStructured ? '' : JSON.stringify(value);
  if (own !== undefined) {
    return readOwnClaim(own, text);
  }
  const known = [...claimNames, ...declared.map((claim) => claim.name)];
  return claimNames.includes(name) ? readClaim(name, text) : fail(`${JSON.stringify(name)} is not a claim that can be set; these are: ${known.join(', ')}.`);
}
