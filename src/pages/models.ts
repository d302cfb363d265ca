/** The tenant whose page this is: the heading of everything. */
export interface PageTenant {
  readonly name: string;
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

/** Why the last attempt to sign in did not succeed. */
export type SignInProblem = 'wrong_credentials' | 'too_many_attempts' | 'busy' | 'disabled_cookies';
