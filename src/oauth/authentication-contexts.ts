/** The ways in which a person can prove who they are. */
export type AuthenticationMethod = 'password' | 'email' | 'totp' | 'recovery_code' | 'hardware_passkey' | 'synced_passkey';

/**
 * How strongly a person has proven who they are, as `acr` values, the weakest first. Each satisfies those before it.
 * Two proofs make the second: a password and a code of an authenticator application, for example. The third is a
 * passkey that asked for the person's own unlocking: what it says is bound to this origin and worthless on any other.
 */
export const authenticationContexts = [
  'urn:microauth:acr:single-factor',
  'urn:microauth:acr:multi-factor',
  'urn:microauth:acr:phishing-resistant',
] as const;

/** A place in {@link authenticationContexts}, counted from 1. 0 is no proof. */
export type Level = 0 | 1 | 2 | 3;

/** RFC 8176 §2, and `email` for a code or link that came by mail, for which it has no value. */
const references: Readonly<Record<AuthenticationMethod, readonly string[]>> = {
  password: ['pwd'],
  email: ['email'],
  totp: ['otp'],
  recovery_code: ['otp'],
  hardware_passkey: ['hwk', 'user'],
  synced_passkey: ['swk', 'user'],
};

/** What methods prove together. A recovery code stands in for the authenticator application. */
export function levelOf(methods: readonly AuthenticationMethod[]): Level {
  if (methods.some((method) => method === 'hardware_passkey' || method === 'synced_passkey')) {
    return 3;
  }
  // The same proof twice is one proof.
  const different = new Set(methods).size;
  return different > 1 ? 2 : different === 1 ? 1 : 0;
}

/** The methods behind an `amr` of ours. What a recovery code stood in for is taken for the thing itself. */
export function methodsOf(amr: readonly string[]): readonly AuthenticationMethod[] {
  const telling: readonly (readonly [string, AuthenticationMethod])[] = [
    ['pwd', 'password'],
    ['email', 'email'],
    ['otp', 'totp'],
    ['hwk', 'hardware_passkey'],
    ['swk', 'synced_passkey'],
  ];
  return telling.flatMap(([reference, method]) => (amr.includes(reference) ? [method] : []));
}

/** The level that an `acr` value of ours names; 0 for any other. */
export function levelOfContext(acr: string): Level {
  return (authenticationContexts.findIndex((known) => known === acr) + 1) as Level;
}

/** `acr` and `amr` of a sign-in: no more than is true. */
export function describeAuthentication(methods: readonly AuthenticationMethod[]): { readonly acr: string; readonly amr: readonly string[] } {
  const level = levelOf(methods);
  return {
    acr: authenticationContexts[level - 1] ?? authenticationContexts[0],
    amr: [...new Set([...methods.flatMap((method) => references[method]), ...(level > 1 ? ['mfa'] : [])])],
  };
}
