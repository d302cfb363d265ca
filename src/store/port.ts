import type { Family } from '../core/metrics.ts';
import type { AccountStore } from './account-port.ts';
import type { BrandImageRecord } from './account-records.ts';
import type {
  AttemptBucket,
  ClientRecord,
  ConsentRecord,
  GrantRecord,
  Instant,
  ResourceRecord,
  SessionRecord,
  SigningAlgorithm,
  SigningKeyRecord,
  TenantId,
  TenantRecord,
  UserRecord,
} from './records.ts';

/** What became of an authorization code that was presented. */
export type Redemption =
  | { readonly kind: 'redeemed'; readonly grant: GrantRecord }
  /** It had been redeemed before; its grant is revoked now. */
  | { readonly kind: 'replayed'; readonly grantId: string }
  | { readonly kind: 'expired' }
  | { readonly kind: 'unknown' };

/** What became of a refresh token that was presented. */
export type Rotation =
  /** `grant` carries the generation to answer with; `repeated` when it is the answer of a moment ago. */
  | { readonly kind: 'rotated' | 'repeated'; readonly grant: GrantRecord }
  /** It had been rotated away before; its grant is revoked now. */
  | { readonly kind: 'replayed' }
  /** The grant is revoked, expired or of another client. */
  | { readonly kind: 'unknown' };

/**
 * What became of a change of a row as it was read: `lost` where it has been changed meanwhile, so that it has to be read again.
 * What was changed has the next version.
 */
export type Change = 'updated' | 'lost' | 'unknown';

/** Images to put in the place of those of their names; null takes one away. */
export type BrandImages = Readonly<Partial<Record<BrandImageRecord['name'], BrandImageRecord | null>>>;

/** What one client has been granted by a user with one set of scopes, in however many grants. */
export interface Access {
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly resources: readonly string[];
  readonly since: Instant;
  readonly lastUsed: Instant;
}

/** What a token rests on beside its client, read at one moment. */
export interface Standing {
  readonly grant: GrantRecord | undefined;
  /** The grant's user. */
  readonly user: UserRecord | undefined;
  /** Whether the session of the grant is still there. */
  readonly sessionAlive: boolean;
  readonly accessTokenRevoked: boolean;
}

/** A user who has an address under a spelling of its own, since another account has it under the one by which it is found. */
export interface AddressCollision {
  readonly tenantId: TenantId;
  readonly userId: string;
  readonly email: string;
  /** The account that is found by the address. */
  readonly holderId: string | undefined;
}

/** A password that is set. */
export interface NewPassword {
  readonly hash: string;
  /** Whether nothing stands behind it but a mail: {@link UserRecord.passwordByMail}. */
  readonly byMail: boolean;
}

export type AttemptDecision = { readonly allowed: true } | { readonly allowed: false; readonly retryAt: Instant };

/** Rows deleted by one sweep: those past their end by table, and grants whose code nobody has redeemed as `unredeemed_codes`. */
export type SweepReport = Readonly<Record<string, number>>;

/** A sealed text that takes the place of another: of a signing key, or of the tenant itself where there is no `kid`. */
export interface Resealing {
  readonly tenantId: TenantId;
  readonly kid: string | undefined;
  readonly from: string;
  readonly to: string;
}

/** How much there is of what operators watch. */
export interface Stock {
  readonly tenants: number;
  readonly liveSessions: number;
  /** By algorithm: of each tenant's newest key the oldest, which tells whose rotation is most overdue. */
  readonly newestKeys: readonly { readonly algorithm: SigningAlgorithm; readonly createdAt: Instant }[];
}

/**
 * The verbs that the domain asks of storage. Each is atomic: it happens whole or not at all, and what it
 * answers is durable. None throws for an expected outcome. `now` always comes from the caller's clock.
 */
export interface Store extends AccountStore {
  createTenant(tenant: TenantRecord, keys: readonly SigningKeyRecord[]): Promise<'created' | 'name_taken' | 'domain_taken'>;
  /** By its domain or one of its aliases. */
  findTenantByDomain(domain: string): Promise<TenantRecord | undefined>;
  /** By id or by name. */
  findTenant(idOrName: string): Promise<TenantRecord | undefined>;
  listTenants(): Promise<readonly TenantRecord[]>;
  /** One of them, whichever; there may be very many. */
  findAnyTenant(): Promise<TenantRecord | undefined>;
  /** Replaces everything but id, name and secret, where the version is still that of `tenant`; domain and aliases are no other tenant's. */
  updateTenant(tenantId: TenantId, tenant: TenantRecord, images?: BrandImages): Promise<Change | 'domain_taken'>;
  findBrandImage(tenantId: TenantId, name: BrandImageRecord['name']): Promise<BrandImageRecord | undefined>;
  /** Deletes the tenant and every row that belongs to it. */
  deleteTenant(tenantId: TenantId): Promise<boolean>;

  /** All keys that are not retired at `now`, newest first. */
  listSigningKeys(tenantId: TenantId, now: Instant): Promise<readonly SigningKeyRecord[]>;
  /** Adds the tenant's first key of an algorithm, or the first since it has retired the last one, unless somebody else was first. */
  addSigningKey(tenantId: TenantId, key: SigningKeyRecord): Promise<'added' | 'exists' | 'unknown'>;
  /** Some tenants whose current key of some algorithm has been active since before `activeSince`. */
  listTenantsDueForRotation(activeSince: Instant, limit: number): Promise<readonly TenantId[]>;
  /**
   * Adds `next` and lets all other keys of its algorithm retire at `retiresAt`, unless another rotation came
   * first: `latestKid` is the newest key that the caller saw.
   */
  rotateSigningKey(
    tenantId: TenantId,
    latestKid: string,
    next: SigningKeyRecord,
    retiresAt: Instant,
  ): Promise<'rotated' | 'already_rotated'>;
  /** Lets a key retire that no other one follows. False where one has followed it, or it retires already. */
  retireSigningKey(tenantId: TenantId, kid: string, retiresAt: Instant): Promise<boolean>;

  createClient(tenantId: TenantId, client: ClientRecord): Promise<'created' | 'id_taken'>;
  findClient(tenantId: TenantId, clientId: string): Promise<ClientRecord | undefined>;
  listClients(tenantId: TenantId): Promise<readonly ClientRecord[]>;
  /** Replaces everything but the id, where the version is still that of `client`. */
  updateClient(tenantId: TenantId, client: ClientRecord): Promise<Change>;
  /** Deletes the client with its grants and consents. */
  deleteClient(tenantId: TenantId, clientId: string): Promise<boolean>;

  createResource(tenantId: TenantId, resource: ResourceRecord): Promise<'created' | 'identifier_taken'>;
  listResources(tenantId: TenantId): Promise<readonly ResourceRecord[]>;
  /** Replaces everything but the identifier, where the version is still that of `resource`. */
  updateResource(tenantId: TenantId, resource: ResourceRecord): Promise<Change>;
  deleteResource(tenantId: TenantId, identifier: string): Promise<boolean>;

  createUser(tenantId: TenantId, user: UserRecord): Promise<'created' | 'email_taken'>;
  findUser(tenantId: TenantId, userId: string): Promise<UserRecord | undefined>;
  findUserByEmail(tenantId: TenantId, emailKey: string): Promise<UserRecord | undefined>;
  listUsers(tenantId: TenantId): Promise<readonly UserRecord[]>;
  /** Of all tenants, at most `limit`. Reads every user: for a person who asks, not for a probe. */
  listAddressCollisions(limit: number): Promise<readonly AddressCollision[]>;
  /**
   * Replaces everything but the id, where the version is still that of `user`. Who is let in or kept out by it loses what
   * {@link setUserEnabled} takes; tickets that went to another address are void.
   */
  updateUser(tenantId: TenantId, user: UserRecord): Promise<Change | 'email_taken'>;
  /**
   * Lets the user in or keeps them out. Whichever it is, where it changes something everything ends that the user had: sessions,
   * grants, codes that nobody has redeemed, remembered devices and tickets. Returns the user as they are now.
   */
  setUserEnabled(tenantId: TenantId, userId: string, enabled: boolean, now: Instant): Promise<UserRecord | undefined>;
  /**
   * Sets the password and takes away whatever somebody who knew the old one may hold: sessions, grants, remembered
   * devices and tickets. Only `keepSession`, where the change is made, goes on, and the grants that rest on it. Factors stay.
   */
  setPassword(tenantId: TenantId, userId: string, password: NewPassword, now: Instant, keepSession?: string): Promise<boolean>;
  /** Notes that the password, if it is still this one, is known to its owner and not only to a reader of their mail. */
  trustPassword(tenantId: TenantId, userId: string, passwordHash: string): Promise<boolean>;
  /** Stores the same password under another hash, unless it has been changed meanwhile. Ends nothing. */
  rehashPassword(tenantId: TenantId, userId: string, from: string, to: string): Promise<boolean>;
  /** Notes that the address, if it is still this one, has proved to be the user's: what was mailed there came back. False where that was known. */
  verifyEmail(tenantId: TenantId, userId: string, emailKey: string, now: Instant): Promise<boolean>;
  /** Gives the user an address that has proved to be theirs. Tickets that went to the old one are void. */
  changeEmail(
    tenantId: TenantId,
    userId: string,
    address: { readonly email: string; readonly emailKey: string },
    now: Instant,
  ): Promise<'changed' | 'email_taken' | 'unknown'>;
  acceptTerms(tenantId: TenantId, userId: string, now: Instant): Promise<boolean>;
  /** Deletes the user with everything that is theirs. */
  deleteUser(tenantId: TenantId, userId: string): Promise<boolean>;

  startSession(tenantId: TenantId, session: SessionRecord): Promise<void>;
  /** Lets a session go on with a new cookie and authentication; false where it has ended meanwhile, which nothing undoes. */
  continueSession(tenantId: TenantId, session: SessionRecord): Promise<boolean>;
  /** Finds a session that is alive, whose user may sign in. */
  findSession(tenantId: TenantId, cookieHash: string, now: Instant): Promise<SessionRecord | undefined>;
  listSessions(tenantId: TenantId, userId: string, now: Instant): Promise<readonly SessionRecord[]>;
  endSession(tenantId: TenantId, sessionId: string): Promise<boolean>;
  /** Ends all of them but `keepSession`. Returns how many there were. */
  endSessionsOfUser(tenantId: TenantId, userId: string, keepSession?: string): Promise<number>;
  /** Ends those beyond so many in which the user signed in longest ago. Says whether there were any. */
  endExcessSessions(tenantId: TenantId, userId: string, maximum: number): Promise<boolean>;
  /** Ends one session of this user and revokes every grant of it, those that would outlive it too. */
  revokeSession(tenantId: TenantId, userId: string, sessionId: string, reason: string, now: Instant): Promise<boolean>;
  /**
   * The same for all of them but `keepSession`, and for grants whose session is long gone; forgets remembered devices.
   * Returns how many sessions there were.
   */
  revokeSessionsOfUser(tenantId: TenantId, userId: string, reason: string, now: Instant, keepSession?: string): Promise<number>;

  findConsent(tenantId: TenantId, userId: string, clientId: string): Promise<ConsentRecord | undefined>;
  listConsentsOfUser(tenantId: TenantId, userId: string): Promise<readonly ConsentRecord[]>;
  /** Adds the items to what was allowed before. */
  addConsent(tenantId: TenantId, consent: ConsentRecord): Promise<void>;

  createGrant(tenantId: TenantId, grant: GrantRecord): Promise<void>;
  findGrant(tenantId: TenantId, grantId: string): Promise<GrantRecord | undefined>;
  /** What clients can use: grants that were redeemed, are neither revoked nor expired, and whose session has not ended where they rest on it. */
  listAccessOfUser(tenantId: TenantId, userId: string, now: Instant): Promise<readonly Access[]>;
  /**
   * Deletes what a user has granted a client beyond so many codes that nobody has redeemed, the oldest first, and so many grants that
   * were redeemed: revoked ones first, then those unused longest. Says whether there were any.
   */
  deleteExcessGrants(
    tenantId: TenantId,
    userId: string,
    clientId: string,
    maximum: { readonly codes: number; readonly grants: number },
  ): Promise<boolean>;
  /** Spends the code of a grant that has been read; what has happened to it since then is judged by its row. */
  redeemCode(tenantId: TenantId, clientId: string, grant: GrantRecord, now: Instant): Promise<Redemption>;
  /**
   * Spends a generation of a grant that has been read, likewise. `window` milliseconds long the previous generation is answered
   * again with the same successor.
   */
  rotateRefreshToken(
    tenantId: TenantId,
    clientId: string,
    grant: GrantRecord,
    generation: number,
    now: Instant,
    window: number,
  ): Promise<Rotation>;
  /** False when there was nothing left to revoke. */
  revokeGrant(tenantId: TenantId, grantId: string, reason: string, now: Instant): Promise<boolean>;
  /** Takes back all that a user has granted a client, the consent too. Returns how many grants it were. */
  revokeClientOfUser(tenantId: TenantId, userId: string, clientId: string, reason: string, now: Instant): Promise<number>;
  revokeAccessToken(tenantId: TenantId, tokenId: string, expiresAt: Instant): Promise<void>;
  /** Reads what a token or code rests on, and spends nothing. */
  readStanding(
    tenantId: TenantId,
    subject: {
      /** None where a client acts for itself. */
      readonly grantId?: string | undefined;
      readonly accessTokenId?: string;
    },
    now: Instant,
  ): Promise<Standing>;

  /** Spends one attempt of every budget, or of none where one of them is spent. */
  takeAttempt(tenantId: TenantId, buckets: readonly AttemptBucket[], now: Instant): Promise<AttemptDecision>;
  /** Gives attempts back after they proved rightful. */
  returnAttempt(tenantId: TenantId, buckets: readonly AttemptBucket[], now: Instant): Promise<void>;

  /**
   * Takes or renews the lease on a piece of periodic work until `expiresAt`. True for one holder at a time; when a
   * holder is gone, whoever asks first after its lease has run out is the next.
   */
  takeLease(name: string, holder: string, now: Instant, expiresAt: Instant): Promise<boolean>;
  /** Puts sealed texts in the place of others, all at once. Counts them; one that has changed meanwhile is left alone. */
  reseal(changes: readonly Resealing[]): Promise<number>;
  /** Deletes at most `limit` rows of each kind that nothing can need any more. */
  sweep(now: Instant, limit: number): Promise<SweepReport>;
  /** Gives a bounded part of the disk space back that deleted rows have left; says whether there is more. */
  giveBack(): Promise<boolean>;
  /** Names of the migrations that the schema lacks. Changes nothing. */
  pendingMigrations(): Promise<readonly string[]>;
  /** Names of the migrations that a newer version has applied and this one does not know. Changes nothing. */
  newerMigrations(): Promise<readonly string[]>;
  /** Applies what is pending, in order, once, whoever else tries at the same time. Returns the names. */
  migrate(now: Instant): Promise<readonly string[]>;
  takeStock(now: Instant): Promise<Stock>;
  /** What the database's own clock says. */
  databaseTime(): Promise<Instant>;
  /**
   * Resolves once everything that verbs have given until now is durable, what they have read included. Whatever leaves the process
   * must wait for it: others could rely on something that a loss of power takes back. Verbs that change something
   * wait by themselves.
   */
  settled(): Promise<void>;
  /** How busy the engine is. */
  metrics(): readonly Family[];
  close(): Promise<void>;
}

/**
 * The storage is out of reach for now, and trying again in a moment makes sense. The verb has happened whole or not at
 * all; where a connection was lost during the commit nobody knows which. Everything else that a verb throws is a bug.
 */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}
