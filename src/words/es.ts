import { account } from './es/account.ts';
import { mail } from './es/mail.ts';
import { pages } from './es/pages.ts';
import type { Words } from './words.ts';

/** Spanish, with usted. */
export const es: Words = { ...pages, ...account, ...mail };
