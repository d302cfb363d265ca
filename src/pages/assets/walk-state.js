/**
 * @typedef {{ readonly issuer: string, readonly clientId: string, readonly redirectUri: string }} Settings
 * @typedef {{ readonly status: number, readonly text: string }} Reply
 * @typedef {{ readonly codeVerifier: string, readonly codeChallenge: string }} Codes
 * @typedef {{ readonly state: string, readonly nonce: string } & Codes} Attempt
 * @typedef {{ readonly code?: string, readonly state?: string, readonly iss?: string, readonly error?: string, readonly error_description?: string }} Response
 * @typedef {{ readonly ok: boolean, readonly text: string }} Verdict
 *
 * What the walk has seen so far. It lives in sessionStorage, because the redirect to the authorization endpoint
 * leaves this page.
 * @typedef {object} Walk
 * @property {Record<string, Reply>} replies by the id of the button that asked for them
 * @property {Attempt} [attempt] the codes and the request of steps 2 and 3
 * @property {Response} [response] what came back to the redirect URI
 * @property {Verdict} [signature] whether the ID token's signature verified
 * @property {string} [refreshToken] the newest refresh token
 * @property {string} [oldRefreshToken] the one it replaced
 * @property {number} [refreshedAt]
 * @property {Attempt & { code?: string }} [probe] a second, silent authorization request
 */

const key = 'walk';

/** @returns {Walk} */
export function load() {
  try {
    return { replies: {}, .../** @type {Partial<Walk>} */ (JSON.parse(sessionStorage.getItem(key) ?? '{}')) };
  } catch {
    return { replies: {} };
  }
}

/** @param {Walk} walk */
export function save(walk) {
  sessionStorage.setItem(key, JSON.stringify(walk));
}

/** Forgets the walk. The session at the issuer stays. */
export function clear() {
  sessionStorage.removeItem(key);
}

/**
 * The members of a JSON reply; none for anything else.
 * @param {Reply | undefined} reply
 * @returns {Record<string, unknown>}
 */
export function members(reply) {
  try {
    const value = /** @type {unknown} */ (JSON.parse(reply?.text ?? ''));
    return typeof value === 'object' && value !== null ? /** @type {Record<string, unknown>} */ (value) : {};
  } catch {
    return {};
  }
}

/**
 * A text member of a JSON reply, or the empty string.
 * @param {Reply | undefined} reply
 * @param {string} name
 */
export function member(reply, name) {
  const value = members(reply)[name];
  return typeof value === 'string' ? value : '';
}
