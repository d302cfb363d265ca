import type {
  ClaimedMessage,
  MessageRecord,
  PasskeyRecord,
  RememberedDeviceRecord,
  SecurityEventRecord,
  TicketRecord,
  TotpRecord,
} from './account-records.ts';
import type { Instant, TenantId } from './records.ts';

/** What a user can prove who they are with, beside the password. */
export interface Factors {
  readonly passkeys: number;
  readonly totp: boolean;
  /** How many are left. */
  readonly recoveryCodes: number;
}

/** What an operator takes away: one factor, or everything with the recovery codes. */
export type FactorToReset = 'all' | 'authenticator' | 'recovery_codes' | { readonly passkey: string };

/** What became of a code that was given for a ticket. */
export type TicketJudgement =
  /** The ticket is spent now. */
  | { readonly kind: 'right'; readonly ticket: TicketRecord }
  | { readonly kind: 'wrong' }
  /** No code can be right any more: it is spent, expired, unknown, or too many codes were wrong. */
  | { readonly kind: 'dead' };

/** What became of an attempt to send a message. */
export type Delivery = { readonly sentAt: Instant } | { readonly failure: string; readonly dueAt: Instant };

/** The part of the port about accounts that people look after themselves. The rules of {@link Store} hold here too. */
export interface AccountStore {
  createPasskey(tenantId: TenantId, passkey: PasskeyRecord): Promise<'created' | 'exists'>;
  findPasskey(tenantId: TenantId, id: string): Promise<PasskeyRecord | undefined>;
  /** The oldest first. */
  listPasskeys(tenantId: TenantId, userId: string): Promise<readonly PasskeyRecord[]>;
  /**
   * Notes that the passkey has signed with this counter. False where the counter has not grown, which tells of a
   * copied authenticator; one without a counter says 0 each time (WebAuthn Level 3 §6.1.1).
   */
  usePasskey(tenantId: TenantId, id: string, counter: number, now: Instant): Promise<boolean>;
  renamePasskey(tenantId: TenantId, userId: string, id: string, name: string): Promise<boolean>;
  deletePasskey(tenantId: TenantId, userId: string, id: string): Promise<boolean>;

  /** Puts the authenticator app in the place of the one that the user had, if any. */
  setTotp(tenantId: TenantId, totp: TotpRecord): Promise<void>;
  findTotp(tenantId: TenantId, userId: string): Promise<TotpRecord | undefined>;
  /** True once for each time step, and never for an earlier one afterwards (RFC 6238 §5.2). */
  useTotpStep(tenantId: TenantId, userId: string, step: number): Promise<boolean>;
  deleteTotp(tenantId: TenantId, userId: string): Promise<boolean>;

  /** Puts these codes in the place of all that the user had; does nothing where there is no such user. */
  replaceRecoveryCodes(tenantId: TenantId, userId: string, hashes: readonly string[]): Promise<void>;
  /** True for the first use of a code that the user has. */
  useRecoveryCode(tenantId: TenantId, userId: string, hash: string): Promise<boolean>;
  readFactors(tenantId: TenantId, userId: string): Promise<Factors>;
  /**
   * Takes factors away that their owner has lost, with what somebody may hold who found them: sessions, grants and
   * remembered devices. With the last factor go the recovery codes, which only stand in for one. False where there is
   * nothing to take, and then nothing happens.
   */
  resetFactors(tenantId: TenantId, userId: string, factor: FactorToReset, now: Instant): Promise<boolean>;

  rememberDevice(tenantId: TenantId, device: RememberedDeviceRecord): Promise<void>;
  isDeviceRemembered(tenantId: TenantId, tokenHash: string, userId: string, now: Instant): Promise<boolean>;
  /** Returns how many there were. */
  forgetDevices(tenantId: TenantId, userId: string): Promise<number>;
  /** Forgets the oldest beyond so many. Says whether there were any. */
  forgetExcessDevices(tenantId: TenantId, userId: string, maximum: number): Promise<boolean>;

  /** Makes the ticket together with the message that carries it: never one without the other. */
  createTicket(tenantId: TenantId, ticket: TicketRecord, message?: MessageRecord): Promise<void>;
  findTicket(tenantId: TenantId, id: string, now: Instant): Promise<TicketRecord | undefined>;
  findTicketByLink(tenantId: TenantId, linkHash: string, now: Instant): Promise<TicketRecord | undefined>;
  /** Those that are good for this, newest first. */
  listTickets(tenantId: TenantId, purpose: string, now: Instant): Promise<readonly TicketRecord[]>;
  /** Gives the ticket to one caller, and takes it away with that. */
  spendTicket(tenantId: TenantId, id: string, now: Instant): Promise<TicketRecord | undefined>;
  /** Spends the ticket where the code is right, and counts where it is wrong: at most `maximumWrong` are judged wrong. */
  judgeTicketCode(tenantId: TenantId, id: string, codeHash: string, now: Instant, maximumWrong: number): Promise<TicketJudgement>;
  deleteTicket(tenantId: TenantId, id: string): Promise<boolean>;
  /** Returns how many there were. */
  deleteTicketsOfUser(tenantId: TenantId, userId: string): Promise<number>;
  /** Notes that a proof was presented which is good once. True for the first time only, until `expiresAt` at least. */
  spendProof(tenantId: TenantId, id: string, expiresAt: Instant): Promise<boolean>;

  addMessage(tenantId: TenantId, message: MessageRecord): Promise<void>;
  /**
   * Hands out messages of any tenant that are to be sent now, each to one caller: nobody else gets it before `until`,
   * which lies after `now`. Counts the try.
   */
  claimMessages(now: Instant, until: Instant, limit: number): Promise<readonly ClaimedMessage[]>;
  /** A message that was sent stays so, whatever a slower sender says later. */
  settleMessage(tenantId: TenantId, id: string, outcome: Delivery): Promise<void>;
  /** Newest first. */
  listMessages(tenantId: TenantId, limit: number): Promise<readonly MessageRecord[]>;

  addSecurityEvent(tenantId: TenantId, event: SecurityEventRecord): Promise<void>;
  /** Deletes the oldest beyond so many. Says whether there were any. */
  deleteExcessSecurityEvents(tenantId: TenantId, userId: string, maximum: number): Promise<boolean>;
  /** Newest first, without the first `skip` of them. */
  listSecurityEvents(tenantId: TenantId, userId: string, limit: number, skip?: number): Promise<readonly SecurityEventRecord[]>;
}
