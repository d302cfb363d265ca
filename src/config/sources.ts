import { readFileSync } from 'node:fs';
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
  readonly problems: readonly string[];
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
    if (name.startsWith(prefix) && name !== configFileVariable && value !== undefined && value.trim() !== '') {
      given.push([name, value]);
    }
  }
  return collect(given, {
    nameOf: (option) => options[option].variable,
    fileSuffix: '_FILE',
    also: [configFileVariable],
    label: (name) => name,
  });
}

/** Reads the configuration file, if there is one: a JSON object of the options by their names in the table. */
export function readConfigFile(path: string | undefined): Source {
  if (path === undefined) {
    return { settings: new Map(), problems: [] };
  }
  const file = readText(path);
  if (!file.ok) {
    return { settings: new Map(), problems: [`The configuration file ${path} cannot be read: ${file.failure}.`] };
  }
  const content = parseJsonObject(file.value);
  if (content === undefined) {
    return { settings: new Map(), problems: [`The configuration file ${path} must hold one JSON object.`] };
  }
  const problems: string[] = [];
  const given: [string, string][] = [];
  for (const [name, value] of Object.entries(content)) {
    if (typeof value === 'string') {
      given.push([name, value]);
    } else if (Array.isArray(value) && value.every((item) => typeof item === 'string')) {
      given.push([name, value.join(',')]);
    } else {
      problems.push(`${name} in ${path} must be a text, but it is ${value === null ? 'null' : `of type ${typeof value}`}.`);
    }
  }
  const source = collect(given, {
    nameOf: (option) => option,
    fileSuffix: 'File',
    also: [],
    label: (name) => `${name} in ${path}`,
  });
  return { settings: source.settings, problems: [...problems, ...source.problems] };
}

/** The configuration file that the variable names, if it does. */
export function configFileOf(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  return environment[configFileVariable] === '' ? undefined : environment[configFileVariable];
}

interface Naming {
  readonly nameOf: (option: OptionName) => string;
  readonly fileSuffix: string;
  /** Further names worth suggesting for an unknown one. */
  readonly also: readonly string[];
  /** How messages call a name. */
  readonly label: (name: string) => string;
}

function collect(given: readonly (readonly [string, string])[], naming: Naming): Source {
  const settings = new Map<OptionName, Setting>();
  const problems: string[] = [];
  const optionOf = new Map(optionNames.map((option) => [naming.nameOf(option), option]));
  for (const [name, value] of given) {
    const direct = optionOf.get(name);
    const throughFile = name.endsWith(naming.fileSuffix) ? optionOf.get(name.slice(0, -naming.fileSuffix.length)) : undefined;
    const option = direct ?? throughFile;
    const label = naming.label(name);
    if (option === undefined) {
      const meant = nearestName(name, [...optionOf.keys(), ...naming.also]);
      problems.push(`${label} is not an option${meant === undefined ? '' : `; did you mean ${meant}?`}`.replace(/[^?]$/, '$&.'));
      continue;
    }
    if (settings.has(option)) {
      const plain = naming.nameOf(option);
      problems.push(`${plain} and ${plain}${naming.fileSuffix} are both set; keep one of them.`);
      continue;
    }
    if (direct !== undefined) {
      settings.set(option, { text: value, label });
      continue;
    }
    const content = readText(value);
    if (content.ok) {
      settings.set(option, { text: content.value.trim(), label });
    } else {
      problems.push(`${label} names ${value}, which cannot be read: ${content.failure}.`);
    }
  }
  return { settings, problems };
}

function readText(path: string): Result<string, string> {
  try {
    return succeed(readFileSync(path, 'utf8'));
  } catch (error) {
    return fail(error instanceof Error && 'code' in error ? String(error.code) : 'it is not a path');
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
