import { second } from '../core/clock.ts';
import { createThreads, threadFile, type ThreadLimits, type Threads } from '../core/threads.ts';

/** A password to judge, with what strangers would try first for this person. */
export interface Judgement {
  readonly password: string;
  readonly own: readonly string[];
}

/** Judges how soon a password would be guessed: how many guesses it takes, as a power of ten. */
export type PasswordJudge = Threads<Judgement, number>;

/** One thread, since each has dictionaries of 10 MB, which the first password loads. */
const defaults: ThreadLimits = { threads: 1, queue: 64, patience: 5 * second };

/** Makes a judge. */
export function createPasswordJudge(limits: Partial<ThreadLimits> = {}): PasswordJudge {
  return createThreads(threadFile('password-judge-worker', import.meta.url), { ...defaults, ...limits });
}
