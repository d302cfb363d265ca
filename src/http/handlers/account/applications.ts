import { listApplications, revokeApplication } from '../../../flow/account/applications.ts';
import { applicationsPage } from '../../../pages/account/applications.ts';
import { ownLocation } from '../../reply.ts';
import { describeConsent } from '../consent-texts.ts';
import { pageClient } from '../page-client.ts';
import { browserOf } from '../progress.ts';
import { dateOf } from './dates.ts';
import { accountForm, accountPage, ownPage, pageReply, redirectDone } from './door.ts';
import { partOf, showPart } from './paging.ts';

const place = { path: '/account/applications', demand: 'nothing' } as const;

/** Which applications have access, our own too. */
export const showApplications = accountPage(place, async (exchange, owner) => {
  const { store, tenant } = exchange.context;
  const part = partOf(exchange);
  const registered = await store.listResources(tenant.id);
  const { shown, pager } = showPart(part, (await listApplications(exchange.context, owner.user)).slice(part.skip));
  const applications = shown.map(({ client, allowed, since, lastUsed }) => ({
    id: client.id,
    client: pageClient(client),
    groups: describeConsent(allowed, registered, tenant.settings, owner.site.words),
    since: dateOf(owner, since),
    lastUsed: lastUsed === undefined ? undefined : dateOf(owner, lastUsed),
  }));
  return pageReply(applicationsPage({ ...ownPage(exchange, owner), applications, pager }));
});

/** Takes an application's access back. One without access to this account is left alone. */
export const submitRevokeApplication = accountForm(place, async (exchange, owner) => {
  const revoked = await revokeApplication(exchange.context, owner.user, exchange.form.get('client') ?? '', browserOf(exchange));
  return revoked ? redirectDone(exchange, owner, place.path, 'account.done_application') : { kind: 'redirect', to: ownLocation(place.path) };
});
