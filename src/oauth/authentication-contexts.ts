import type { SessionRecord } from '../store/records.ts';

/**
 * The ways in which a person can prove who they are. A `mailed_password` was set by a link in a mail, and nothing stronger
 * has been given beside it since: whoever reads the mail may have chosen it. A `new_factor` was set up in this very sign-in,
 * after everything that the person could prove; until it is used it proves nothing.
 */
export type AuthenticationMethod =
  | 'password'
  | 'mailed_password'
  | 'email'
  | 'totp'
  | 'recovery_code'
  | 'hardware_passkey'
  | 'synced_passkey'
  | 'new_factor';

/**
 * How strongly a person has proven who they are, as `acr` values, the weakest first. Each satisfies those before it.
 * Two proofs from different places make the second: a password and a code of an authenticator application, for example. The third is a
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
  mailed_password: ['pwd'],
  email: ['email'],
  totp: ['otp'],
  recovery_code: ['otp'],
  hardware_passkey: ['hwk', 'user'],
  synced_passkey: ['swk', 'user'],
  new_factor: [],
};

/** Where a proof comes from: what somebody has to hold who gives it. A recovery code stands in for the authenticator application. */
const sources: Readonly<Record<AuthenticationMethod, 'memory' | 'mailbox' | 'authenticator' | 'passkey' | undefined>> = {
  password: 'memory',
  mailed_password: 'mailbox',
  email: 'mailbox',
  totp: 'authenticator',
  recovery_code: 'authenticator',
  hardware_passkey: 'passkey',
  synced_passkey: 'passkey',
  new_factor: undefined,
};

function sourcesOf(methods: readonly AuthenticationMethod[]): ReadonlySet<string> {
  return new Set(methods.flatMap((method) => sources[method] ?? []));
}

/** What methods prove together. Two proofs from one place are one: whoever reads a mailbox has all that comes from it. */
export function levelOf(methods: readonly AuthenticationMethod[]): Level {
  const different = sourcesOf(methods);
  return different.has('passkey') ? 3 : different.size > 1 ? 2 : different.size === 1 ? 1 : 0;
}

/** Whether something was used that the person has set up as a factor, or a recovery code in its place. */
export function usesFactor(methods: readonly AuthenticationMethod[]): boolean {
  const used = sourcesOf(methods);
  return used.has('authenticator') || used.has('passkey');
}

/** Whether all of it could be given by whoever reads the person's mail. */
export function restsOnMailbox(methods: readonly AuthenticationMethod[]): boolean {
  return [...sourcesOf(methods)].every((source) => source === 'mailbox');
}

/**
 * The methods behind a session. A node of the version before keeps `acr` and `amr` without them, or beside those of an
 * earlier moment: then they are read from `amr`, and what a recovery code stood in for is taken for the thing itself.
 */
export function methodsOf({ acr, amr, methods }: Pick<SessionRecord, 'acr' | 'amr' | 'methods'>): readonly AuthenticationMethod[] {
  const kept = methods.filter((method): method is AuthenticationMethod => Object.hasOwn(references, method));
  const described = describeAuthentication(kept);
  return described.acr === acr && described.amr.join(' ') === amr.join(' ') ? kept : methodsOfReferences(amr);
}

function methodsOfReferences(amr: readonly string[]): readonly AuthenticationMethod[] {
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

/** What a session keeps of a sign-in: its methods, and `acr` and `amr`, which say no more than is true. */
export function describeAuthentication(methods: readonly AuthenticationMethod[]): Pick<SessionRecord, 'acr' | 'amr' | 'methods'> {
  const level = levelOf(methods);
  return {
    methods: [...new Set(methods)],
    acr: authenticationContexts[level - 1] ?? authenticationContexts[0],
    amr: [...new Set([...methods.flatMap((method) => references[method]), ...(level > 1 ? ['mfa'] : [])])],
  };
}
