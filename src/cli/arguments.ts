import { type Command, InvalidArgumentError } from 'commander';

/** Lets a command name the tenant that it works in. */
export function addTenantOption(command: Command): Command {
  return command.option('--tenant <tenant>', 'the tenant, by name, id or domain; the default tenant otherwise');
}

/** Collects the values of an option that may be given several times. */
export function repeatable(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value];
}

/** Splits the value of an option at spaces. */
export function words(value: string): readonly string[] {
  return value.split(/\s+/).filter((word) => word !== '');
}

/** Collects `name=value` pairs. */
export function pairs(value: string, previous: Readonly<Record<string, string>> | undefined): Readonly<Record<string, string>> {
  const at = value.indexOf('=');
  if (at < 1) {
    throw new InvalidArgumentError('It must have the form name=value.');
  }
  return { ...previous, [value.slice(0, at)]: value.slice(at + 1) };
}

/** Reads `on` or `off`. */
export function onOff(text: string): boolean {
  if (text !== 'on' && text !== 'off') {
    throw new InvalidArgumentError('It must be on or off.');
  }
  return text === 'on';
}

/** Reads a whole number that is not negative. */
export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) {
    throw new InvalidArgumentError('It must be a whole number.');
  }
  return Number(text);
}

/** What takes a setting away. */
export const none = 'none';

/** The value of an option, or null where it takes the setting away. */
export function orNull<Value extends string | number>(value: Value | typeof none | undefined): Value | null | undefined {
  return value === none ? null : value;
}

/** Reads a whole number, or that there is to be none. */
export function wholeNumberOrNone(text: string): number | typeof none {
  return text === none ? none : wholeNumber(text);
}
