import { minute, second } from '../core/clock.ts';
import { emailKey } from '../core/email-address.ts';
import { sha256 } from '../core/hash.ts';
import type { AttemptDecision, Store } from '../store/port.ts';
import type { AttemptBucket, TenantId } from '../store/records.ts';
import { networksOf } from './networks.ts';

/*
 * Everything that can be guessed, sent or asked for without having proven anything, with what it may cost
 * (docs/decisions/0028-what-may-be-guessed.md). Whatever is not in this table cannot be attempted: there is no other way to count.
 */

/** Something that somebody tries. */
export type AttemptKind =
  /** A password, at the sign-in form or on the account page. */
  | 'password'
  /** A code that was mailed: to sign in, to sign up, to change the address. */
  | 'mailed_code'
  /** A code of an authenticator app, a recovery code or a mailed one, after a first proof. */
  | 'second_factor'
  /** A passkey: nothing about it can be guessed, but verifying it is work. */
  | 'passkey'
  /** The secret of a client: too long to be guessed, but trying is work. */
  | 'client_secret'
  /** A password that somebody wants from now on: judging it is work. */
  | 'new_password'
  /** A mail that somebody wants sent. */
  | 'mail'
  /** A change of address that somebody begins who is signed in. */
  | 'email_change';

/** Who is counted. A browser that the person knows is counted by itself, and by nothing else but `whoever asks`. */
type Per = 'person' | 'person and network' | 'person, whoever asks' | 'known browser' | 'narrow network' | 'middle network' | 'wide network';

/**
 * One budget: `burst` at once, then one each `every` milliseconds; so in any time no more than the burst and what has
 * come back meanwhile. Kinds that name the same budget spend it together.
 */
interface Budget {
  readonly name: string;
  readonly per: Per;
  readonly burst: number;
  readonly every: number;
}

/** Budgets of the networks that an address lies in: three machines' worth for the middle one, twenty for the wide one. */
function networks(name: string, burst: number, every: number): readonly Budget[] {
  return [
    { name, per: 'narrow network', burst, every },
    { name, per: 'middle network', burst: 3 * burst, every: every / 3 },
    { name, per: 'wide network', burst: 20 * burst, every: every / 20 },
  ];
}

/**
 * Wrong guesses at one person's account, over all ways together. Strangers wait the longer the more there were: not at
 * all, a minute, 24 minutes; 100 in any 24 hours (40 and the 60 that come back). What is right is given back.
 */
const guesses: readonly Budget[] = [
  { name: 'guess', per: 'person', burst: 20, every: minute },
  { name: 'guess-day', per: 'person', burst: 40, every: 24 * minute },
  { name: 'guess', per: 'person and network', burst: 10, every: 90 * second },
  { name: 'guess', per: 'known browser', burst: 10, every: 15 * minute },
  ...networks('guess', 100, 9 * second),
];

const table: Readonly<Record<AttemptKind, readonly Budget[]>> = {
  password: guesses,
  mailed_code: guesses,
  // A code has six digits, and who guesses at it knows the first proof; so it has less of its own, whatever it is a code of (CVE-2024-32868).
  second_factor: [...guesses, { name: 'second-factor', per: 'person', burst: 5, every: 3 * minute }],
  passkey: networks('guess', 100, 9 * second),
  client_secret: networks('client-secret', 100, 9 * second),
  new_password: networks('new-password', 100, 9 * second),
  // What a mailbox bears: five at once, and 20 in any 24 hours (10 and the 10 that come back) (WSTG-ATHN-09).
  mail: [
    { name: 'mail', per: 'person', burst: 5, every: 20 * minute },
    { name: 'mail-day', per: 'person', burst: 10, every: 144 * minute },
    { name: 'mail', per: 'known browser', burst: 5, every: 20 * minute },
    ...networks('mail', 30, 30 * second),
  ],
  email_change: [{ name: 'email-change', per: 'person, whoever asks', burst: 10, every: 6 * minute }],
};

/** Who tries what, as far as it can be told before it is judged. */
export interface Attempt {
  readonly kind: AttemptKind;
  /** The e-mail address of the account that it is about, in any spelling; none where nobody is named. */
  readonly person?: string;
  /** Where it comes from. */
  readonly address: string;
  /** The browser's own id, where it is known to this account. */
  readonly knownDevice?: string | undefined;
}

/** Counts an attempt before it is judged, so that guesses at once cannot slip past the budget. */
export function takeAttempt(store: Store, tenantId: TenantId, attempt: Attempt, now: number): Promise<AttemptDecision> {
  return store.takeAttempt(tenantId, bucketsOf(attempt), now);
}

/** Uncounts an attempt that proved rightful, or was not judged after all. */
export function returnAttempt(store: Store, tenantId: TenantId, attempt: Attempt, now: number): Promise<void> {
  return store.returnAttempt(tenantId, bucketsOf(attempt), now);
}

function bucketsOf(attempt: Attempt): readonly AttemptBucket[] {
  return table[attempt.kind].flatMap(({ name, per, burst, every }) => {
    const whose = subjectOf(attempt, per);
    return whose === undefined ? [] : [{ key: `${name} ${per} ${whose}`, burst, every }];
  });
}

/** Whose budget it is; undefined where this one does not apply. */
function subjectOf({ person, address, knownDevice }: Attempt, per: Per): string | undefined {
  // One person however the address is spelled, and a short key however long it is.
  const account = person === undefined ? undefined : sha256(emailKey(person));
  if (per === 'known browser') {
    return knownDevice && account && `${account} ${knownDevice}`;
  }
  if (per === 'person, whoever asks') {
    return account;
  }
  if (knownDevice !== undefined) {
    return undefined;
  }
  const [narrow, middle, wide] = networksOf(address);
  switch (per) {
    case 'person':
      return account;
    case 'person and network':
      return account && `${account} ${narrow}`;
    case 'narrow network':
      return narrow;
    case 'middle network':
      return middle;
    case 'wide network':
      return wide;
  }
}
