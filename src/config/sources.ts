import { readFileSync } from 'node:fs';
import { withoutByteOrderMark } from '../core/byte-order-mark.ts';
import { fileError } from '../core/file-error.ts';
import { fail, type Result, succeed } from '../core/result.ts';
import { nearestName } from './nearest-name.ts';
import { type OptionName, optionNames, options } from './options.ts';

/** A text that was set for an option, and what the person who set it calls it. */
interface Setting {
  readonly text: string;
  readonly label: string;
}

/** What was set, and what was wrong with the setting of it: one sentence each. */
export interface Source {
  readonly settings: ReadonlyMap<OptionName, Setting>;
  /** What somebody meant to set, including what was wrong. */
  readonly meant: ReadonlySet<OptionName>;
  readonly problems: readonly string[];
}

/** A source without anything usable in it. */
function failed(...problems: readonly string[]): Source {
  return { settings: new Map(), meant: new Set(), problems };
}

const prefix = 'MICROAUTH_';
const configFileVariable = 'MICROAUTH_CONFIG';

/**
 * Reads the `MICROAUTH_*` variables. Each may name a file that holds the value instead, as `NAME_FILE`. An empty
 * variable is one that is not set.
 */
export function readEnvironment(environment: Readonly<Record<string, string | undefined>>): Source {
  const given: [string, string][] = [];
  for (const [name, value] of Object.entries(environment)) {
    if (name.startsWith(prefix) && name !== configFileVariable && value !== undefined && cleaned(value) !== '') {
      given.push([name, value]);
    }
  }
  return collect(given, {
    nameOf: (option) => options[option].variable,
    fileSuffix: '_FILE',
    also: [configFileVariable],
    aliases: new Map(),
    label: (name) => name,
  });
}

/** Reads the configuration file, if there is one: a JSON object of the options by their names in the table. */
export function readConfigFile(path: string | undefined): Source {
  if (path === undefined) {
    return failed();
  }
  const file = readText(path);
  if (!file.ok) {
    return failed(`The configuration file ${path} cannot be read: ${file.failure}.`);
  }
  const content = parseJsonObject(file.value);
  if (content === undefined) {
    return failed(`The configuration file ${path} must hold one JSON object.`);
  }
  return collect(Object.entries(content), {
    nameOf: (option) => option,
    fileSuffix: 'File',
    also: [],
    aliases: new Map(optionNames.map((option) => [options[option].variable, option])),
    label: (name) => `${name} in ${path}`,
  });
}

/** The configuration file that the variable names, if it does. */
export function configFileOf(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const path = cleaned(environment[configFileVariable] ?? '');
  return path === '' ? undefined : path;
}

interface Naming {
  readonly nameOf: (option: OptionName) => string;
  readonly fileSuffix: string;
  /** Further names worth suggesting for an unknown one. */
  readonly also: readonly string[];
  /** What an option is called elsewhere, and here. */
  readonly aliases: ReadonlyMap<string, string>;
  /** How messages call a name. */
  readonly label: (name: string) => string;
}

function collect(given: readonly (readonly [string, unknown])[], naming: Naming): Source {
  const settings = new Map<OptionName, Setting>();
  const meant = new Set<OptionName>();
  const problems: string[] = [];
  const optionOf = new Map(optionNames.map((option) => [naming.nameOf(option), option]));
  for (const [name, value] of given) {
    const direct = optionOf.get(name);
    const throughFile = name.endsWith(naming.fileSuffix) ? optionOf.get(name.slice(0, -naming.fileSuffix.length)) : undefined;
    const option = direct ?? throughFile;
    const label = naming.label(name);
    if (option === undefined) {
      const nearest = naming.aliases.get(name) ?? nearestName(name, [...optionOf.keys(), ...naming.also]);
      problems.push(`${label} is not an option${nearest === undefined ? '.' : `; did you mean ${nearest}?`}`);
      continue;
    }
    meant.add(option);
    if (settings.has(option)) {
      const plain = naming.nameOf(option);
      problems.push(`${plain} and ${plain}${naming.fileSuffix} are both set; keep one of them.`);
      continue;
    }
    const text = textOf(value);
    if (text === undefined) {
      problems.push(`${label} must be a text, but it is ${value === null ? 'null' : `of type ${typeof value}`}.`);
      continue;
    }
    if (direct !== undefined) {
      settings.set(option, { text: cleaned(text), label });
      continue;
    }
    const content = readText(cleaned(text));
    if (content.ok) {
      settings.set(option, { text: cleaned(content.value), label });
    } else {
      problems.push(`${label} names ${cleaned(text)}, which cannot be read: ${content.failure}.`);
    }
  }
  return { settings, meant, problems };
}

/** A value as it was meant: spaces, line ends and quotation marks around it come from files and shells that keep them. */
function cleaned(value: string): string {
  const text = value.trim();
  return /^(?<mark>["']).*\k<mark>$/s.test(text) && text.length > 1 ? text.slice(1, -1).trim() : text;
}

/** A text, or several in a list. */
function textOf(value: unknown): string | undefined {
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value.join(',') : typeof value === 'string' ? value : undefined;
}

function readText(path: string): Result<string, string> {
  try {
    return succeed(withoutByteOrderMark(readFileSync(path, 'utf8')));
  } catch (error) {
    return fail(fileError(error));
  }
}

function parseJsonObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
