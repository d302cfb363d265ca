import { sha256 } from '../core/hash.ts';
import { emailKey } from '../identity/users.ts';
import { signHmac, verifyHmac } from '../keys/hmac-jws.ts';
import type { Context } from '../oauth/context.ts';

/** Keeps device cookies apart from other tokens of ours. */
const deviceType = 'device+jwt';

/** How many accounts one browser remembers. */
const accountLimit = 5;

interface Device {
  readonly id: string;
  /** Hashes of the addresses that have signed in here. */
  readonly accounts: readonly string[];
}

/** The browser's id where this account has signed in from it before; undefined otherwise. */
export function knownDeviceOf(context: Context, cookie: string | undefined, email: string): string | undefined {
  const device = readDevice(context, cookie);
  return device?.accounts.includes(accountOf(email)) === true ? device.id : undefined;
}

/** The device cookie after a sign-in with this address. It opens no door: it only says whom to count where. */
export function rememberDevice(context: Context, cookie: string | undefined, email: string, newId: string): string {
  const device = readDevice(context, cookie) ?? { id: newId, accounts: [] };
  const account = accountOf(email);
  const accounts = [account, ...device.accounts.filter((known) => known !== account)].slice(0, accountLimit);
  return signHmac(context.tenant.secrets.device, deviceType, { id: device.id, accounts });
}

function readDevice(context: Context, cookie: string | undefined): Device | undefined {
  // What we signed with this key under this type has this shape.
  return cookie === undefined ? undefined : (verifyHmac(context.tenant.secrets.device, deviceType, cookie) as Device | undefined);
}

function accountOf(email: string): string {
  return sha256(emailKey(email));
}
