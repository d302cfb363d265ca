import { Worker } from 'node:worker_threads';
import { fail, type Result, succeed } from './result.ts';

/** Work that takes longer than a request may keep the others waiting, done on threads of its own. */
export interface Threads<Input, Output> {
  /** `busy`: not now, too many are waiting, or it took too long. */
  run(input: Input): Promise<Result<Output, 'busy'>>;
  /** How many pieces of work are done and wait at this moment. */
  load(): { readonly running: number; readonly waiting: number };
  /** Ends the threads. Whatever comes afterwards starts others. */
  stop(): Promise<void>;
}

export interface ThreadLimits {
  /** How many threads there may be. */
  readonly threads: number;
  /** How many pieces of work may wait for one. */
  readonly queue: number;
  /** Milliseconds for one piece of work, with what the thread has to load for its first. */
  readonly patience: number;
}

interface Job<Input, Output> {
  readonly input: Input;
  readonly settle: (outcome: Result<Output, 'busy'>) => void;
}

interface Seat<Input, Output> {
  readonly thread: Worker;
  job: Job<Input, Output> | undefined;
  timer: NodeJS.Timeout | undefined;
}

/** The file of a thread, by its name beside the module that starts it, in a checkout and in the bundle. */
export function threadFile(name: string, module: string): URL {
  return new URL(`./${name}${module.slice(module.lastIndexOf('.'))}`, module);
}

/**
 * Threads that run a file of ours, which answers each message with one. They start when there is work, live on, since starting
 * one takes longer than most of what they do, and are replaced when they die or take too long. They keep no process from ending.
 */
export function createThreads<Input, Output>(file: URL, { threads, queue, patience }: ThreadLimits): Threads<Input, Output> {
  const waiting: Job<Input, Output>[] = [];
  const seats = new Set<Seat<Input, Output>>();

  function start(): Seat<Input, Output> {
    const seat: Seat<Input, Output> = { thread: new Worker(file), job: undefined, timer: undefined };
    seats.add(seat);
    seat.thread.on('message', (output: Output) => finish(seat, succeed(output)));
    // What it is given is bounded, so this is a bug.
    seat.thread.on('error', (error: Error) => process.emitWarning(error));
    seat.thread.on('exit', () => {
      seats.delete(seat);
      finish(seat, fail('busy'));
    });
    // After the listeners: adding one for messages would hold the process again.
    seat.thread.unref();
    return seat;
  }

  function next(): void {
    const seat = [...seats].find(({ job }) => job === undefined) ?? (seats.size < threads ? start() : undefined);
    const job = seat === undefined ? undefined : waiting.shift();
    if (seat === undefined || job === undefined) {
      return;
    }
    seat.job = job;
    seat.timer = setTimeout(() => void seat.thread.terminate(), patience);
    seat.thread.postMessage(job.input, []);
  }

  function finish(seat: Seat<Input, Output>, outcome: Result<Output, 'busy'>): void {
    clearTimeout(seat.timer);
    const { job } = seat;
    seat.job = undefined;
    job?.settle(outcome);
    if (waiting.length > 0) {
      next();
    }
  }

  const running = () => [...seats].filter(({ job }) => job !== undefined).length;
  return {
    run(input) {
      if (waiting.length >= queue && running() >= threads) {
        return Promise.resolve(fail('busy'));
      }
      return new Promise((settle) => {
        waiting.push({ input, settle });
        next();
      });
    },
    load: () => ({ running: running(), waiting: waiting.length }),
    async stop() {
      await Promise.all([...seats].map(({ thread }) => thread.terminate()));
    },
  };
}
