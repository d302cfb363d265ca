import { fail, type Result, succeed } from '../core/result.ts';
import { type ClaimDeclaration, type ClaimType, groupsClaim } from '../store/tenant-settings.ts';

/** Reads a claim from text; undefined when the text is not what the claim takes. */
interface ClaimRule {
  readonly expected: string;
  readonly read: (text: string) => unknown;
}

/** Longer ones than most are asked for; every claim of a person may end up in a header. */
const longestLine = 200;

const line: ClaimRule = {
  expected: `one line of at most ${longestLine} characters`,
  read: (text) => (isLine(text, longestLine) ? text : undefined),
};

const webAddress: ClaimRule = {
  expected: 'an http or https address',
  read: (text) => (/^https?:\/\/[^\s\p{C}]{1,2000}$/u.test(text) && URL.canParse(text) ? text : undefined),
};

const truth: ClaimRule = {
  expected: 'true or false',
  read: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
};

/** As bytes of JSON, of all that is not standard: a token has to fit into a header of 8 kB with everything else. */
const maximumOwnBytes = 4096;

/** How many entries a list may have, and how long each may be. */
const longestList = 100;
const longestEntry = 100;

/** What a claim of a tenant's own takes. */
const ownRules: Readonly<Record<ClaimType, ClaimRule>> = {
  string: line,
  number: { expected: 'a number', read: (text) => (/^-?\d{1,15}(?:\.\d{1,15})?$/.test(text) ? Number(text) : undefined) },
  boolean: truth,
  strings: {
    expected: `at most ${longestList} entries of at most ${longestEntry} characters, as a JSON array or separated by commas`,
    read: readList,
  },
  object: { expected: 'a JSON object', read: (text) => parseObject(text) },
};

/** Proxies hand groups on in one header, separated by commas, where one that holds a comma would be two. */
const groupsRule: ClaimRule = {
  expected: `${ownRules.strings.expected}; no group has a comma in its name`,
  read: (text) => readList(text)?.every((group) => !group.includes(',')) === true ? readList(text) : undefined,
};

/** The members of the address claim (OpenID Connect Core §5.1.1); these may have several lines. */
const addressMembers = new Set(['formatted', 'street_address', 'locality', 'region', 'postal_code', 'country']);

/** The standard claims of a person (OpenID Connect Core §5.1), without those that the user record itself holds. */
const rules: Readonly<Record<string, ClaimRule>> = {
  name: line,
  given_name: line,
  family_name: line,
  middle_name: line,
  nickname: line,
  preferred_username: line,
  profile: webAddress,
  picture: webAddress,
  website: webAddress,
  gender: line,
  birthdate: { expected: 'a date such as 1815-12-10, 0000-12-10 or 1815', read: readBirthdate },
  zoneinfo: { expected: 'a time zone such as Europe/Paris', read: readTimeZone },
  locale: { expected: 'a language tag such as en-US', read: readLocale },
  phone_number: {
    expected: 'a phone number such as +1 425 555 1212',
    read: (text) => (/^\+?[0-9][0-9 ().;=a-z-]{2,40}$/.test(text) ? text : undefined),
  },
  phone_number_verified: truth,
  address: { expected: `a JSON object of ${[...addressMembers].join(', ')}`, read: readAddress },
};

export const claimNames = Object.keys(rules);

/** Reads one claim of a person from text, an address from JSON. A failure is one sentence. */
export function readClaim(name: string, text: string): Result<unknown, string> {
  const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
  if (rule === undefined) {
    return fail(`${JSON.stringify(name)} is not a claim that can be set; these are: ${claimNames.join(', ')}.`);
  }
  const value = rule.read(text);
  return value === undefined ? fail(`The claim ${name} must be ${rule.expected}.`) : succeed(value);
}

/** Reads a claim that a tenant has declared, likewise. */
export function readOwnClaim({ name, type }: Pick<ClaimDeclaration, 'name' | 'type'>, text: string): Result<unknown, string> {
  const rule = name === groupsClaim ? groupsRule : ownRules[type];
  const value = rule.read(text);
  return value === undefined ? fail(`The claim ${name} must be ${rule.expected}.`) : succeed(value);
}

/** Undefined where a person's claims are small enough to travel in a token, else one sentence. */
export function checkClaimsSize(claims: Readonly<Record<string, unknown>>): string | undefined {
  const own = Object.entries(claims).filter(([name]) => !Object.hasOwn(rules, name));
  const bytes = Buffer.byteLength(JSON.stringify(Object.fromEntries(own)));
  return bytes <= maximumOwnBytes ? undefined : `Groups and claims of a tenant's own must not have more than ${maximumOwnBytes} bytes together, for they travel in tokens; these have ${bytes}.`;
}

function isLine(text: string, longest: number): boolean {
  return text !== '' && text.length <= longest && !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(text);
}

function readList(text: string): readonly string[] | undefined {
  const entries = text.trimStart().startsWith('[') ? parseList(text) : text.split(/[,\r\n]/).map((entry) => entry.trim()).filter((entry) => entry !== '');
  return entries !== undefined && entries.length <= longestList && entries.every((entry) => isLine(entry, longestEntry)) ? [...new Set(entries)] : undefined;
}

function parseList(text: string): readonly string[] | undefined {
  const list = parseJson(text);
  return Array.isArray(list) && list.every((item) => typeof item === 'string') ? list : undefined;
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  const value = parseJson(text);
  return isObject(value) ? value : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readBirthdate(text: string): string | undefined {
  const match = /^(\d{4})(?:-(\d{2})-(\d{2}))?$/.exec(text);
  if (match === null) {
    return undefined;
  }
  const [, year = '', month = '01', day = '01'] = match;
  // Year 0000 means that the year is omitted; 2000 stands in for it, since that has a 29 February.
  const date = new Date(`${year === '0000' ? '2000' : year}-${month}-${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.getUTCDate() === Number(day) ? text : undefined;
}

function readTimeZone(text: string): string | undefined {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions();
    return text;
  } catch {
    return undefined;
  }
}

function readLocale(text: string): string | undefined {
  try {
    // POSIX and Java write pt_BR for what BCP 47 calls pt-BR (OpenID Connect Core §5.1 takes both).
    return Intl.getCanonicalLocales(text.replaceAll('_', '-'))[0];
  } catch {
    return undefined;
  }
}

function readAddress(text: string): unknown {
  const members = Object.entries(parseObject(text) ?? {});
  const known = members.every(([name, content]) => addressMembers.has(name) && typeof content === 'string' && content.length <= 500);
  return known && members.length > 0 ? Object.fromEntries(members) : undefined;
}
