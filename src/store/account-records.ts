import type { Instant, TenantId } from './records.ts';

/* What accounts consist of beside the user: further ways to prove who one is, what was sent, what happened. */

/** An image of a tenant's brand. */
export interface BrandImageRecord {
  readonly name: 'logo' | 'icon';
  /** Its media type. */
  readonly type: string;
  /** Its bytes in base64. */
  readonly body: string;
}

/** A WebAuthn credential (WebAuthn Level 3 §4, "credential record"). */
export interface PasskeyRecord {
  /** The credential id, base64url. */
  readonly id: string;
  readonly userId: string;
  /** The relying party id that it was made for; it works under no other. */
  readonly rpId: string;
  /** The COSE key, base64url. */
  readonly publicKey: string;
  /** The signature counter; 0 where the authenticator has none. */
  readonly counter: number;
  /** How the browser may reach the authenticator. */
  readonly transports: readonly string[];
  /** Whether it is synchronised, so that losing one device does not lose it. */
  readonly backedUp: boolean;
  /** What its owner calls it. */
  readonly name: string;
  readonly createdAt: Instant;
  readonly lastUsedAt: Instant | null;
}

/** An authenticator app (RFC 6238). A user has one at most. */
export interface TotpRecord {
  readonly userId: string;
  /** The seed, sealed under a key that is derived from the tenant's secret. */
  readonly sealedSecret: string;
  /** The time step of the last code that was accepted; none up to it is accepted again. */
  readonly lastStep: number;
  readonly createdAt: Instant;
}

/** A browser in which a user need not give the second factor for a while. */
export interface RememberedDeviceRecord {
  /** SHA-256 of the cookie's value. */
  readonly tokenHash: string;
  readonly userId: string;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
}

/** Something that can be done once by whoever reads an address's mail: by following a link or by typing a code. */
export interface TicketRecord {
  readonly id: string;
  /** What it is good for. */
  readonly purpose: string;
  readonly email: string;
  /** Null where there is no account yet. */
  readonly userId: string | null;
  readonly linkHash: string;
  readonly codeHash: string;
  /** Of the browser that asked for it: a code works only there. */
  readonly browserHash: string;
  /** How many wrong codes were given. */
  readonly wrongCodes: number;
  /** What its purpose needs to know, as JSON. */
  readonly data: string;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
}

/** A message on its way to an address. */
export interface MessageRecord {
  readonly id: string;
  /** Recipient and content, sealed under a key that is derived from the tenant's secret. */
  readonly sealedContent: string;
  readonly createdAt: Instant;
  /** How often sending it was begun. */
  readonly tries: number;
  /** When to try next; while it is being sent, when another node may take it over. */
  readonly dueAt: Instant;
  readonly sentAt: Instant | null;
  /** Why it could not be sent the last time. */
  readonly failure: string | null;
  readonly expiresAt: Instant;
}

/** A message with the tenant whose it is. */
export interface ClaimedMessage {
  readonly tenantId: TenantId;
  readonly message: MessageRecord;
}

/** Something that happened to an account and that its owner should be able to see. */
export interface SecurityEventRecord {
  readonly id: string;
  readonly userId: string;
  readonly kind: string;
  readonly detail: string;
  readonly address: string;
  readonly userAgent: string;
  readonly at: Instant;
  readonly expiresAt: Instant;
}
