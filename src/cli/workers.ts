import cluster, { type Worker } from 'node:cluster';
import { minute } from '../core/clock.ts';
import { fail, type Result, succeed } from '../core/result.ts';
import { onStopWish } from './stop-wish.ts';

/** Tells a worker its number. Not an option of the configuration, so it goes by another kind of name. */
const numberVariable = 'WORKER_NUMBER';

/** This worker's number, from 1; a replaced worker's goes to its successor. 1 where there are no workers. */
export function workerNumber(): number {
  return cluster.isWorker ? Number(process.env[numberVariable]) : 1;
}

/** So many deaths within a minute mean that starting again does not help. */
const deathsPerMinute = 10;

/**
 * Runs this same command in several processes that share the port, and waits until they have ended. A worker that
 * dies is replaced. A signal is passed on, and the workers finish what they are doing. Where none comes up at all, the
 * failure says so; why stands in what the worker itself said.
 */
export function superviseWorkers(count: number): Promise<Result<undefined, string>> {
  return new Promise((resolve) => {
    const deaths: number[] = [];
    let stopping = false;
    let everListened = false;
    let outcome: Result<undefined, string> = succeed(undefined);

    const alive = new Map<Worker, number>();
    const start = (number: number): void => void alive.set(cluster.fork({ [numberVariable]: String(number) }), number);
    const stop = (signal: NodeJS.Signals): void => {
      stopping = true;
      for (const worker of alive.keys()) {
        worker.process.kill(signal);
      }
    };

    cluster.on('listening', () => {
      everListened = true;
    });
    cluster.on('exit', (worker) => {
      const number = alive.get(worker) ?? 1;
      alive.delete(worker);
      const now = Date.now();
      deaths.push(now);
      const recent = deaths.filter((death) => now - death < minute);
      if (!stopping && (!everListened || recent.length >= deathsPerMinute)) {
        outcome = fail(everListened ? 'Workers keep dying; the server has stopped.' : 'The workers did not start.');
        stop('SIGTERM');
      } else if (!stopping) {
        start(number);
      }
      if (alive.size === 0) {
        resolve(outcome);
      }
    });
    onStopWish(() => stop('SIGTERM'));
    for (let number = 1; number <= count; number += 1) {
      start(number);
    }
  });
}
