import { toSeconds } from '../core/clock.ts';
import type { UserRecord } from '../store/records.ts';
import type { Tenant } from './context.ts';

/** The claims that each scope stands for (OpenID Connect Core §5.4). */
export const claimsOfScope: Readonly<Record<string, readonly string[]>> = {
  profile: [
    'name',
    'family_name',
    'given_name',
    'middle_name',
    'nickname',
    'preferred_username',
    'profile',
    'picture',
    'website',
    'gender',
    'birthdate',
    'zoneinfo',
    'locale',
    'updated_at',
  ],
  email: ['email', 'email_verified'],
  address: ['address'],
  phone: ['phone_number', 'phone_number_verified'],
};

/** Every claim about a user that can be asked for. */
export const userClaims: readonly string[] = Object.values(claimsOfScope).flat();

/**
 * One place of the `claims` parameter: the names asked for that we understand, with what was demanded of them.
 * Values are kept where they decide something: of `acr` and `sub`.
 */
export type ClaimsDemand = Readonly<Record<string, { readonly essential: boolean; readonly values: readonly unknown[] }>>;

/** The `claims` request parameter (OpenID Connect Core §5.5), reduced to what we understand. */
export interface ClaimsRequest {
  readonly userinfo: ClaimsDemand;
  readonly id_token: ClaimsDemand;
}

/** Reads the `claims` parameter; undefined when it is not of the shape that §5.5 demands. */
export function parseClaimsRequest(text: string): ClaimsRequest | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(parsed)) {
    return undefined;
  }
  const userinfo = parseDemand(parsed['userinfo']);
  const idToken = parseDemand(parsed['id_token']);
  return userinfo && idToken && { userinfo, id_token: idToken };
}

function parseDemand(value: unknown): ClaimsDemand | undefined {
  if (value === undefined || value === null) {
    return {};
  }
  if (!isObject(value)) {
    return undefined;
  }
  const demand: [string, ClaimsDemand[string]][] = [];
  for (const [name, wish] of Object.entries(value)) {
    if (wish !== null && !isObject(wish)) {
      return undefined;
    }
    // The request travels in URLs, so only what can make a difference travels along.
    const decisive = name === 'acr' || name === 'sub';
    if (decisive || userClaims.includes(name)) {
      demand.push([name, { essential: wish?.['essential'] === true, values: decisive ? valuesOf(wish) : [] }]);
    }
  }
  // fromEntries defines properties instead of assigning them, so a claim named __proto__ is just a name.
  return Object.fromEntries(demand);
}

function valuesOf(wish: Record<string, unknown> | null): readonly unknown[] {
  if (wish === null) {
    return [];
  }
  return Array.isArray(wish['values']) ? (wish['values'] as unknown[]) : 'value' in wish ? [wish['value']] : [];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The names of user claims in a demand; others are ignored (§5.5.1: voluntary claims may be left out). */
export function demandedUserClaims(demand: ClaimsDemand): readonly string[] {
  return userClaims.filter((name) => Object.hasOwn(demand, name));
}

/** Scopes in their two roles: what may be known, and what this place shows of it without being asked for it. */
export interface ClaimScopes {
  readonly granted: readonly string[];
  readonly shown: readonly string[];
}

/** The values of a user's claims that the scopes and the demand allow. Absent claims are absent, never null. */
export function claimsOfUser({ settings }: Pick<Tenant, 'settings'>, user: UserRecord, { granted, shown }: ClaimScopes, demand: ClaimsDemand): Record<string, unknown> {
  const wanted = new Set([...shown.flatMap((scope) => claimsOfScope[scope] ?? []), ...demandedUserClaims(demand)]);
  const known: Record<string, unknown> = {
    // Applications key accounts on it, so it never falls back to an address that anybody may have written.
    ...(settings.usernameFromEmail && user.emailVerified && granted.includes('profile') && granted.includes('email') ? { preferred_username: user.email } : {}),
    ...(JSON.parse(user.claims) as Record<string, unknown>),
    email: user.email,
    email_verified: user.emailVerified,
    updated_at: toSeconds(user.updatedAt),
  };
  return Object.fromEntries(Object.entries(known).filter(([name]) => wanted.has(name)));
}
