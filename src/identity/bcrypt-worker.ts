import { compareSync } from 'bcryptjs';
import { parentPort, workerData } from 'node:worker_threads';

/* Judges one password by bcrypt on a thread of its own. */
const { password, hash } = workerData as { readonly password: string; readonly hash: string };
parentPort?.postMessage(compareSync(password, hash), []);
