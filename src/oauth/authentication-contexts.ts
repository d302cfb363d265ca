/**
 * The authentication contexts that a sign-in can reach, as `acr` values; they say no more than is true.
 * A password is one factor.
 */
export const passwordAuthentication = { acr: 'urn:microauth:acr:password', amr: ['pwd'] } as const;

/** What discovery lists as acr_values_supported. */
export const authenticationContexts: readonly string[] = [passwordAuthentication.acr];
