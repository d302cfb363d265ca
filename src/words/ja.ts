import { account } from './ja/account.ts';
import { mail } from './ja/mail.ts';
import { pages } from './ja/pages.ts';
import type { Words } from './words.ts';

/** Japanese. */
export const ja: Words = { ...pages, ...account, ...mail };
