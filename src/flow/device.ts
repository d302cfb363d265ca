import { emailKey } from '../core/email-address.ts';
import { sha256 } from '../core/hash.ts';
import type { AttemptKind } from '../identity/attempts.ts';
import { signHmac, verifyHmac } from '../keys/hmac-jws.ts';
import type { Context } from '../oauth/context.ts';
import type { TicketRecord } from '../store/account-records.ts';

/** Keeps device cookies apart from other tokens of ours. */
const deviceType = 'device+jwt';

/** How many accounts one browser remembers. */
const accountLimit = 5;

interface Device {
  readonly id: string;
  /** Hashes of the addresses that have signed in here. */
  readonly accounts: readonly string[];
  /** Addresses whose mail was read here: each under an id of the mail, so that one mail makes one browser known however many show it. */
  readonly mailed?: readonly { readonly account: string; readonly id: string }[];
}

/**
 * The browser's id where this account knows it: has signed in from it or, for what takes no second proof, read its mail in
 * it; undefined otherwise.
 */
export function knownDeviceOf(context: Context, cookie: string | undefined, email: string, kind: AttemptKind): string | undefined {
  const device = readDevice(context, cookie);
  const account = accountOf(email);
  if (device?.accounts.includes(account) === true) {
    return device.id;
  }
  // Whoever reads somebody's mail must not get guesses of their own at what the mailbox does not prove.
  return kind === 'second_factor' ? undefined : device?.mailed?.find((mailed) => mailed.account === account)?.id;
}

/** Whether this account has signed in from the browser before. */
export function hasSignedInFrom(context: Context, cookie: string | undefined, email: string): boolean {
  return readDevice(context, cookie)?.accounts.includes(accountOf(email)) === true;
}

/** The device cookie after a sign-in with this address. It opens no door: it only says whom to count where. */
export function rememberDevice(context: Context, cookie: string | undefined, email: string, newId: string): string {
  const { id = newId, accounts = [], mailed = [] } = readDevice(context, cookie) ?? {};
  const account = accountOf(email);
  return write(context, { id, accounts: [account, ...accounts.filter((known) => known !== account)], mailed });
}

/**
 * The device cookie after a link of a mail was opened: no stranger who uses up all guesses at an account keeps its owner
 * out, who reads its mail.
 */
export function rememberReader(context: Context, cookie: string | undefined, ticket: TicketRecord, newId: string): string {
  const { id = newId, accounts = [], mailed = [] } = readDevice(context, cookie) ?? {};
  const reader = { account: accountOf(ticket.email), id: sha256(`reader of ${ticket.id}`) };
  return write(context, { id, accounts, mailed: [reader, ...mailed.filter(({ account }) => account !== reader.account)] });
}

function write(context: Context, { id, accounts, mailed = [] }: Device): string {
  const kept = mailed.filter(({ account }) => !accounts.includes(account)).slice(0, accountLimit);
  return signHmac(context.tenant.secrets.device, deviceType, { id, accounts: accounts.slice(0, accountLimit), ...(kept.length === 0 ? {} : { mailed: kept }) });
}

function readDevice(context: Context, cookie: string | undefined): Device | undefined {
  // What we signed with this key under this type has this shape.
  return cookie === undefined ? undefined : (verifyHmac(context.tenant.secrets.device, deviceType, cookie) as Device | undefined);
}

function accountOf(email: string): string {
  return sha256(emailKey(email));
}
