import { parentPort } from 'node:worker_threads';
import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common';
import type { Judgement } from './password-judge.ts';

/* Judges one new password after the other on a thread of its own, where the dictionaries are. */
const checker = new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs });
parentPort?.on('message', ({ password, own }: Judgement) => {
  parentPort?.postMessage(checker.check(password, [...own]).guessesLog10, []);
});
