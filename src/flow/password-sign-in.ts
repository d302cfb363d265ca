import { emailKey } from '../core/email-address.ts';
import { withShapeOf } from '../identity/hash-shapes.ts';
import { noteImportedHash } from '../identity/imported-hashes.ts';
import { isTooLong } from '../identity/password.ts';
import type { UserRecord } from '../store/records.ts';
import { beginAttempt } from './attempt.ts';
import type { FlowContext } from './context.ts';
import { hasSignedInFrom } from './device.ts';
import type { Browser } from './sign-in.ts';

export type PasswordOutcome =
  | { readonly kind: 'right'; readonly user: UserRecord }
  | { readonly kind: 'wrong_credentials' }
  | { readonly kind: 'too_many_attempts'; readonly retryAt: number }
  | { readonly kind: 'busy' };

/**
 * Judges an e-mail address and a password. Unknown, disabled and passwordless accounts get the same answer after the
 * same work as a wrong password, so the page tells nobody who has an account.
 */
export async function judgePassword(context: FlowContext, email: string, password: string, browser: Browser): Promise<PasswordOutcome> {
  if (isTooLong(password)) {
    // It is nobody's password and costs no work, so it is no guess either.
    context.record({ event: 'sign_in_failed', detail: browser.address });
    return { kind: 'wrong_credentials' };
  }
  const attempt = await beginAttempt(context, 'password', browser, email);
  if (!attempt.allowed) {
    return { kind: 'too_many_attempts', retryAt: attempt.retryAt };
  }
  const user = await context.store.findUserByEmail(context.tenant.id, emailKey(email));
  const hash = user?.enabled === true ? (user.passwordHash ?? undefined) : undefined;
  const imported = await importedHashes(context, hash);
  const turn = { address: browser.address, known: hasSignedInFrom(context, browser.device, email) };
  const verified = await context.hasher.verify(password, hash, { imported, turn });
  if (!verified.ok) {
    await attempt.giveBack();
    return { kind: 'busy' };
  }
  if (!verified.value || user === undefined) {
    context.record({ event: 'sign_in_failed', userId: user?.id, detail: browser.address });
    return { kind: 'wrong_credentials' };
  }
  await attempt.giveBack();
  return { kind: 'right', user: await withPresentHash(context, user, password) };
}

/** Some may have been brought along before anybody noted what they cost, or by a node of the version before: noted now. */
async function importedHashes({ store, tenant, hasher }: FlowContext, hash: string | undefined): Promise<readonly string[]> {
  const known = tenant.settings.importedHashes;
  const all = hash === undefined || !hasher.needsRehash(hash) ? known : withShapeOf(hash, known);
  if (hash !== undefined && all !== known) {
    await noteImportedHash(store, tenant.id, hash);
  }
  return all;
}

/** Only now is the password known, so only now can its hash be brought up to date. Where it cannot be, the old one stays. */
async function withPresentHash(context: FlowContext, user: UserRecord, password: string): Promise<UserRecord> {
  const { passwordHash } = user;
  if (passwordHash === null || !context.hasher.needsRehash(passwordHash)) {
    return user;
  }
  const hashed = await context.hasher.hash(password);
  const changed = hashed.ok && (await context.store.rehashPassword(context.tenant.id, user.id, passwordHash, hashed.value));
  return hashed.ok && changed ? { ...user, passwordHash: hashed.value } : user;
}
