import { fail, succeed } from '../../core/result.ts';
import { changeClaims } from '../../identity/change-claims.ts';
import { checkClaimsSize, readClaim, readOwnClaim } from '../../identity/claims.ts';
import type { UserRecord } from '../../store/records.ts';
import type { ClaimDeclaration } from '../../store/tenant-settings.ts';
import type { FlowContext } from '../context.ts';
import { keepEvent } from '../notices.ts';
import type { Browser } from '../sign-in.ts';

/** The claims that people look after themselves. */
export const profileFields = ['name', 'given_name', 'family_name', 'nickname', 'birthdate', 'phone_number', 'locale', 'zoneinfo'] as const;
export type ProfileField = (typeof profileFields)[number];

/** Characters that turn the direction of the text around them: a name with one could pretend to be other words. */
const directions = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

export type ProfileOutcome =
  | { readonly kind: 'changed' }
  /** What cannot be saved, by the names of the claims. */
  | { readonly kind: 'refused'; readonly fields: readonly string[] }
  | { readonly kind: 'too_much' };

/** The claims of the tenant that people look after themselves. */
export function ownFields({ tenant }: Pick<FlowContext, 'tenant'>): readonly ClaimDeclaration[] {
  return tenant.settings.claims.filter(({ selfService }) => selfService);
}

/** Writes what a person says of themselves. What is left empty is taken away; claims that are not asked for stay, as they are at that moment. */
export async function changeProfile(
  context: FlowContext,
  user: UserRecord,
  input: Readonly<Record<string, string>>,
  browser: Browser,
): Promise<ProfileOutcome> {
  const readers: readonly (readonly [string, (text: string) => ReturnType<typeof readClaim>])[] = [
    ...profileFields.map((field) => [field, (text: string) => readClaim(field, text)] as const),
    ...ownFields(context).map((own) => [own.name, (text: string) => readOwnClaim(own, text)] as const),
  ];
  const read = readers.map(([field, reader]) => {
    const text = (input[field] ?? '').trim();
    const value = text === '' || directions.test(text) ? undefined : reader(text);
    return { field, empty: text === '', value: value?.ok === true ? value.value : undefined };
  });
  const refused = read.filter(({ empty, value }) => !empty && value === undefined).map(({ field }) => field);
  if (refused.length > 0) {
    return { kind: 'refused', fields: refused };
  }
  const asked = new Set(read.map(({ field }) => field));
  const given = read.flatMap(({ field, value }) => (value === undefined ? [] : [[field, value] as const]));
  const changed = await changeClaims(context.store, context.tenant.id, user.id, context.clock.now(), (before) => {
    // Whoever verified the old number knows nothing of the new one.
    const stillVerified = given.some(([field, value]) => field === 'phone_number' && value === before['phone_number']);
    const others = Object.entries(before).filter(([name]) => !asked.has(name) && (name !== 'phone_number_verified' || stillVerified));
    const claims = Object.fromEntries<unknown>([...others, ...given]);
    return checkClaimsSize(claims) === undefined ? succeed(claims) : fail('too_much' as const);
  });
  if (changed === undefined || changed === 'lost') {
    return { kind: 'refused', fields: [] };
  }
  if (!changed.ok) {
    return { kind: changed.failure };
  }
  await keepEvent(context, user.id, 'profile_changed', browser);
  context.record({ event: 'profile_changed', userId: user.id, detail: browser.address });
  return { kind: 'changed' };
}
