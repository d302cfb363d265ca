import { endOneSession, signOutElsewhere } from '../../../flow/account/sessions.ts';
import { signOut } from '../../../flow/sign-out.ts';
import { deviceName } from '../../../pages/account/device-name.ts';
import { sessionsPage } from '../../../pages/account/sessions.ts';
import { signedOutPage } from '../../../pages/sign-out.ts';
import { withoutSession } from '../../../session/browser-sessions.ts';
import { ownLocation } from '../../reply.ts';
import { browserOf } from '../progress.ts';
import { dateOf } from './dates.ts';
import { accountForm, accountPage, ownPage, pageReply, redirectDone } from './door.ts';
import { partOf, showPart } from './paging.ts';

const path = '/account/sessions';

/** Where the person is signed in, this browser first. */
export const showSessions = accountPage({ path, demand: 'nothing' }, async (exchange, owner) => {
  const { store, tenant, clock } = exchange.context;
  const sessions = await store.listSessions(tenant.id, owner.user.id, clock.now());
  const hereFirst = sessions.toSorted((a, b) => Number(b.id === owner.session.id) - Number(a.id === owner.session.id));
  const part = partOf(exchange);
  const { shown, pager } = showPart(part, hereFirst.slice(part.skip));
  const devices = shown.map((session) => ({
    id: session.id,
    name: deviceName(owner.site.words, session.userAgent),
    address: session.address,
    since: dateOf(owner, session.createdAt),
    here: session.id === owner.session.id,
  }));
  return pageReply(sessionsPage({ ...ownPage(exchange, owner), devices, pager, others: sessions.length > 1 }));
});

/** Signs one device out. An id that is not of the person's own sessions does nothing. */
export const submitEndSession = accountForm({ path, demand: 'nothing' }, async (exchange, owner) => {
  const ended = await endOneSession(exchange.context, owner.user, exchange.form.get('id') ?? '', browserOf(exchange));
  return ended ? redirectDone(exchange, owner, path, 'account.done_session') : { kind: 'redirect', to: ownLocation(path) };
});

/** Signs all other devices out. */
export const submitEndOthers = accountForm({ path, demand: 'factor' }, async (exchange, owner) => {
  await signOutElsewhere(exchange.context, owner.user, owner.session, browserOf(exchange));
  return redirectDone(exchange, owner, path, 'account.done_everywhere');
});

/** Signs the person out here. Whoever else is signed in in this browser stays so. */
export const submitSignOut = accountForm({ path: '/account', demand: 'nothing' }, async (exchange, owner) => {
  await signOut(exchange.context, owner.session);
  return pageReply(signedOutPage({ site: owner.site }), 200, [{ name: 'session', value: withoutSession(await exchange.sessions(), owner.session) }]);
});
