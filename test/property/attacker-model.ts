/*
 * What an attacker may reach in the account of somebody else, told from what they hold and from nothing that the server
 * says. It knows where a proof comes from, and no rule of the server's own.
 */

/** What there is to hold of somebody. */
export type Holding = 'password' | 'mailbox' | 'authenticator' | 'passkey' | 'recovery_code';

/** What a proof comes from. A recovery code stands in for the authenticator. */
export type Source = 'memory' | 'mailbox' | 'authenticator' | 'passkey';

export type Policy = 'off' | 'optional' | 'required';

/** An account, with what is true of it at present. */
export interface Account {
  readonly id: string;
  readonly email: string;
  /** Whether a factor of its owner stands there. */
  guarded: boolean;
  /** Whether the password is known by a mail alone. */
  passwordByMail: boolean;
}

/** What was given for one account in one browser, over all its tabs and sign-ins. */
export class Given {
  readonly sources = new Set<Source>();
  /** The references of RFC 8176 that may be named. */
  readonly references = new Set<string>();
  /** Whether a factor was set up here. */
  setUp = false;

  note(source: Source, ...references: readonly string[]): void {
    this.sources.add(source);
    references.forEach((reference) => this.references.add(reference));
  }

  get usesFactor(): boolean {
    return this.sources.has('authenticator') || this.sources.has('passkey');
  }

  get level(): 0 | 1 | 2 | 3 {
    return this.sources.has('passkey') ? 3 : this.sources.size > 1 ? 2 : this.sources.size === 1 ? 1 : 0;
  }
}

/**
 * Whether what is held is everything that the account can ask for, so that its owner has lost it. A factor is passed by itself
 * or by its stand-in, after a password or mail; a passkey is both. Where there is none, the mailbox is the account.
 */
export function isEverything(held: ReadonlySet<Holding>, { guarded }: Pick<Account, 'guarded'>): boolean {
  const first = held.has('password') || held.has('mailbox');
  return guarded ? held.has('passkey') || (first && (held.has('authenticator') || held.has('recovery_code'))) : held.has('mailbox');
}

/** Whether a policy lets somebody in who has given this much; once the account is theirs, a factor may be one of theirs. */
export function mayPass(policy: Policy, account: Account, given: Given, everything: boolean): boolean {
  if (policy === 'off') {
    return given.level > 0;
  }
  if (account.guarded) {
    return everything && (given.usesFactor || given.setUp);
  }
  if (policy === 'optional') {
    return given.level > 0;
  }
  return everything && (given.level >= 2 || given.setUp);
}

const levels: Readonly<Record<string, number>> = {
  'urn:microauth:acr:single-factor': 1,
  'urn:microauth:acr:multi-factor': 2,
  'urn:microauth:acr:phishing-resistant': 3,
};

/** What is said that is not true; empty where all of it is. */
export function lies({ acr, amr }: { readonly acr: unknown; readonly amr: unknown }, given: Given): readonly string[] {
  const claimed = levels[String(acr)] ?? 4;
  const names = amr as readonly string[];
  return [
    ...(claimed > Math.max(1, given.level) ? [`${String(acr)} of ${[...given.sources].join(' ')}`] : []),
    ...(names.includes('mfa') !== claimed > 1 ? ['mfa'] : []),
    ...names.filter((name) => name !== 'mfa' && !given.references.has(name)),
  ];
}
