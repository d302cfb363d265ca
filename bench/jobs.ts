import type { ChildProcess } from 'node:child_process';
import type { Job, Measurement } from './load.ts';

/** Has the load process carry out a job. */
export function carryOut(load: ChildProcess, job: Job): Promise<Measurement> {
  return new Promise((resolve, reject) => {
    load.once('message', (answer: { readonly measurement?: Measurement; readonly error?: string }) => {
      if (answer.measurement === undefined) {
        reject(new Error(`${job.server}, ${job.scenario}: ${answer.error ?? 'no answer'}`));
      } else {
        resolve(answer.measurement);
      }
    });
    load.send(job);
  });
}
