/**
 * Our secrets by their prefixes (codes, client secrets, session cookies), and anything that begins like a JWT. They are
 * longer than any name that begins alike, such as `code_challenge_method`.
 */
const secrets = /\b(?:code|secret|session)_[\w-]{20,}|eyJ[\w-]{8,}(?:\.[\w-]*)*/g;

/** The longest text of a caller that an entry of the log holds. */
const maximumLength = 300;

/**
 * What came from a caller, fit for the log. People put credentials into the wrong parameter (id and secret the
 * wrong way round, a token in a redirect URI), and the log must not be where those end up.
 */
export function redact(text: string): string {
  const clean = text.replaceAll(secrets, '[redacted]');
  return clean.length > maximumLength ? `${clean.slice(0, maximumLength)}…` : clean;
}
