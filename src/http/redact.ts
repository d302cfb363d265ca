import { redactSecrets } from '../core/redact.ts';

/** The longest text of a caller that an entry of the log holds. */
const maximumLength = 300;

/**
 * What came from a caller, fit for the log. People put credentials into the wrong parameter (id and secret the
 * wrong way round, a token in a redirect URI), and the log must not be where those end up.
 */
export function redact(text: string): string {
  const clean = redactSecrets(text);
  return clean.length > maximumLength ? `${clean.slice(0, maximumLength)}…` : clean;
}
