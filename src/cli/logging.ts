import { writeSync } from 'node:fs';
import { createLog, type LineLevel, type Log, type LogLevel } from '../core/log.ts';
import { formatLogLine } from './log-line.ts';

/** Where log lines go, and in which form: JSON for machines, short lines on standard error for people. */
export type LogForm = 'json-stdout' | 'json-stderr' | 'people-stderr';

/** The logger of a server. */
export function createLogger(form: LogForm, level: LogLevel): Log {
  return form === 'people-stderr'
    ? createLog(level, (line) => void process.stderr.write(formatLogLine(line)))
    : createLog(level, batched(form === 'json-stdout' ? 1 : 2));
}

/** Milliseconds for which a line may wait for others. */
const patience = 20;

/**
 * Writes several lines at once: one system call for many requests instead of several for each. A warning and
 * everything worse goes out with the turn of the event loop, other lines a moment later, and at the end of the
 * process, unless it is killed, all that is left.
 */
function batched(file: number): (line: string, level: LineLevel) => void {
  let pending = '';
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const text = pending;
    pending = '';
    writeWhole(file, Buffer.from(text));
  };
  process.once('exit', flush);
  return (line, level) => {
    pending += line;
    timer ??= setTimeout(flush, patience);
    if (level === 'warn' || level === 'error') {
      setImmediate(flush);
    }
  };
}

/** Milliseconds between two attempts on a pipe that is full. */
const pipePause = 10;

function writeWhole(file: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.byteLength; ) {
    try {
      written += writeSync(file, bytes, written);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') {
        // Nobody reads the log any more, or its disk is full: no reason not to serve.
        return;
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pipePause);
    }
  }
}
