import { minute } from '../core/clock.ts';
import { sha256 } from '../core/hash.ts';
import type { AuthenticationMethod } from '../oauth/authentication-contexts.ts';
import type { Context } from '../oauth/context.ts';
import type { Instant, UserRecord } from '../store/records.ts';

/** How long the first of two steps counts. */
const proofLifetime = 10 * minute;

/**
 * What a person has proven who has not signed in yet. It travels sealed with the interaction, so it is good for this
 * request in this browser, and for nothing but finishing: no session exists before all that is demanded is proven.
 */
export interface Proof {
  readonly userId: string;
  readonly methods: readonly AuthenticationMethod[];
  readonly provenAt: Instant;
  /** What the account was; a change of password voids the proof, and so does being kept out for a moment. */
  readonly credentials: string;
}

/** What the password of this user proves, once it has been given. */
export function passwordMethodOf({ passwordByMail }: UserRecord): AuthenticationMethod {
  return passwordByMail ? 'mailed_password' : 'password';
}

/** The first proof of a sign-in. */
export function firstProof(context: Context, user: UserRecord, method: AuthenticationMethod): Proof {
  return { userId: user.id, methods: [method], provenAt: context.clock.now(), credentials: credentialsOf(user) };
}

/** The user of a proof, while it counts. */
export async function provenUser(context: Context, proof: Proof | undefined): Promise<UserRecord | undefined> {
  if (proof === undefined || proof.provenAt + proofLifetime <= context.clock.now()) {
    return undefined;
  }
  const user = await context.store.findUser(context.tenant.id, proof.userId);
  return user?.enabled === true && credentialsOf(user) === proof.credentials ? user : undefined;
}

function credentialsOf(user: UserRecord): string {
  return sha256(`${user.emailKey} ${user.passwordHash ?? ''} ${user.updatedAt}`);
}
