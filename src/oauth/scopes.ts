/** The scopes that OpenID Connect defines (Core §5.4 and §11). */
export const standardScopes = ['openid', 'profile', 'email', 'address', 'phone', 'offline_access'] as const;

/** What a request without `scope` gets (RFC 6749 §3.3 lets the server choose; the least that signs in). */
export const defaultScopes = ['openid'] as const;

/** RFC 6749 §3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E ). */
export function isScopeToken(text: string): boolean {
  return /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(text);
}

/**
 * Splits a scope parameter into distinct tokens, in order; undefined when it breaks the grammar.
 * Several spaces in a row are forgiven.
 */
export function parseScope(text: string): readonly string[] | undefined {
  const tokens = [...new Set(text.split(' ').filter((token) => token !== ''))];
  return tokens.length > 0 && tokens.every(isScopeToken) ? tokens : undefined;
}
