/**
 * @param {Uint8Array} bytes
 * @returns {string}
 */
function base64url(bytes) {
  const base64 = btoa(String.fromCharCode(...bytes));
  return base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** 32 random bytes as 43 unreserved characters. */
export function randomText() {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

/** A code verifier and its S256 code challenge (RFC 7636). */
export async function createPkceCodes() {
  const randomBytes = crypto.getRandomValues(new Uint8Array(32));
  const codeVerifier = base64url(randomBytes); // always 43 characters

  const data = new TextEncoder().encode(codeVerifier);
  const hash = await crypto.subtle.digest('SHA-256', data);
  const codeChallenge = base64url(new Uint8Array(hash));
  return { codeVerifier, codeChallenge };
}

/** The text of the functions above: what the page shows is what it ran. */
export const pkceSource = `${createPkceCodes.toString()}\n\n${base64url.toString()}`;
