import { removeAuthenticator } from '../../../flow/account/factors.ts';
import { beginTotp, confirmTotp, resumeTotp } from '../../../flow/set-up-factor.ts';
import { authenticatorPage, setUpAuthenticatorPage } from '../../../pages/account/second-step.ts';
import type { Exchange } from '../../exchange.ts';
import { ownLocation, type Reply } from '../../reply.ts';
import { browserOf } from '../progress.ts';
import { dateOf } from './dates.ts';
import { accountForm, accountPage, type Owner, ownPage, pageReply, redirectDone } from './door.ts';
import { factorAdded } from './factor-added.ts';

const place = { path: '/account/authenticator', demand: 'everything' } as const;
const setUp = { path: '/account/authenticator/set-up', demand: 'everything' } as const;

/** The app that the person has, or the way to one. */
export const showAuthenticator = accountPage(place, (exchange, owner) => render(exchange, owner));

export const showSetUpAuthenticator = accountPage(setUp, (exchange, owner) => renderSetUp(exchange, owner));

/** Takes the code that proves that the app works. */
export const submitAuthenticator = accountForm(setUp, async (exchange, owner) => {
  const { context, form } = exchange;
  const outcome = await confirmTotp(context, owner.user, { box: form.get('pending') ?? '', code: form.get('code') ?? '' }, browserOf(exchange));
  if (outcome.kind !== 'added') {
    return renderSetUp(exchange, owner, outcome.kind);
  }
  return factorAdded(exchange, owner, outcome, place.path, 'account.done_authenticator_added');
});

export const submitRemoveAuthenticator = accountForm(place, async (exchange, owner) => {
  switch (await removeAuthenticator(exchange.context, owner.user, browserOf(exchange))) {
    case 'removed':
      return redirectDone(exchange, owner, '/account', 'account.done_authenticator_removed');
    case 'last_factor':
      return render(exchange, owner, owner.site.words['account.last_factor']);
    default:
      return { kind: 'redirect', to: ownLocation('/account') };
  }
});

async function render(exchange: Exchange, owner: Owner, problem?: string): Promise<Reply> {
  const { store, tenant } = exchange.context;
  const totp = await store.findTotp(tenant.id, owner.user.id);
  return totp === undefined
    ? renderSetUp(exchange, owner)
    : pageReply(authenticatorPage({ ...ownPage(exchange, owner), since: dateOf(owner, totp.createdAt), problem }), problem === undefined ? 200 : 400);
}

async function renderSetUp(exchange: Exchange, owner: Owner, problem?: 'wrong' | 'expired'): Promise<Reply> {
  const { context, form } = exchange;
  // After a wrong code the same picture again: the person has scanned it.
  const { seed, uri, box } = (await resumeTotp(context, owner.user, form.get('pending') ?? '')) ?? (await beginTotp(context, owner.user));
  const replaces = (await context.store.findTotp(context.tenant.id, owner.user.id)) !== undefined;
  return pageReply(setUpAuthenticatorPage({ ...ownPage(exchange, owner), seed, uri, pending: box, replaces, problem }), problem === undefined ? 200 : 401);
}
