import { emailKey } from '../core/email-address.ts';
import { randomId } from '../core/random.ts';
import { type Result, succeed } from '../core/result.ts';
import { checkClaimsSize } from '../identity/claims.ts';
import { checkPassword, maximumBytes, minimumCharacters } from '../identity/password.ts';
import { checkNewEmail } from '../identity/users.ts';
import type { PasskeyRecord, TotpRecord } from '../store/account-records.ts';
import type { SessionRecord, TenantId, UserRecord } from '../store/records.ts';
import type { TenantSettings } from '../store/tenant-settings.ts';
import { changeRow } from './change.ts';
import { type AdminContext, type AdminFailure, refuse } from './context.ts';
import { findTenant } from './tenants.ts';
import { readClaims } from './user-claims.ts';

export interface NewUser {
  readonly email: string;
  readonly emailVerified: boolean;
  /** True when missing. */
  readonly enabled?: boolean;
  /** Without one the user cannot sign in until one is set. */
  readonly password?: string | undefined;
  /** In the place of a password: a hash of it, checked by the caller. */
  readonly passwordHash?: string | undefined;
  /** Standard claims and those of the tenant by their names, as JSON has them or as text. */
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Makes a user. */
export async function createUser(context: AdminContext, tenantId: TenantId, input: NewUser): Promise<Result<UserRecord, AdminFailure>> {
  const email = input.email.trim();
  const impossible = checkNewEmail(email);
  if (impossible !== undefined) {
    return refuse('invalid', impossible.text);
  }
  const tenant = await findTenant(context, tenantId);
  if (!tenant.ok) {
    return tenant;
  }
  const claims = readClaims(tenant.value.settings, input.claims);
  if (!claims.ok) {
    return claims;
  }
  const hashed = input.password === undefined ? succeed(input.passwordHash ?? null) : await hashNewPassword(context, input.password);
  if (!hashed.ok) {
    return hashed;
  }
  const now = context.clock.now();
  const user: UserRecord = {
    id: randomId('user'),
    email,
    emailKey: emailKey(email),
    emailVerified: input.emailVerified,
    passwordHash: hashed.value,
    passwordByMail: false,
    claims: JSON.stringify(claims.value),
    termsAcceptedAt: null,
    enabled: input.enabled ?? true,
    createdAt: now,
    version: 1,
    updatedAt: now,
  };
  const outcome = await context.store.createUser(tenantId, user);
  return outcome === 'created' ? succeed(user) : addressTaken(email);
}

/** What changes of a user; what is missing stays as it is. */
export interface UserChange {
  /** Another address is unverified where nothing else is said. */
  readonly email?: string | undefined;
  readonly emailVerified?: boolean | undefined;
  readonly enabled?: boolean | undefined;
  /** Standard claims by their names, as text; an address as JSON. */
  readonly claims?: Readonly<Record<string, string>> | undefined;
  readonly removeClaims?: readonly string[] | undefined;
}

/** Changes a user, who is held to what a new one is held to. Says who they were, for whoever has to tell them. */
export function changeUser(
  context: AdminContext,
  tenantId: TenantId,
  reference: string,
  change: UserChange,
): Promise<Result<{ readonly before: UserRecord; readonly user: UserRecord }, AdminFailure>> {
  return changeRow(async () => {
    const tenant = await findTenant(context, tenantId);
    if (!tenant.ok) {
      return tenant;
    }
    const found = await findUser(context, tenantId, reference);
    if (!found.ok) {
      return found;
    }
    const before = found.value;
    const changed = changedUser(tenant.value.settings, before, change);
    if (!changed.ok) {
      return changed;
    }
    const user = { ...changed.value, updatedAt: context.clock.now() };
    switch (await context.store.updateUser(tenantId, user)) {
      case 'updated':
        return succeed({ before, user: { ...user, version: user.version + 1 } });
      case 'lost':
        return 'lost';
      case 'email_taken':
        return addressTaken(user.email);
      case 'unknown':
        return unknownUser(reference);
    }
  });
}

function changedUser(settings: TenantSettings, user: UserRecord, change: UserChange): Result<UserRecord, AdminFailure> {
  const email = change.email?.trim() ?? user.email;
  const impossible = change.email === undefined ? undefined : checkNewEmail(email);
  if (impossible !== undefined) {
    return refuse('invalid', impossible.text);
  }
  const given = readClaims(settings, change.claims ?? {});
  if (!given.ok) {
    return given;
  }
  const claims = JSON.parse(user.claims) as Record<string, unknown>;
  const { removeClaims = [] } = change;
  const missing = removeClaims.find((name) => !Object.hasOwn(claims, name));
  if (missing !== undefined) {
    return refuse('invalid', `The user has no claim ${JSON.stringify(missing)} to remove.`);
  }
  const left = Object.entries(claims).filter(([name]) => !removeClaims.includes(name));
  const next: Record<string, unknown> = { ...Object.fromEntries(left), ...given.value };
  // Whoever verified the old number knows nothing of the new one.
  if (next['phone_number'] !== claims['phone_number'] && !Object.hasOwn(given.value, 'phone_number_verified')) {
    delete next['phone_number_verified'];
  }
  const tooMuch = checkClaimsSize(next);
  if (tooMuch !== undefined) {
    return refuse('invalid', tooMuch);
  }
  const isSame = emailKey(email) === user.emailKey;
  return succeed({
    ...user,
    email,
    emailKey: isSame ? user.emailKey : emailKey(email),
    emailVerified: change.emailVerified ?? (isSame && user.emailVerified),
    enabled: change.enabled ?? user.enabled,
    claims: JSON.stringify(next),
  });
}

/** Finds a user by id or e-mail address. */
export async function findUser(context: AdminContext, tenantId: TenantId, reference: string): Promise<Result<UserRecord, AdminFailure>> {
  const user = reference.includes('@')
    ? await context.store.findUserByEmail(tenantId, emailKey(reference))
    : await context.store.findUser(tenantId, reference);
  return user === undefined ? unknownUser(reference) : succeed(user);
}

/** Sets the password, which ends every session of the user and everything that was granted in them. */
export async function setUserPassword(
  context: AdminContext,
  tenantId: TenantId,
  reference: string,
  password: string,
): Promise<Result<UserRecord, AdminFailure>> {
  const found = await findUser(context, tenantId, reference);
  if (!found.ok) {
    return found;
  }
  const hashed = await hashNewPassword(context, password);
  if (!hashed.ok) {
    return hashed;
  }
  const set = await context.store.setPassword(tenantId, found.value.id, { hash: hashed.value, byMail: false }, context.clock.now());
  return set ? found : unknownUser(reference);
}

/** Lets a user in, or keeps them out. Keeping out ends all that they had, so that letting in again revives nothing. */
export async function setUserEnabled(
  context: AdminContext,
  tenantId: TenantId,
  reference: string,
  enabled: boolean,
): Promise<Result<UserRecord, AdminFailure>> {
  const found = await findUser(context, tenantId, reference);
  if (!found.ok) {
    return found;
  }
  const user = await context.store.setUserEnabled(tenantId, found.value.id, enabled, context.clock.now());
  return user === undefined ? unknownUser(reference) : succeed(user);
}

/** Deletes a user with their sessions, grants and consents. */
export async function deleteUser(context: AdminContext, tenantId: TenantId, reference: string): Promise<Result<UserRecord, AdminFailure>> {
  const found = await findUser(context, tenantId, reference);
  if (found.ok) {
    await context.store.deleteUser(tenantId, found.value.id);
  }
  return found;
}

/** The sessions in which a user is signed in now. */
export async function listUserSessions(
  context: AdminContext,
  tenantId: TenantId,
  reference: string,
): Promise<Result<readonly SessionRecord[], AdminFailure>> {
  const found = await findUser(context, tenantId, reference);
  return found.ok ? succeed(await context.store.listSessions(tenantId, found.value.id, context.clock.now())) : found;
}

/** Ends one session of a user, or all of them, with everything that was granted in them, offline access too; answers how many there were. */
export async function signUserOut(
  context: AdminContext,
  tenantId: TenantId,
  reference: string,
  sessionId: string | undefined,
): Promise<Result<number, AdminFailure>> {
  const found = await findUser(context, tenantId, reference);
  if (!found.ok) {
    return found;
  }
  if (sessionId === undefined) {
    return succeed(await context.store.revokeSessionsOfUser(tenantId, found.value.id, 'signed_out_by_operator', context.clock.now()));
  }
  const ended = await context.store.revokeSession(tenantId, found.value.id, sessionId, 'signed_out_by_operator', context.clock.now());
  return ended ? succeed(1) : refuse('not_found', `The user has no session ${JSON.stringify(sessionId)}.`);
}

/** What a user can prove who they are with beside the password. */
export interface UserFactors {
  readonly passkeys: readonly PasskeyRecord[];
  readonly totp: TotpRecord | undefined;
  /** How many are left. */
  readonly recoveryCodes: number;
}

/** The factors of a user. */
export async function listUserFactors(context: AdminContext, tenantId: TenantId, reference: string): Promise<Result<UserFactors, AdminFailure>> {
  const found = await findUser(context, tenantId, reference);
  if (!found.ok) {
    return found;
  }
  const { store } = context;
  const [passkeys, totp, { recoveryCodes }] = await Promise.all([
    store.listPasskeys(tenantId, found.value.id),
    store.findTotp(tenantId, found.value.id),
    store.readFactors(tenantId, found.value.id),
  ]);
  return succeed({ passkeys, totp, recoveryCodes });
}

async function hashNewPassword(context: AdminContext, password: string): Promise<Result<string, AdminFailure>> {
  const problem = checkPassword(password);
  if (problem !== undefined) {
    return refuse(
      'invalid',
      problem === 'too_short' ? `The password must have at least ${minimumCharacters} characters.` : `The password must not be longer than ${maximumBytes} bytes.`,
    );
  }
  const hashed = await context.hasher.hash(password);
  return hashed.ok ? hashed : refuse('busy', 'Too many passwords are being checked at the moment; try again.');
}

function addressTaken(email: string): ReturnType<typeof refuse> {
  return refuse('exists', `A user with the e-mail address ${email} exists already.`);
}

function unknownUser(reference: string): ReturnType<typeof refuse> {
  return refuse('not_found', `There is no user ${JSON.stringify(reference)} in this tenant.`);
}
