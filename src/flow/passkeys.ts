import {
  type AuthenticationOptions,
  authenticationOptions,
  type Challenge,
  challengeEnd,
  newChallenge,
  readAssertion,
  type RelyingParty,
  userHandleOf,
  verifyAssertion,
} from '../identity/passkeys.ts';
import type { AuthenticationMethod } from '../oauth/authentication-contexts.ts';
import type { Context, Tenant } from '../oauth/context.ts';
import type { PasskeyRecord } from '../store/account-records.ts';
import type { UserRecord } from '../store/records.ts';
import { beginAttempt } from './attempt.ts';
import type { FlowContext } from './context.ts';
import type { Browser } from './sign-in.ts';

/** The tenant as WebAuthn sees it. */
export function relyingPartyOf({ issuer, displayName, settings }: Tenant): RelyingParty {
  return { id: settings.passkeyRpId ?? new URL(issuer).hostname, name: displayName, origins: [issuer, ...settings.passkeyOrigins] };
}

/** A challenge for the next page; the interaction carries it. */
export function newPasskeyChallenge({ clock }: Context): Challenge {
  return newChallenge(clock.now());
}

/** What the browser is asked for where anybody may sign in. */
export function anyPasskeyOptions(context: Context, challenge: Challenge): AuthenticationOptions {
  return authenticationOptions(challenge, relyingPartyOf(context.tenant).id);
}

/** What the browser is asked for where this user must be the one. */
export async function ownPasskeyOptions(context: Context, challenge: Challenge, userId: string): Promise<AuthenticationOptions> {
  const passkeys = await context.store.listPasskeys(context.tenant.id, userId);
  const { id } = relyingPartyOf(context.tenant);
  // A browser is asked for one relying party id at a time. The tenant's may have changed since these were made.
  const rpId = passkeys.some((passkey) => passkey.rpId === id) ? id : (passkeys[0]?.rpId ?? id);
  return authenticationOptions(challenge, rpId, passkeys.filter((passkey) => passkey.rpId === rpId));
}

/** What became of a passkey. Why one is refused stays unsaid. */
export type PasskeyOutcome =
  | { readonly kind: 'right'; readonly user: UserRecord; readonly method: AuthenticationMethod }
  | { readonly kind: 'refused' }
  /** The page was open for too long. */
  | { readonly kind: 'expired' }
  | { readonly kind: 'too_many_attempts'; readonly retryAt: number };

/**
 * Judges what an authenticator has signed. `userId` is who must be the owner, where that is known; where it is not, the
 * authenticator has to say (WebAuthn Level 3 §7.2 step 6).
 */
export async function judgePasskey(
  context: FlowContext,
  challenge: Challenge | undefined,
  json: string,
  browser: Browser,
  userId?: string,
): Promise<PasskeyOutcome> {
  if (challenge === undefined || challengeEnd(challenge) <= context.clock.now()) {
    return { kind: 'expired' };
  }
  const attempt = await beginAttempt(context, 'passkey', browser);
  if (!attempt.allowed) {
    return { kind: 'too_many_attempts', retryAt: attempt.retryAt };
  }
  const found = await findProven(context, challenge, json, userId);
  if (found === undefined) {
    context.record({ event: 'passkey_refused', userId, detail: browser.address });
    return { kind: 'refused' };
  }
  await attempt.giveBack();
  // Which of the two it is says whether the key can leave its device (RFC 8176 §2).
  return { kind: 'right', user: found.user, method: found.passkey.backedUp ? 'synced_passkey' : 'hardware_passkey' };
}

async function findProven(
  { store, tenant, clock }: FlowContext,
  challenge: Challenge,
  json: string,
  userId: string | undefined,
): Promise<{ readonly user: UserRecord; readonly passkey: PasskeyRecord } | undefined> {
  const assertion = readAssertion(json);
  const passkey = assertion && (await store.findPasskey(tenant.id, assertion.id));
  const user = passkey && (await store.findUser(tenant.id, passkey.userId));
  if (assertion === undefined || passkey === undefined || user?.enabled !== true || (userId !== undefined && user.id !== userId)) {
    return undefined;
  }
  const handle = assertion.userHandle ?? (userId === undefined ? undefined : userHandleOf(tenant.id, userId));
  if (handle !== userHandleOf(tenant.id, user.id)) {
    return undefined;
  }
  const verified = await verifyAssertion(assertion, challenge, passkey, relyingPartyOf(tenant).origins);
  // Only after the signature has held: nobody without a passkey of ours can fill the table of spent challenges.
  return verified !== undefined &&
    (await store.spendProof(tenant.id, spentChallenge(challenge), challengeEnd(challenge))) &&
    (await store.usePasskey(tenant.id, passkey.id, verified.counter, clock.now()))
    ? { user, passkey }
    : undefined;
}

/** The name under which a challenge is spent. */
export function spentChallenge({ value }: Challenge): string {
  return `webauthn ${value}`;
}
