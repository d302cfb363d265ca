import { changeProfile, type ProfileField, profileFields } from '../../../flow/account/change-profile.ts';
import { type Choice, profilePage } from '../../../pages/account/profile.ts';
import { type Locale, locales } from '../../../words/locale.ts';
import type { Exchange } from '../../exchange.ts';
import type { Reply } from '../../reply.ts';
import { browserOf } from '../progress.ts';
import { accountForm, accountPage, type Owner, ownPage, pageReply, redirectDone } from './door.ts';

type Values = Readonly<Record<ProfileField, string>>;
const place = { path: '/account/profile', demand: 'nothing' } as const;

export const showProfile = accountPage(place, async (exchange, owner) => {
  const claims = JSON.parse(owner.user.claims) as Readonly<Record<string, unknown>>;
  return render(exchange, owner, valuesOf((field) => claims[field]));
});

export const submitProfile = accountForm(place, async (exchange, owner) => {
  const values = valuesOf((field) => exchange.form.get(field)?.slice(0, 1000));
  const outcome = await changeProfile(exchange.context, owner.user, values, browserOf(exchange));
  return outcome.kind === 'changed' ? redirectDone(exchange, owner, '/account', 'account.done_profile') : render(exchange, owner, values, outcome.fields);
});

function valuesOf(read: (field: ProfileField) => unknown): Values {
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  return Object.fromEntries(profileFields.map((field) => [field, text(read(field))])) as Record<ProfileField, string>;
}

function render(exchange: Exchange, owner: Owner, values: Values, problems: readonly ProfileField[] = []): Reply {
  const page = profilePage({
    ...ownPage(exchange, owner),
    values,
    problems,
    locales: withOwn(localeChoices(owner.site.locale), values.locale),
    timeZones: withOwn(timeZoneChoices, values.zoneinfo),
  });
  return pageReply(page, problems.length > 0 ? 400 : 200);
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
