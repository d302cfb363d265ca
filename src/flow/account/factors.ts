import { newRecoveryCodes, recoveryCodeHash } from '../../identity/recovery-codes.ts';
import type { Factors } from '../../store/account-port.ts';
import type { UserRecord } from '../../store/records.ts';
import type { FlowContext } from '../context.ts';
import { notify } from '../notices.ts';
import type { Browser } from '../sign-in.ts';

/** How factors are taken away and renamed; how they come is in `set-up-factor.ts`. */

/** The longest name of a passkey, in characters. */
const maximumName = 100;

/** `last_factor`: the tenant demands a second factor. `last_way_in`: nothing would be left to sign in with. */
export type RemovalOutcome = 'removed' | 'unknown' | 'last_factor' | 'last_way_in';

export async function removePasskey(context: FlowContext, user: UserRecord, id: string, browser: Browser): Promise<RemovalOutcome> {
  const { store, tenant, mailer } = context;
  const factors = await store.readFactors(tenant.id, user.id);
  if (isLast(context, factors)) {
    return 'last_factor';
  }
  // Where there is mail, a forgotten password is no dead end.
  if (factors.passkeys === 1 && user.passwordHash === null && mailer === undefined) {
    return 'last_way_in';
  }
  if (!(await store.deletePasskey(tenant.id, user.id, id))) {
    return 'unknown';
  }
  context.record({ event: 'passkey_removed', userId: user.id, detail: browser.address });
  await notify(context, user, 'passkey_removed', browser);
  return 'removed';
}

export async function removeAuthenticator(context: FlowContext, user: UserRecord, browser: Browser): Promise<RemovalOutcome> {
  const { store, tenant } = context;
  if (isLast(context, await store.readFactors(tenant.id, user.id))) {
    return 'last_factor';
  }
  if (!(await store.deleteTotp(tenant.id, user.id))) {
    return 'unknown';
  }
  context.record({ event: 'totp_removed', userId: user.id, detail: browser.address });
  await notify(context, user, 'totp_removed', browser);
  return 'removed';
}

/** Recovery codes only stand in for a factor, so they do not count as one. */
function isLast({ tenant }: FlowContext, { passkeys, totp }: Factors): boolean {
  return tenant.settings.secondFactor === 'required' && passkeys + Number(totp) === 1;
}

export async function renamePasskey({ store, tenant }: FlowContext, user: UserRecord, id: string, typed: string): Promise<'renamed' | 'unknown' | 'refused'> {
  const name = typed.trim();
  if (name === '' || Array.from(name).length > maximumName || /\p{C}/u.test(name)) {
    return 'refused';
  }
  return (await store.renamePasskey(tenant.id, user.id, id, name)) ? 'renamed' : 'unknown';
}

/** New recovery codes, to be shown now and never again. Undefined for somebody who has nothing that they could stand in for. */
export async function renewRecoveryCodes(context: FlowContext, user: UserRecord, browser: Browser): Promise<readonly string[] | undefined> {
  const { store, tenant } = context;
  const { passkeys, totp } = await store.readFactors(tenant.id, user.id);
  if (passkeys === 0 && !totp) {
    return undefined;
  }
  const codes = newRecoveryCodes();
  await store.replaceRecoveryCodes(tenant.id, user.id, codes.map((code) => recoveryCodeHash(user.id, code)));
  context.record({ event: 'recovery_codes_replaced', userId: user.id, detail: browser.address });
  await notify(context, user, 'recovery_codes_replaced', browser);
  return codes;
}
