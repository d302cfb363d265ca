import { type SigningAlgorithm, signingAlgorithms } from './records.ts';

/*
 * What a tenant has decided about signing in and about its looks. It is read as a whole with the tenant and never
 * searched, so it is stored as one JSON text: a setting that is new needs no change of the schema, and has its default
 * where an older version has written.
 */

/** Who may make an account: everybody, nobody by themselves, the invited, or whoever has an address at certain domains. */
export const signUpPolicies = ['closed', 'open', 'invitation', 'email_domain'] as const;
export type SignUpPolicy = (typeof signUpPolicies)[number];

/** Whether a second factor is never asked for, asked for where a person has one, or demanded of everybody. */
export const secondFactorPolicies = ['off', 'optional', 'required'] as const;
export type SecondFactorPolicy = (typeof secondFactorPolicies)[number];

/** What a claim of a tenant's own may hold: one line, a number, true or false, several lines, or a JSON object. */
export const claimTypes = ['string', 'number', 'boolean', 'strings', 'object'] as const;
export type ClaimType = (typeof claimTypes)[number];

/** Where a claim can stand. */
export const claimPlaces = ['id_token', 'userinfo', 'access_token'] as const;
export type ClaimPlace = (typeof claimPlaces)[number];

/** A claim about people that OpenID Connect does not define. */
export interface ClaimDeclaration {
  readonly name: string;
  readonly type: ClaimType;
  /** The scope that stands for it: `openid`, `profile` and so on, or one that is there for claims alone. */
  readonly scope: string;
  readonly places: readonly ClaimPlace[];
  /** Whether people set it themselves, on their profile page. Nobody may rely on such a claim for access. */
  readonly selfService: boolean;
  /** What people see; its name where null. */
  readonly label: string | null;
}

/** What a person belongs to. Every tenant has this claim. */
export const groupsClaim = 'groups' as const;

/** How long an access token may live, in seconds. */
export const accessTokenLifetimes = { shortest: 60, longest: 86_400 } as const;

/** An application of Android that shares a tenant's passkeys, by the certificates that it is signed with. */
export interface AndroidApp {
  readonly packageName: string;
  /** SHA-256, as Android writes it: `14:6D:…`. */
  readonly fingerprints: readonly string[];
}

export interface TenantSettings {
  readonly signUp: SignUpPolicy;
  /** The e-mail domains of `email_domain`, lower case. */
  readonly signUpDomains: readonly string[];
  /** Whether people may sign in by a code or link sent to their address. */
  readonly emailSignIn: boolean;
  /** In characters. */
  readonly minimumPasswordLength: number;
  readonly secondFactor: SecondFactorPolicy;
  /** Whether a code by mail counts even beside an authenticator app or passkey, so that whoever reads the mail gets past both. */
  readonly mailGetsPastFactors: boolean;
  /** Of the password hashes that users have brought along one of each kind, which is nobody's: what a wrong password costs everybody. */
  readonly importedHashes: readonly string[];
  /** For how many days a browser may be remembered after a second factor; 0 for not at all. */
  readonly rememberDeviceDays: number;
  /** The WebAuthn relying party id of new passkeys; the tenant's domain where null. */
  readonly passkeyRpId: string | null;
  /** Further origins at which the tenant's passkeys may be used (WebAuthn Level 3 §5.11). */
  readonly passkeyOrigins: readonly string[];
  readonly androidApps: readonly AndroidApp[];
  /** Of Apple's systems, likewise: `TEAMID.com.example.app`. */
  readonly appleApps: readonly string[];
  /** Whether every client must send an S256 challenge, those that authenticate and send a nonce too. */
  readonly requirePkce: boolean;
  /** What its keys are for; others are neither made nor published. */
  readonly signingAlgorithms: readonly SigningAlgorithm[];
  /** Of tokens for the tenant itself, and of resources that are registered without one. */
  readonly accessTokenAlgorithm: SigningAlgorithm;
  /** In seconds, where a resource has none of its own. */
  readonly accessTokenLifetime: number;
  /** Whether `preferred_username` is the verified e-mail address of whoever has none. */
  readonly usernameFromEmail: boolean;
  /** Claims beside those of OpenID Connect. */
  readonly claims: readonly ClaimDeclaration[];
  readonly brand: TenantBrand;
  /** Sentences that the tenant says in its own words: by locale, by their key in the catalogue. Plain text. */
  readonly texts: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Colours are `#rrggbb`; images name the version of the file that is stored beside. */
export interface TenantBrand {
  readonly accent: string | null;
  /** On dark backgrounds; derived where null. */
  readonly accentDark: string | null;
  readonly logo: string | null;
  readonly icon: string | null;
  readonly termsUri: string | null;
  readonly privacyUri: string | null;
}

/** What holds until a tenant decides otherwise. */
export const defaultSettings: TenantSettings = {
  signUp: 'closed',
  signUpDomains: [],
  emailSignIn: false,
  minimumPasswordLength: 8,
  secondFactor: 'optional',
  mailGetsPastFactors: false,
  importedHashes: [],
  rememberDeviceDays: 30,
  passkeyRpId: null,
  passkeyOrigins: [],
  androidApps: [],
  appleApps: [],
  requirePkce: false,
  signingAlgorithms,
  accessTokenAlgorithm: 'ES256',
  accessTokenLifetime: 900,
  usernameFromEmail: true,
  claims: [{ name: groupsClaim, type: 'strings', scope: groupsClaim, places: ['id_token', 'userinfo'], selfService: false, label: null }],
  brand: { accent: null, accentDark: null, logo: null, icon: null, termsUri: null, privacyUri: null },
  texts: {},
};

/** Reads what {@link writeSettings} wrote, this version or an older one. */
export function readSettings(json: string): TenantSettings {
  const stored = JSON.parse(json) as Partial<TenantSettings>;
  return { ...defaultSettings, ...stored, brand: { ...defaultSettings.brand, ...stored.brand } };
}

/** The JSON text of settings: what differs from the defaults. */
export function writeSettings(settings: TenantSettings): string {
  const isDecided = ([name, value]: [string, unknown]) => JSON.stringify(value) !== JSON.stringify(defaultSettings[name as keyof TenantSettings]);
  return JSON.stringify(Object.fromEntries(Object.entries(settings).filter(isDecided)));
}
