import { account } from './ar/account.ts';
import { mail } from './ar/mail.ts';
import { pages } from './ar/pages.ts';
import type { Words } from './words.ts';

/** Arabic. */
export const ar: Words = { ...pages, ...account, ...mail };
