import { changeProfile, ownFields, type ProfileField, profileFields, type ProfileOutcome } from '../../../flow/account/change-profile.ts';
import { type Choice, type OwnField, profilePage } from '../../../pages/account/profile.ts';
import type { ClaimDeclaration } from '../../../store/tenant-settings.ts';
import { type Locale, locales } from '../../../words/locale.ts';
import type { Exchange } from '../../exchange.ts';
import type { Reply } from '../../reply.ts';
import { browserOf } from '../progress.ts';
import { accountForm, accountPage, type Owner, ownPage, pageReply, redirectDone } from './door.ts';

type Values = Readonly<Record<ProfileField, string>>;
const place = { path: '/account/profile', demand: 'nothing' } as const;

export const showProfile = accountPage(place, async (exchange, owner) => {
  const claims = JSON.parse(owner.user.claims) as Readonly<Record<string, unknown>>;
  return render(exchange, owner, valuesOf((field) => claims[field]), (own) => textOf(claims[own.name]));
});

export const submitProfile = accountForm(place, async (exchange, owner) => {
  const values = valuesOf((field) => exchange.form.get(field)?.slice(0, 1000));
  const ownValue = (own: ClaimDeclaration) => exchange.form.get(fieldOf(own))?.slice(0, 20_000) ?? '';
  const own = Object.fromEntries(ownFields(exchange.context).map((one) => [one.name, ownValue(one)]));
  const outcome = await changeProfile(exchange.context, owner.user, { ...own, ...values }, browserOf(exchange));
  return outcome.kind === 'changed' ? redirectDone(exchange, owner, '/account', 'account.done_profile') : render(exchange, owner, values, ownValue, outcome);
});

/** A field of the form that no standard claim can be taken for. */
function fieldOf({ name }: ClaimDeclaration): string {
  return `claim:${name}`;
}

/** A stored value as it is typed: lists with an entry on each line. */
function textOf(value: unknown): string {
  return Array.isArray(value) ? value.join('\n') : typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

function valuesOf(read: (field: ProfileField) => unknown): Values {
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  return Object.fromEntries(profileFields.map((field) => [field, text(read(field))])) as Record<ProfileField, string>;
}

function render(exchange: Exchange, owner: Owner, values: Values, ownValue: (own: ClaimDeclaration) => string, problem?: Exclude<ProfileOutcome, { kind: 'changed' }>): Reply {
  const wrong = problem?.kind === 'refused' ? problem.fields : [];
  const own: readonly OwnField[] = ownFields(exchange.context).flatMap((one) =>
    one.type === 'object' ? [] : [{ field: fieldOf(one), label: one.label ?? one.name, type: one.type, value: ownValue(one), wrong: wrong.includes(one.name) }],
  );
  const page = profilePage({
    ...ownPage(exchange, owner),
    values,
    problems: profileFields.filter((field) => wrong.includes(field)),
    own,
    alert: problem === undefined ? undefined : problem.kind === 'refused' ? 'account.profile_problem' : 'account.problem_size',
    locales: withOwn(localeChoices(owner.site.locale), values.locale),
    timeZones: withOwn(timeZoneChoices, values.zoneinfo),
  });
  return pageReply(page, problem === undefined ? 200 : 400);
}

/** Languages by their names in their own language. */
function localeChoices(locale: Locale): readonly Choice[] {
  return locales.map((value) => ({ value, text: new Intl.DisplayNames([value, locale], { type: 'language' }).of(value) ?? value }));
}

const timeZoneChoices: readonly Choice[] = Intl.supportedValuesOf('timeZone').map((value) => ({ value, text: value.replaceAll('_', ' ') }));

/** What an application or an operator has set may be none of ours, and saving must not lose it. */
function withOwn(choices: readonly Choice[], own: string): readonly Choice[] {
  return own === '' || choices.some(({ value }) => value === own) ? choices : [{ value: own, text: own }, ...choices];
}
