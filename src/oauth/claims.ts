import { toSeconds } from '../core/clock.ts';
import type { UserRecord } from '../store/records.ts';
import type { ClaimDeclaration, ClaimPlace, ClaimType } from '../store/tenant-settings.ts';
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

/** Every standard claim about a user that can be asked for. */
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

/** Reads the `claims` parameter; undefined when it is not of the shape that §5.5 demands. `own` are the names that are no standard ones. */
export function parseClaimsRequest(text: string, own: readonly string[]): ClaimsRequest | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(parsed)) {
    return undefined;
  }
  const userinfo = parseDemand(parsed['userinfo'], own);
  const idToken = parseDemand(parsed['id_token'], own);
  return userinfo && idToken && { userinfo, id_token: idToken };
}

function parseDemand(value: unknown, own: readonly string[]): ClaimsDemand | undefined {
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
    const decisive = isDecisive(name);
    if (decisive || userClaims.includes(name) || own.includes(name)) {
      demand.push([name, { essential: wish?.['essential'] === true, values: decisive ? valuesOf(wish) : [] }]);
    }
  }
  // fromEntries defines properties instead of assigning them, so a claim named __proto__ is just a name.
  return Object.fromEntries(demand);
}

/** Claims whose values decide what happens; they are no data about a person. */
function isDecisive(name: string): boolean {
  return name === 'acr' || name === 'sub';
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
  const others = Object.keys(demand).filter((name) => !isDecisive(name) && !userClaims.includes(name));
  return [...userClaims.filter((name) => Object.hasOwn(demand, name)), ...others];
}

/** Scopes in their two roles: what may be known, and what this place shows of it without being asked for it. */
export interface ClaimScopes {
  readonly granted: readonly string[];
  readonly shown: readonly string[];
}

/** The values of a user's claims that the scopes and the demand allow at this place. Absent claims are absent, never null. */
export function claimsOfUser(
  { settings }: Pick<Tenant, 'settings'>,
  user: UserRecord,
  { granted, shown }: ClaimScopes,
  demand: ClaimsDemand,
  place: 'id_token' | 'userinfo',
): Record<string, unknown> {
  const wanted = new Set([...shown.flatMap((scope) => claimsOfScope[scope] ?? []), ...demandedUserClaims(demand)]);
  const stored = JSON.parse(user.claims) as Record<string, unknown>;
  const known: Record<string, unknown> = {
    // Applications key accounts on it, so it never falls back to an address that anybody may have written.
    ...(settings.usernameFromEmail && user.emailVerified && granted.includes('profile') && granted.includes('email') ? { preferred_username: user.email } : {}),
    ...stored,
    email: user.email,
    email_verified: user.emailVerified,
    updated_at: toSeconds(user.updatedAt),
  };
  return {
    ...Object.fromEntries(userClaims.filter((name) => wanted.has(name) && known[name] !== undefined).map((name) => [name, known[name]])),
    ...ownClaims(settings.claims, stored, place, ({ name, scope }) => shown.includes(scope) || wanted.has(name)),
  };
}

/** What of a user's claims an access token says to its resources: those of the tenant that are declared for it. */
export function claimsInAccessToken({ settings }: Pick<Tenant, 'settings'>, user: UserRecord, scopes: readonly string[]): Record<string, unknown> {
  return ownClaims(settings.claims, JSON.parse(user.claims) as Record<string, unknown>, 'access_token', ({ scope }) => scopes.includes(scope));
}

/** A declaration may have changed since a value was stored, so only what fits the one of now is given out. */
function ownClaims(declared: readonly ClaimDeclaration[], stored: Readonly<Record<string, unknown>>, place: ClaimPlace, isWanted: (declaration: ClaimDeclaration) => boolean): Record<string, unknown> {
  const given = declared.filter((one) => one.places.includes(place) && isWanted(one) && Object.hasOwn(stored, one.name) && isOfType(one.type, stored[one.name]));
  return Object.fromEntries(given.map(({ name }) => [name, stored[name]]));
}

/** Whether a stored value is of the type that its claim has by now. */
function isOfType(type: ClaimType, value: unknown): boolean {
  switch (type) {
    case 'strings':
      return Array.isArray(value) && value.every((item) => typeof item === 'string');
    case 'object':
      return isObject(value);
    default:
      return typeof value === type;
  }
}
