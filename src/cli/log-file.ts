import { fstatSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { second } from '../core/clock.ts';
import type { LineLevel } from '../core/log.ts';

/** Takes lines, and never waits for whoever reads them. */
export interface LogFile {
  /** Takes a line with its end. */
  write(line: string, level: LineLevel): void;
  /** How many lines have been dropped. */
  dropped(): number;
}

/** Milliseconds for which a line may wait for others. */
const gathering = 20;

/** Milliseconds between two attempts on a pipe that is full. */
const pause = 10;

/** How long the end of the process waits for a reader that does not keep up, in milliseconds. */
const farewell = second;

/** What may wait for the reader, in characters: so much in all, and as much again for warnings and errors. */
const capacity = 1024 * 1024;

/**
 * Writes several lines at once: one system call for many requests instead of several for each. A warning and everything worse
 * goes out with the turn of the event loop, other lines a moment later, and at the end of the process, unless it is killed, all
 * that is left. Where the reader stalls, lines wait up to a bound and are dropped beyond it; `onGap` hears how many, once there
 * is room again (docs/decisions/0032-a-log-that-drops.md).
 */
export function openLogFile(file: number, onGap: (lines: number) => void): LogFile {
  neverBlock(file);
  let pending = '';
  /** What of an earlier batch the reader has no room for yet. */
  let rest: Uint8Array = new Uint8Array();
  let dropped = 0;
  let untold = 0;
  let timer: NodeJS.Timeout | undefined;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    while (rest.byteLength > 0 || pending !== '') {
      if (rest.byteLength === 0) {
        rest = Buffer.from(pending);
        pending = '';
      }
      rest = rest.subarray(write(file, rest));
      if (rest.byteLength > 0) {
        timer = setTimeout(flush, pause);
        // What nobody reads keeps no process from ending.
        timer.unref();
        return;
      }
    }
    if (untold > 0) {
      const lines = untold;
      untold = 0;
      onGap(lines);
    }
  }

  function finish(): void {
    const end = performance.now() + farewell;
    for (flush(); rest.byteLength + pending.length > 0 && performance.now() < end; flush()) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pause);
    }

  }

  process.once('exit', finish);
  return {
    write(line, level) {
      const urgent = level === 'warn' || level === 'error';
      if (rest.byteLength + pending.length + line.length > (urgent ? 2 : 1) * capacity) {
        dropped += 1;
        untold += 1;
        return;
      }
      pending += line;
      if (rest.byteLength > 0) {
        return;
      }
      timer ??= setTimeout(flush, gathering);
      if (urgent) {
        setImmediate(flush);
      }
    },
    dropped: () => dropped,
  };
}

/**
 * Lets writing to a pipe or socket fail where it is full, instead of stopping the process: Node sees to that when it makes a stream of
 * the descriptor. The stream itself is not used. A file and a terminal are left alone.
 */
function neverBlock(file: number): void {
  const kind = fstatSync(file);
  if (kind.isFIFO() || kind.isSocket()) {
    new Socket({ fd: file, readable: false, writable: true }).unref().on('error', () => undefined);
  }
}

/** Writes as much as there is room for, and says how much that was. */
function write(file: number, bytes: Uint8Array): number {
  let written = 0;
  try {
    while (written < bytes.byteLength) {
      written += writeSync(file, bytes, written);
    }
    return written;
  } catch (error) {
    // Where nobody reads the log any more, or its disk is full, that is no reason not to serve.
    return (error as NodeJS.ErrnoException).code === 'EAGAIN' ? written : bytes.byteLength;
  }
}
