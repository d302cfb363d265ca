import { account } from './de/account.ts';
import { mail } from './de/mail.ts';
import { pages } from './de/pages.ts';
import type { Words } from './words.ts';

/** German, with Sie. */
export const de: Words = { ...pages, ...account, ...mail };
