import { listApplications } from '../../../flow/account/applications.ts';
import { startAccountInteraction } from '../../../flow/account-request.ts';
import { activityPage } from '../../../pages/account/activity.ts';
import { deviceName } from '../../../pages/account/device-name.ts';
import { overviewPage } from '../../../pages/account/overview.ts';
import { html } from '../../../pages/html.ts';
import type { Exchange } from '../../exchange.ts';
import type { Reply } from '../../reply.ts';
import { goTo } from '../progress.ts';
import { dateOf } from './dates.ts';
import { accountPage, ownPage, pageReply } from './door.ts';
import { describeEvent } from './events.ts';
import { partOf, showPart } from './paging.ts';

/** The overview: everything in one line each. */
export const showOverview = accountPage({ path: '/account', demand: 'nothing' }, async (exchange, owner) => {
  const { store, tenant, clock } = exchange.context;
  const { user, site } = owner;
  const [factors, sessions, applications, [latest]] = await Promise.all([
    store.readFactors(tenant.id, user.id),
    store.listSessions(tenant.id, user.id, clock.now()),
    listApplications(exchange.context, user),
    store.listSecurityEvents(tenant.id, user.id, 1),
  ]);
  const number = new Intl.NumberFormat(site.locale);
  return pageReply(
    overviewPage({
      ...ownPage(exchange, owner),
      hasPassword: user.passwordHash !== null,
      passkeys: number.format(factors.passkeys),
      onePasskey: factors.passkeys === 1 && !factors.totp,
      secondStep:
        tenant.settings.secondFactor === 'off' && !factors.totp
          ? undefined
          : { authenticator: factors.totp, recoveryCodes: number.format(factors.recoveryCodes) },
      devices: number.format(sessions.length),
      applications: number.format(applications.length),
      lastEvent: latest && html`${describeEvent(site.words, latest)} · ${dateOf(owner, latest.at)}`,
    }),
  );
});

/** What happened to the account. */
export const showActivity = accountPage({ path: '/account/activity', demand: 'nothing' }, async (exchange, owner) => {
  const { store, tenant } = exchange.context;
  const { words } = owner.site;
  const part = partOf(exchange);
  const { shown, pager } = showPart(part, await store.listSecurityEvents(tenant.id, owner.user.id, part.limit, part.skip));
  const happenings = shown.map((event) => ({
    what: describeEvent(words, event),
    browser: event.address === '' ? undefined : { device: deviceName(words, event.userAgent), address: event.address },
    at: dateOf(owner, event.at),
  }));
  return pageReply(activityPage({ ...ownPage(exchange, owner), happenings, pager }));
});

/** Lets the person go on with another account, signed in here already or not. */
export async function switchAccount(exchange: Exchange): Promise<Reply> {
  const interaction = startAccountInteraction('/account', exchange.context.clock.now());
  const { sessions } = await exchange.visitor();
  return sessions.length === 0
    ? goTo(exchange, '/sign-in', interaction)
    : goTo(exchange, '/select-account', { ...interaction, request: { ...interaction.request, prompts: ['select_account'] } });
}
