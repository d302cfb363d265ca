import { alert } from '../fields.ts';
import { html } from '../html.ts';
import type { Html } from '../html.ts';
import type { PageSite } from '../models.ts';
import { accountFrame, cancelLink, card, ownForm, type OwnPage } from './frame.ts';

/** One of a list to choose from. */
export interface Choice {
  readonly value: string;
  readonly text: string;
}

export type ProfileName = 'name' | 'given_name' | 'family_name' | 'nickname' | 'birthdate' | 'phone_number' | 'locale' | 'zoneinfo';

/** A claim of the tenant's own that people set themselves. */
export interface OwnField {
  /** What the form calls it. */
  readonly field: string;
  readonly label: string;
  readonly type: 'string' | 'number' | 'boolean' | 'strings';
  readonly value: string;
  readonly wrong: boolean;
}

interface Profile extends OwnPage {
  readonly values: Readonly<Record<ProfileName, string>>;
  readonly problems: readonly ProfileName[];
  readonly own: readonly OwnField[];
  readonly alert: 'account.profile_problem' | 'account.problem_size' | undefined;
  readonly locales: readonly Choice[];
  readonly timeZones: readonly Choice[];
}

const textFields = [
  { name: 'name', type: 'text', autocomplete: 'name', problem: 'account.problem_text' },
  { name: 'given_name', type: 'text', autocomplete: 'given-name', problem: 'account.problem_text' },
  { name: 'family_name', type: 'text', autocomplete: 'family-name', problem: 'account.problem_text' },
  { name: 'nickname', type: 'text', autocomplete: 'nickname', problem: 'account.problem_text' },
  { name: 'birthdate', type: 'date', autocomplete: 'bday', problem: 'account.problem_birthdate' },
  { name: 'phone_number', type: 'tel', autocomplete: 'tel', problem: 'account.problem_phone_number' },
] as const;

/** What a person says of themselves. */
export function profilePage(m: Profile): Html {
  const { words } = m.site;
  const wrong = (name: ProfileName) => m.problems.includes(name);
  const mark = (name: ProfileName) => wrong(name) && html` aria-invalid="true" aria-describedby="${name}-problem"`;
  const hint = (name: ProfileName, text: string) => wrong(name) && html`<p class="hint problem" id="${name}-problem">${text}</p>`;
  const choice = (name: 'locale' | 'zoneinfo', choices: readonly Choice[]) => html`<label for="${name}">${words[`account.${name}`]}</label>
<select id="${name}" name="${name}"${mark(name)}><option value="">${words['account.not_given']}</option>${choices.map(
    ({ value, text }) => html`<option value="${value}"${value === m.values[name] && html` selected`}>${text}</option>`,
  )}</select>
${hint(name, words['account.problem_choice'])}`;
  return accountFrame(m, {
    title: words['account.profile'],
    lead: words['account.profile_lead'],
    content: card(
      undefined,
      html`${alert(m.alert && words[m.alert])}${ownForm(
        m,
        '/account/profile',
        html`${textFields.map(
          ({ name, type, autocomplete, problem }) => html`<label for="${name}">${words[`account.${name}`]}</label>
<input id="${name}" name="${name}" type="${type === 'date' && !isFullDate(m.values[name]) ? 'text' : type}" autocomplete="${autocomplete}" maxlength="200" value="${m.values[name]}"${mark(name)}${name === 'phone_number' && html` dir="ltr"`}>
${hint(name, words[problem])}
`,
        )}${choice('locale', m.locales)}
${choice('zoneinfo', m.timeZones)}
${m.own.map((own) => ownField(own, words))}<div class="pair"><button id="save" class="primary">${words['account.save']}</button> ${cancelLink(m)}</div>`,
      )}`,
    ),
  });
}

const ownProblems = { string: 'account.problem_text', number: 'account.problem_number', boolean: 'account.problem_choice', strings: 'account.problem_list' } as const;

function ownField({ field, label, type, value, wrong }: OwnField, words: PageSite['words']): Html {
  const attributes = html`id="${field}" name="${field}"${wrong && html` aria-invalid="true" aria-describedby="${field}-problem"`}`;
  const option = (choice: string, text: string) => html`<option value="${choice}"${choice === value && html` selected`}>${text}</option>`;
  const control =
    type === 'boolean'
      ? html`<select ${attributes}>${option('', words['account.not_given'])}${option('true', words['account.yes'])}${option('false', words['account.no'])}</select>`
      : type === 'strings'
        ? html`<textarea ${attributes} rows="4" autocomplete="off">${value}</textarea>`
        : html`<input ${attributes} type="text"${type === 'number' && html` inputmode="decimal" dir="ltr"`} autocomplete="off" maxlength="200" value="${value}">`;
  return html`<label for="${field}">${label}</label>
${control}
${wrong && html`<p class="hint problem" id="${field}-problem">${words[ownProblems[type]]}</p>`}
`;
}

/** A browser's date field shows nothing else, and OpenID Connect Core §5.1 also has a year alone, or no year. */
function isFullDate(text: string): boolean {
  return text === '' || (/^\d{4}-\d{2}-\d{2}$/.test(text) && !text.startsWith('0000'));
}
