import { minute } from '../core/clock.ts';
import { randomId } from '../core/random.ts';
import { open, seal } from '../core/seal.ts';
import { challengeEnd, type Challenge, type RegistrationOptions, registrationOptions, userHandleOf, verifyRegistration } from '../identity/passkeys.ts';
import { newRecoveryCodes, recoveryCodeHash } from '../identity/recovery-codes.ts';
import { newTotpSeed, sealTotpSeed, totpStepOf, totpUri } from '../identity/totp.ts';
import type { Factors } from '../store/account-port.ts';
import type { UserRecord } from '../store/records.ts';
import type { FlowContext } from './context.ts';
import { notify } from './notices.ts';
import { relyingPartyOf, spentChallenge } from './passkeys.ts';
import type { Browser } from './sign-in.ts';

/*
 * How a person gets a second factor, whichever page they are on. Whoever calls these has made sure that the person may:
 * by a fresh proof of as much as they can prove.
 */

/** How long setting up an authenticator app may take. */
const pendingLifetime = 30 * minute;

/** How many passkeys one person may have. */
const maximumPasskeys = 20;

/** A factor that was set up. */
export interface FactorAdded {
  readonly kind: 'added';
  /** To be shown now and never again; none where the person has some from before. */
  readonly recoveryCodes: readonly string[];
}

/** An authenticator app that is not yet confirmed. */
export interface PendingTotp {
  /** What the person types into the app where they cannot scan. */
  readonly seed: string;
  /** What the QR code carries. */
  readonly uri: string;
  /** The seed on its way through the browser, sealed for this person. */
  readonly box: string;
}

interface Pending {
  readonly id: string;
  readonly seed: string;
  readonly issuedAt: number;
}

/** Begins to set up an authenticator app. Nothing is stored before a code of it has come back. */
export async function beginTotp(context: FlowContext, user: UserRecord): Promise<PendingTotp> {
  const pending: Pending = { id: randomId('pending'), seed: await newTotpSeed(), issuedAt: context.clock.now() };
  const box = seal(context.tenant.secrets.secondFactor, pendingContext(user.id), JSON.stringify(pending));
  return describePending(context, user, pending, box);
}

/** The same again, after a wrong code: the person has scanned it already. Undefined where it took too long. */
export async function resumeTotp(context: FlowContext, user: UserRecord, box: string): Promise<PendingTotp | undefined> {
  const pending = openPending(context, user, box);
  return pending && describePending(context, user, pending, box);
}

/** Sets the authenticator app up, in the place of one that the person had, if this is a code of it. */
export async function confirmTotp(
  context: FlowContext,
  user: UserRecord,
  given: { readonly box: string; readonly code: string },
  browser: Browser,
): Promise<FactorAdded | { readonly kind: 'wrong' | 'expired' }> {
  const { store, tenant, clock } = context;
  const pending = openPending(context, user, given.box);
  if (pending === undefined) {
    return { kind: 'expired' };
  }
  const step = await totpStepOf(pending.seed, given.code, clock.now());
  if (step === undefined) {
    return { kind: 'wrong' };
  }
  // Once only: set up again from an old page, it would accept codes that were used since.
  if (!(await store.spendProof(tenant.id, pending.id, pending.issuedAt + pendingLifetime))) {
    return { kind: 'expired' };
  }
  const before = await store.readFactors(tenant.id, user.id);
  const sealedSecret = sealTotpSeed(tenant.secrets.secondFactor, user.id, pending.seed);
  await store.setTotp(tenant.id, { userId: user.id, sealedSecret, lastStep: step, createdAt: clock.now() });
  await notify(context, user, 'totp_added', browser);
  return added(context, user, before);
}

/** Begins to set up a passkey. The caller keeps the challenge for {@link confirmPasskey}. */
export async function beginPasskey({ store, tenant }: FlowContext, user: UserRecord, challenge: Challenge): Promise<RegistrationOptions> {
  const { name = '' } = JSON.parse(user.claims) as { name?: string };
  const person = { handle: userHandleOf(tenant.id, user.id), name: user.email, displayName: name === '' ? user.email : name };
  return registrationOptions(challenge, relyingPartyOf(tenant), person, await store.listPasskeys(tenant.id, user.id));
}

/** Sets the passkey up, if what the authenticator said holds. */
export async function confirmPasskey(
  context: FlowContext,
  user: UserRecord,
  given: { readonly challenge: Challenge | undefined; readonly json: string; readonly name: string },
  browser: Browser,
): Promise<FactorAdded | { readonly kind: 'refused' | 'expired' | 'too_many' }> {
  const { store, tenant, clock } = context;
  const { challenge } = given;
  if (challenge === undefined || challengeEnd(challenge) <= clock.now()) {
    return { kind: 'expired' };
  }
  const before = await store.readFactors(tenant.id, user.id);
  if (before.passkeys >= maximumPasskeys) {
    return { kind: 'too_many' };
  }
  const passkey = await verifyRegistration(given.json, challenge, relyingPartyOf(tenant));
  if (passkey === undefined || !(await store.spendProof(tenant.id, spentChallenge(challenge), challengeEnd(challenge)))) {
    return { kind: 'refused' };
  }
  const now = clock.now();
  // WebAuthn Level 3 §7.1 step 26: a credential that somebody has already is nobody else's.
  const made = await store.createPasskey(tenant.id, { ...passkey, userId: user.id, name: given.name, createdAt: now, lastUsedAt: now });
  if (made === 'exists') {
    return { kind: 'refused' };
  }
  await notify(context, user, 'passkey_added', browser);
  return added(context, user, before);
}

/** What goes with a factor that has just been added to those from before. */
async function added({ store, tenant }: FlowContext, user: UserRecord, before: Factors): Promise<FactorAdded> {
  if (before.passkeys === 0 && !before.totp) {
    // They were remembered after a mail, which counts no more.
    await store.forgetDevices(tenant.id, user.id);
  }
  // Codes that are written down somewhere stay good.
  return { kind: 'added', recoveryCodes: before.recoveryCodes > 0 ? [] : await newCodesFor({ store, tenant }, user) };
}

async function newCodesFor({ store, tenant }: Pick<FlowContext, 'store' | 'tenant'>, user: UserRecord): Promise<readonly string[]> {
  const codes = newRecoveryCodes();
  await store.replaceRecoveryCodes(tenant.id, user.id, codes.map((code) => recoveryCodeHash(user.id, code)));
  return codes;
}

async function describePending({ tenant }: FlowContext, user: UserRecord, { seed }: Pending, box: string): Promise<PendingTotp> {
  return { seed, uri: await totpUri(seed, { issuer: tenant.displayName, account: user.email }), box };
}

function openPending({ tenant, clock }: FlowContext, user: UserRecord, box: string): Pending | undefined {
  const text = open(tenant.secrets.secondFactor, pendingContext(user.id), box);
  // Sealed by us for this purpose, so of this shape.
  const pending = text === undefined ? undefined : (JSON.parse(text) as Pending);
  return pending !== undefined && pending.issuedAt + pendingLifetime > clock.now() ? pending : undefined;
}

function pendingContext(userId: string): string {
  return `pending totp ${userId}`;
}
