import { account } from './fr/account.ts';
import { mail } from './fr/mail.ts';
import { pages } from './fr/pages.ts';
import type { Words } from './words.ts';

/** French, with vous. A narrow no-break space (U+202F) stands before ? ! : ; and inside « ». */
export const fr: Words = { ...pages, ...account, ...mail };
