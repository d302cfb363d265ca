import type { Brand } from '../core/brand.ts';
import type { SecondFactorPolicy, TenantSettings } from './tenant-settings.ts';

export type TenantId = Brand<string, 'TenantId'>;

/** Milliseconds since 1970. */
export type Instant = number;

/** The algorithms that tenants sign with, as JWS names them (RFC 7518 §3.1, RFC 8037 §3.1). */
export const signingAlgorithms = ['RS256', 'ES256', 'EdDSA'] as const;
export type SigningAlgorithm = (typeof signingAlgorithms)[number];

/** A row that people change says how often they have: a change counts where nothing has changed since it was read. */
export interface Versioned {
  /** From 1. */
  readonly version: number;
  readonly updatedAt: Instant;
}

/** A further name of a tenant, beside its domain. No two tenants share one. */
export interface TenantAlias {
  /** A host name, lower case, without port. */
  readonly domain: string;
  /** Where clients reach the back channel by it; null for a domain that leads on to the tenant's own. */
  readonly backChannel: string | null;
}

export interface TenantRecord extends Versioned {
  readonly id: TenantId;
  /** Short name for operators, unique: `acme`. */
  readonly name: string;
  /** What people see on the pages: `Acme`. */
  readonly displayName: string;
  /** The host name, lower case, without port. Unique: it leads a request to its tenant. */
  readonly domain: string;
  readonly aliases: readonly TenantAlias[];
  /** 32 random bytes, sealed; what `keys/tenant-secrets.ts` derives the tenant's symmetric keys from. */
  readonly sealedSecret: string;
  readonly enabled: boolean;
  readonly settings: TenantSettings;
  readonly createdAt: Instant;
}

export interface SigningKeyRecord {
  /** RFC 7638 thumbprint of the public key. */
  readonly kid: string;
  readonly algorithm: SigningAlgorithm;
  /** Public JWK as JSON. */
  readonly publicJwk: string;
  /** Private JWK as JSON, sealed. */
  readonly sealedPrivateJwk: string;
  readonly createdAt: Instant;
  /** Published from creation, used from here on, so that no relying party meets it unprepared. */
  readonly activatesAt: Instant;
  /** When nothing signed by it can be valid any more; null while it is in use. */
  readonly retiresAt: Instant | null;
}

export const clientTypes = ['spa', 'native', 'web', 'service'] as const;
export type ClientType = (typeof clientTypes)[number];

const grantTypes = ['authorization_code', 'refresh_token', 'client_credentials'] as const;
export type GrantType = (typeof grantTypes)[number];

export const clientAuthenticationMethods = ['none', 'client_secret_basic', 'client_secret_post'] as const;
export type ClientAuthenticationMethod = (typeof clientAuthenticationMethods)[number];

export interface ClientRecord extends Versioned {
  readonly id: string;
  readonly type: ClientType;
  readonly name: string;
  /** Where people find the application; shown as a way back. */
  readonly uri: string | null;
  /** SHA-256 of the client secret; null for a public client. */
  readonly secretHash: string | null;
  readonly authenticationMethod: ClientAuthenticationMethod;
  readonly redirectUris: readonly string[];
  readonly postLogoutRedirectUris: readonly string[];
  readonly grantTypes: readonly GrantType[];
  /** The scopes that it may ask for. */
  readonly scopes: readonly string[];
  /** First-party clients need no consent. */
  readonly firstParty: boolean;
  /** Whether only S256 protects its codes; otherwise a nonce does where there is no challenge (RFC 9700 §2.1.1). A public client always requires it. */
  readonly requirePkce: boolean;
  /** Whether its codes may go without both, by an operator's word: only for a confidential first-party client. */
  readonly unprotectedCodes: boolean;
  /** Holds the code verifier to RFC 7636's letter: 43 to 128 unreserved characters. */
  readonly strictPkce: boolean;
  readonly idTokenAlgorithm: SigningAlgorithm;
  /** Whether its ID tokens carry the claims of scopes, or userinfo alone does (OpenID Connect Core §5.4). */
  readonly claimsInIdToken: boolean;
  /** What holds for this client instead of the tenant's policy; null where it has none of its own. */
  readonly secondFactor: SecondFactorPolicy | null;
  /** Whether it may show the pages in a popup of its own (`display=popup`), which then keeps its opener. */
  readonly popup: boolean;
  readonly enabled: boolean;
  readonly createdAt: Instant;
}

/** The types that a resource may want of its access tokens (RFC 9068 §2.1, RFC 7519 §5.1). */
export const accessTokenTypes = ['at+jwt', 'JWT'] as const;
export type AccessTokenType = (typeof accessTokenTypes)[number];

/** A protected resource (RFC 8707) that access tokens can be issued for. */
export interface ResourceRecord extends Versioned {
  /** Absolute URI; becomes the audience of its access tokens. */
  readonly identifier: string;
  readonly name: string;
  readonly scopes: readonly string[];
  /** What a request that names the resource and no scope gets; `openid` where empty. */
  readonly defaultScopes: readonly string[];
  readonly accessTokenAlgorithm: SigningAlgorithm;
  /** The `typ` of its access tokens: RFC 9068's, or what verifiers expect that know of no other. */
  readonly accessTokenType: AccessTokenType;
  /** In seconds; the tenant's where null. */
  readonly accessTokenLifetime: number | null;
  /** The confidential client as which this resource asks the introspection endpoint. */
  readonly clientId: string | null;
  readonly createdAt: Instant;
}

export interface UserRecord extends Versioned {
  /** Also the subject identifier in tokens. */
  readonly id: string;
  /** As the person writes it. */
  readonly email: string;
  /** What is unique within the tenant and looked up. */
  readonly emailKey: string;
  readonly emailVerified: boolean;
  readonly passwordHash: string | null;
  /** Whether the password was set by a link in a mail, and has not been used together with a stronger proof since. */
  readonly passwordByMail: boolean;
  /** The other standard claims (OpenID Connect Core §5.1) as a JSON object. */
  readonly claims: string;
  /** When the person last agreed to the tenant's terms. */
  readonly termsAcceptedAt: Instant | null;
  readonly enabled: boolean;
  readonly createdAt: Instant;
}

export interface SessionRecord {
  /** The public name of the session, `sid` in ID tokens. */
  readonly id: string;
  /** SHA-256 of the cookie's value. */
  readonly cookieHash: string;
  readonly userId: string;
  /** When the person last proved who they are. */
  readonly authTime: Instant;
  readonly acr: string;
  readonly amr: readonly string[];
  /** The proofs that `acr` and `amr` were made from; empty where a node of the version before wrote the row. */
  readonly methods: readonly string[];
  readonly userAgent: string;
  readonly address: string;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
}

/**
 * What a person has allowed a client, by the resource that it was allowed for; the empty name is the tenant itself. Items
 * are scopes, and single claims as `claim:name`.
 */
export type Allowed = Readonly<Record<string, readonly string[]>>;

export interface ConsentRecord {
  readonly userId: string;
  readonly clientId: string;
  readonly allowed: Allowed;
  readonly grantedAt: Instant;
}

/** One sign-in of one client in one session: the authorization code and all that follows from it. */
export interface GrantRecord {
  readonly id: string;
  readonly clientId: string;
  readonly userId: string;
  readonly sessionId: string;
  readonly codeHash: string;
  readonly codeExpiresAt: Instant;
  readonly redeemedAt: Instant | null;
  readonly redirectUri: string;
  /** S256 challenge; null only for a confidential client that is exempt from PKCE. */
  readonly codeChallenge: string | null;
  readonly nonce: string | null;
  readonly scopes: readonly string[];
  readonly resources: readonly string[];
  /** The `claims` request parameter as JSON (OpenID Connect Core §5.5). */
  readonly claims: string | null;
  readonly authTime: Instant;
  readonly acr: string;
  readonly amr: readonly string[];
  /** Whether it outlives the session (scope `offline_access`). */
  readonly offline: boolean;
  /** The refresh token that is current; each rotation adds one. */
  readonly generation: number;
  readonly rotatedAt: Instant | null;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
  readonly revokedAt: Instant | null;
  readonly revocationReason: string | null;
}

/** A budget that slows guessing: `burst` attempts at once, then one each `every` milliseconds. */
export interface AttemptBucket {
  readonly key: string;
  readonly burst: number;
  readonly every: number;
}
