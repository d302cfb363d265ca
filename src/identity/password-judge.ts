import { Worker } from 'node:worker_threads';
import { second } from '../core/clock.ts';
import { fail, type Result, succeed } from '../core/result.ts';

/** A password to judge, with what strangers would try first for this person. */
export interface Judgement {
  readonly password: string;
  readonly own: readonly string[];
}

/** Judges how soon passwords would be guessed, on a thread of its own: judging one takes far longer than answering a request. */
export interface PasswordJudge {
  /** How many guesses it takes, as a power of ten. `busy`: not now, too many are waiting, or it took too long. */
  judge(judgement: Judgement): Promise<Result<number, 'busy'>>;
  /** How many are judged and wait at this moment. */
  load(): { readonly running: number; readonly waiting: number };
  /** Ends the thread. Whatever comes afterwards starts another one. */
  stop(): Promise<void>;
}

export interface PasswordJudgeOptions {
  /** How many may wait. */
  readonly queue?: number;
  /** Milliseconds for one judgement; the first has the dictionaries to load. */
  readonly patience?: number;
}

const workerFile = new URL(`./password-judge-worker${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`, import.meta.url);

interface Job extends Judgement {
  readonly settle: (outcome: Result<number, 'busy'>) => void;
}

/**
 * Makes a judge. Its thread starts with the first password, judges one at a time, and is replaced when it dies or takes too
 * long. It keeps no process from ending.
 */
export function createPasswordJudge({ queue = 64, patience = 5 * second }: PasswordJudgeOptions = {}): PasswordJudge {
  const waiting: Job[] = [];
  let thread: Worker | undefined;
  let running: { readonly job: Job; readonly timer: NodeJS.Timeout } | undefined;

  function start(): Worker {
    const started = new Worker(workerFile);
    started.unref();
    started.on('message', (guesses: number) => finish(succeed(guesses)));
    // What it is given is bounded, so this is a bug.
    started.on('error', (error: Error) => process.emitWarning(error));
    started.on('exit', () => {
      if (thread === started) {
        thread = undefined;
        finish(fail('busy'));
      }
    });
    return started;
  }

  function next(): void {
    const job = waiting.shift();
    if (job === undefined) {
      return;
    }
    thread ??= start();
    running = { job, timer: setTimeout(() => void end(), patience) };
    thread.postMessage({ password: job.password, own: job.own } satisfies Judgement, []);
  }

  function finish(outcome: Result<number, 'busy'>): void {
    clearTimeout(running?.timer);
    running?.job.settle(outcome);
    running = undefined;
    next();
  }

  async function end(): Promise<void> {
    await thread?.terminate();
  }

  return {
    judge(judgement) {
      if (waiting.length >= queue) {
        return Promise.resolve(fail('busy'));
      }
      return new Promise((settle) => {
        waiting.push({ ...judgement, settle });
        if (running === undefined) {
          next();
        }
      });
    },
    load: () => ({ running: running === undefined ? 0 : 1, waiting: waiting.length }),
    stop: end,
  };
}
