import { compareSync } from 'bcryptjs';
import { parentPort } from 'node:worker_threads';
import type { BcryptComparison } from './foreign-hashes.ts';

/* Judges one password after the other by bcrypt on a thread of its own. */
parentPort?.on('message', ({ password, hash }: BcryptComparison) => parentPort?.postMessage(compareSync(password, hash), []));
