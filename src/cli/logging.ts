import { type Logger, pino } from 'pino';
import type { LogLevel } from '../config/options.ts';
import { formatLogLine } from './log-line.ts';

/** Where log lines go, and in which form: JSON for machines, short lines on standard error for people. */
export type LogForm = 'json-stdout' | 'json-stderr' | 'people-stderr';

/** The logger of a server. Levels are words and times ISO 8601, so that a line can be read without a tool. */
export function createLogger(form: LogForm, level: LogLevel): Logger {
  const settings = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { error: pino.stdSerializers.err },
    formatters: { level: (label: string) => ({ level: label }) },
  };
  if (form === 'people-stderr') {
    return pino(settings, {
      write(entry: string) {
        process.stderr.write(formatLogLine(entry));
      },
    });
  }
  return pino(settings, batched(pino.destination(form === 'json-stdout' ? 1 : 2)));
}

/**
 * Writes the lines of one turn of the event loop at once: a system call for many requests instead of several for
 * each. At the end of the process, however it comes to it, what is left is written too.
 */
function batched(destination: { write(text: string): unknown }): { write(line: string): void } {
  let pending = '';
  const flush = (): void => {
    const text = pending;
    pending = '';
    if (text !== '') {
      destination.write(text);
    }
  };
  process.once('exit', flush);
  return {
    write(line) {
      if (pending === '') {
        setImmediate(flush);
      }
      pending += line;
    },
  };
}
