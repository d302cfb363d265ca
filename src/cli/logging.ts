import { createLog, type Log, type LogLevel } from '../core/log.ts';
import { openLogFile } from './log-file.ts';
import { formatLogLine } from './log-line.ts';

/** Where log lines go, and in which form: JSON for machines, short lines on standard error for people. */
export type LogForm = 'json-stdout' | 'json-stderr' | 'people-stderr';

/** The logger of a server. */
export function createLogger(form: LogForm, level: LogLevel): Log {
  const file = openLogFile(form === 'json-stdout' ? 1 : 2, (lines) => log.error({ event: 'log_lines_dropped', lines }));
  const forPeople = form === 'people-stderr';
  const log = createLog(level, (line, lineLevel) => file.write(forPeople ? formatLogLine(line) : line, lineLevel), () => file.dropped());
  return log;
}
