import { readClaim } from '../../identity/claims.ts';
import { untilCounted } from '../../store/guarded-change.ts';
import type { UserRecord } from '../../store/records.ts';
import type { FlowContext } from '../context.ts';
import { keepEvent } from '../notices.ts';
import type { Browser } from '../sign-in.ts';

/** The claims that people look after themselves. */
export const profileFields = ['name', 'given_name', 'family_name', 'nickname', 'birthdate', 'phone_number', 'locale', 'zoneinfo'] as const;
export type ProfileField = (typeof profileFields)[number];

/** Characters that turn the direction of the text around them: a name with one could pretend to be other words. */
const directions = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

export type ProfileOutcome = { readonly kind: 'changed' } | { readonly kind: 'refused'; readonly fields: readonly ProfileField[] };

/** Writes what a person says of themselves. What is left empty is taken away; claims that are not asked for stay, as they are at that moment. */
export async function changeProfile(
  context: FlowContext,
  user: UserRecord,
  input: Readonly<Record<ProfileField, string>>,
  browser: Browser,
): Promise<ProfileOutcome> {
  const read = profileFields.map((field) => {
    const text = input[field].trim();
    const value = text === '' || directions.test(text) ? undefined : readClaim(field, text);
    return { field, empty: text === '', value: value?.ok === true ? value.value : undefined };
  });
  const refused = read.filter(({ empty, value }) => !empty && value === undefined).map(({ field }) => field);
  if (refused.length > 0) {
    return { kind: 'refused', fields: refused };
  }
  const given = read.flatMap(({ field, value }) => (value === undefined ? [] : [[field, value] as const]));
  const { store, tenant, clock } = context;
  const outcome = await untilCounted(async () => {
    const current = await store.findUser(tenant.id, user.id);
    return current === undefined
      ? 'unknown'
      : store.updateUser(tenant.id, { ...current, claims: JSON.stringify(withProfile(JSON.parse(current.claims), given)), updatedAt: clock.now() });
  });
  if (outcome !== 'updated') {
    return { kind: 'refused', fields: [] };
  }
  await keepEvent(context, user.id, 'profile_changed', browser);
  context.record({ event: 'profile_changed', userId: user.id, detail: browser.address });
  return { kind: 'changed' };
}

function withProfile(before: Readonly<Record<string, unknown>>, given: readonly (readonly [ProfileField, unknown])[]): Readonly<Record<string, unknown>> {
  const others = Object.entries(before).filter(([name]) => !(profileFields as readonly string[]).includes(name));
  const claims = Object.fromEntries<unknown>([...others, ...given]);
  // Whoever verified the old number knows nothing of the new one.
  if (claims['phone_number'] !== before['phone_number']) {
    delete claims['phone_number_verified'];
  }
  return claims;
}
