import { renewRecoveryCodes } from '../../../flow/account/factors.ts';
import { newRecoveryCodesPage, recoveryCodesLeftPage } from '../../../pages/account/second-step.ts';
import type { Exchange } from '../../exchange.ts';
import type { Reply } from '../../reply.ts';
import { browserOf } from '../progress.ts';
import { accountForm, accountPage, type Owner, ownPage, pageReply } from './door.ts';

const place = { path: '/account/recovery-codes', demand: 'factor' } as const;

/** How many are left; the codes themselves nobody can show again. */
export const showRecoveryCodes = accountPage(place, (exchange, owner) => render(exchange, owner));

/** Makes new ones, and shows them this once. */
export const submitRecoveryCodes = accountForm(place, async (exchange, owner) => {
  const codes = await renewRecoveryCodes(exchange.context, owner.user, browserOf(exchange));
  return codes === undefined ? render(exchange, owner) : pageReply(newRecoveryCodesPage({ ...ownPage(exchange, owner), codes }));
});

async function render(exchange: Exchange, owner: Owner): Promise<Reply> {
  const { store, tenant } = exchange.context;
  const { passkeys, totp, recoveryCodes } = await store.readFactors(tenant.id, owner.user.id);
  const left = new Intl.NumberFormat(owner.site.locale).format(recoveryCodes);
  return pageReply(recoveryCodesLeftPage({ ...ownPage(exchange, owner), left, possible: passkeys > 0 || totp }));
}
