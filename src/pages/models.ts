import type { Locale } from '../words/locale.ts';
import type { Words } from '../words/words.ts';

/** Whose page this is, how it looks and in which language it speaks. */
export interface PageSite {
  /** The tenant's name; none where the host leads to no tenant. */
  readonly name: string | undefined;
  readonly locale: Locale;
  readonly words: Words;
  readonly brand: PageBrand;
}

/** What a tenant has chosen for its pages. Images and colours are served by this very server. */
export interface PageBrand {
  readonly stylesheet?: string | undefined;
  readonly logo?: string | undefined;
  readonly icon?: string | undefined;
  readonly terms?: string | undefined;
  readonly privacy?: string | undefined;
}

/** The relying party that the person came from. Its name is its own claim, never ours. */
export interface PageClient {
  readonly name: string;
  readonly uri?: string;
}

/** The signed-in account as the person knows it. */
export interface PageAccount {
  readonly name: string;
  readonly email: string;
}

/** What a client may do in one place: an API by its name, or with the account itself. */
export interface ConsentGroup {
  readonly api?: string;
  readonly items: readonly { readonly title: string; readonly detail: string }[];
}

/** Why the last attempt to sign in did not succeed. */
export type SignInProblem = 'wrong_credentials' | 'too_many_attempts' | 'busy' | 'disabled_cookies' | 'passkey_refused' | 'passkey_expired';
