import { constantTimeEqual, sha256 } from '../core/hash.ts';
import type { ClientRecord } from '../store/records.ts';
import type { Failure } from './failures.ts';
import type { Parameters } from './parameters.ts';

/** The one method there is. `plain` gives the verifier away with the challenge (RFC 9700 §2.1.1). */
export const codeChallengeMethods = ['S256'] as const;

/** RFC 7636 §4.2: BASE64URL(SHA256(verifier)), always 43 characters. */
function isCodeChallenge(text: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(text);
}

/** Who has to protect codes how. */
export type PkceRule = Pick<ClientRecord, 'requirePkce' | 'unprotectedCodes' | 'authenticationMethod'>;

/**
 * RFC 7636 §4.4.1 and RFC 9700 §2.1.1: every public client sends an S256 challenge, and one that authenticates a challenge or an
 * OpenID nonce, which the server cannot see it check. `plain` in any disguise is refused. One client may be let off both; then it
 * has `state` at least (RFC 6749 §10.12).
 *
 * @param tenantDemandsPkce whether the tenant asks a challenge of everybody.
 * @param scopes what was granted: a nonce comes back in an ID token, so without `openid` it protects nothing.
 */
export function checkChallenge(client: PkceRule, parameters: Parameters, tenantDemandsPkce: boolean, scopes: readonly string[]): Failure | undefined {
  const challenge = parameters.get('code_challenge');
  const method = parameters.get('code_challenge_method');
  if (challenge !== undefined) {
    if (method !== 'S256') {
      return { reason: 'pkce_method_unsupported', parameter: 'code_challenge_method', expected: 'S256', received: method ?? 'nothing' };
    }
    return isCodeChallenge(challenge) ? undefined : { reason: 'pkce_challenge_malformed', parameter: 'code_challenge', received: `${challenge.length} characters` };
  }
  if (method !== undefined || client.requirePkce || tenantDemandsPkce || client.authenticationMethod === 'none') {
    return { reason: 'pkce_missing', parameter: 'code_challenge', expected: 'code_challenge and code_challenge_method=S256' };
  }
  const protectedByNonce = parameters.get('nonce') !== undefined && scopes.includes('openid');
  if (client.unprotectedCodes && !protectedByNonce) {
    return parameters.get('state') === undefined ? { reason: 'state_missing', parameter: 'state' } : undefined;
  }
  return protectedByNonce
    ? undefined
    : {
        reason: 'pkce_or_nonce_missing',
        parameter: 'code_challenge',
        expected: 'code_challenge and code_challenge_method=S256, or nonce and the scope openid',
        received: parameters.get('nonce') === undefined ? 'neither' : `nonce, and the scopes ${scopes.join(' ')}`,
      };
}

/**
 * Checks the verifier of a redemption against the challenge of its request. The server only ever hashes the
 * verifier, so nothing is lost by taking 32 to 128 characters of the unreserved and base64 alphabets; many
 * clients send those (docs/decisions/0003-liberal-code-verifier.md). A strict client gets RFC 7636 §4.1.
 */
export function checkCodeVerifier(
  verifier: string | undefined,
  challenge: string | null,
  strict: boolean,
): Failure | undefined {
  if (challenge === null) {
    // RFC 9700 §2.1.1: a verifier without a challenge is a downgrade attempt.
    return verifier === undefined ? undefined : { reason: 'verifier_unexpected', parameter: 'code_verifier' };
  }
  if (verifier === undefined) {
    return { reason: 'verifier_missing', parameter: 'code_verifier' };
  }
  const grammar = strict ? /^[A-Za-z0-9._~-]{43,128}$/ : /^[A-Za-z0-9._~+/=-]{32,128}$/;
  if (!grammar.test(verifier)) {
    return {
      reason: 'verifier_malformed',
      parameter: 'code_verifier',
      expected: strict ? '43 to 128 unreserved characters' : '32 to 128 unreserved or base64 characters',
      received: `${verifier.length} characters`,
    };
  }
  return constantTimeEqual(sha256(verifier), challenge)
    ? undefined
    : { reason: 'verifier_mismatch', parameter: 'code_verifier' };
}
