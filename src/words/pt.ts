import { account } from './pt/account.ts';
import { mail } from './pt/mail.ts';
import { pages } from './pt/pages.ts';
import type { Words } from './words.ts';

/** Portuguese. */
export const pt: Words = { ...pages, ...account, ...mail };
