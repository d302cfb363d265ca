import { inspect } from 'node:util';
import { redactSecrets } from './redact.ts';

/** From the most to the least. */
export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** The level of a line. */
export type LineLevel = Exclude<LogLevel, 'silent'>;

/** Takes entries, each an object of fields; an `Error` stands in the field `err`. */
export interface Log extends Readonly<Record<LineLevel, (fields: object) => void>> {
  /** How many lines have been dropped because their reader does not keep up. */
  dropped(): number;
}

const silent = (): void => undefined;

/**
 * A log of JSON lines, from a level on. Levels are words and times ISO 8601, so that a line can be read without a tool;
 * JSON escapes whatever strangers wrote. `write` takes a line with its end, and `dropped` knows how many it has lost.
 */
export function createLog(from: LogLevel, write: (line: string, level: LineLevel) => void, dropped = () => 0): Log {
  let at = 0;
  let time = '';
  const lineOf = (level: LineLevel, fields: object): string => {
    const now = Date.now();
    // Many lines share a millisecond, and writing it down takes as long as the rest.
    if (now !== at) {
      at = now;
      time = new Date(now).toISOString();
    }
    // Whoever writes a line, no secret is in it: the message of an error may quote anything.
    const text = redactSecrets(toJson('err' in fields ? { ...fields, err: describeError(fields.err) } : fields));
    return `{"level":"${level}","time":"${time}"${text === '{}' ? '' : ','}${text.slice(1)}\n`;
  };
  const method = (level: LineLevel) =>
    logLevels.indexOf(level) < logLevels.indexOf(from) ? silent : (fields: object): void => write(lineOf(level, fields), level);
  return { debug: method('debug'), info: method('info'), warn: method('warn'), error: method('error'), dropped };
}

/** An error may carry anything, its own socket or a circle too; a line is written all the same. */
function toJson(fields: object): string {
  try {
    return JSON.stringify(fields);
  } catch {
    return JSON.stringify(Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, inspect(value, { depth: 2 })])));
  }
}

/** How many causes of an error are told. */
const maximumCauses = 5;

/** What JSON would leave out of an error, with whatever caused it. */
function describeError(error: unknown, causes = maximumCauses): unknown {
  return error instanceof Error
    ? {
        ...Object.fromEntries(Object.entries(error)),
        type: error.name,
        message: error.message,
        stack: error.stack,
        cause: causes === 0 ? undefined : describeError(error.cause, causes - 1),
      }
    : error;
}
