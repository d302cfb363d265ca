import { account } from './en/account.ts';
import { mail } from './en/mail.ts';
import { pages } from './en/pages.ts';

/**
 * English, the source of every other catalogue. Keys open with the page or mail that the sentence is for; the names in
 * braces are kept by every translation.
 */
export const en = { ...pages, ...account, ...mail };
