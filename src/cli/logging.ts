import { type DestinationStream, type Logger, pino } from 'pino';
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

/** Milliseconds for which a line may wait for others. */
const patience = 20;

/**
 * Writes several lines at once: one system call for many requests instead of several for each. A warning and
 * everything worse goes out with the turn of the event loop, other lines a moment later, and at the end of the
 * process, unless it is killed, all that is left.
 */
function batched(destination: { write(text: string): unknown }): DestinationStream {
  let pending = '';
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const text = pending;
    pending = '';
    if (text !== '') {
      destination.write(text);
    }
  };
  process.once('exit', flush);
  const stream = {
    // With this mark, pino says the level of the line that it is about to write.
    [Symbol.for('pino.metadata')]: true,
    lastLevel: 0,
    write(line: string) {
      pending += line;
      timer ??= setTimeout(flush, patience);
      if (stream.lastLevel >= warn) {
        setImmediate(flush);
      }
    },
  };
  return stream;
}

/** The number of the level in pino. */
const warn = 40;
