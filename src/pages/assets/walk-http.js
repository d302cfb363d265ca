import { member } from './walk-state.js';

/**
 * @param {string} url
 * @param {RequestInit} [init]
 * @returns {Promise<import('./walk-state.js').Reply>}
 */
export async function send(url, init) {
  try {
    const response = await fetch(url, { cache: 'no-store', credentials: 'omit', ...init });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    return { status: 0, text: `The request failed: ${String(error)}` };
  }
}

/**
 * @param {import('./walk-state.js').Walk} walk
 * @param {Record<string, string>} fields
 */
export function postToken(walk, fields) {
  const endpoint = member(walk.replies['walk-discover'], 'token_endpoint');
  return send(endpoint, { method: 'POST', body: new URLSearchParams(fields) });
}

/**
 * The fields of the token request for a code (RFC 6749 §4.1.3, RFC 7636 §4.5). A public client may leave out its
 * client_id: the code knows whose it is.
 * @param {import('./walk-state.js').Settings} settings
 * @param {string} code
 * @param {string} codeVerifier
 */
export function exchangeFields(settings, code, codeVerifier) {
  return { grant_type: 'authorization_code', code, code_verifier: codeVerifier, redirect_uri: settings.redirectUri };
}

/**
 * @param {import('./walk-state.js').Settings} settings
 * @param {string} refreshToken
 */
export function refreshFields(settings, refreshToken) {
  return { grant_type: 'refresh_token', client_id: settings.clientId, refresh_token: refreshToken };
}

/**
 * @param {import('./walk-state.js').Settings} settings
 * @param {import('./walk-state.js').Attempt} attempt
 * @returns {Record<string, string>}
 */
export function authorizationParameters(settings, attempt) {
  return {
    response_type: 'code',
    client_id: settings.clientId,
    redirect_uri: settings.redirectUri,
    scope: 'openid profile email',
    state: attempt.state,
    nonce: attempt.nonce,
    code_challenge: attempt.codeChallenge,
    code_challenge_method: 'S256',
  };
}

/**
 * @param {import('./walk-state.js').Walk} walk
 * @param {Record<string, string>} parameters
 */
export function authorizationUrl(walk, parameters) {
  const url = new URL(member(walk.replies['walk-discover'], 'authorization_endpoint'));
  for (const [name, value] of Object.entries(parameters)) {
    url.searchParams.set(name, value);
  }
  return url.href;
}
