import { advance } from '../../flow/authorize.ts';
import { decideConsent } from '../../flow/consent.ts';
import { consentPage } from '../../pages/consent.ts';
import type { Exchange } from '../exchange.ts';
import { lostInteractionPage } from '../failure-page.ts';
import type { Reply } from '../reply.ts';
import { siteOf } from '../site.ts';
import { describeConsent } from './consent-texts.ts';
import { hostOf, pageAccount, pageClient } from './page-client.ts';
import { follow, interactionOf, leadingOf, reseal } from './progress.ts';

/** Shows what a third-party client asks for. */
export async function showConsent(exchange: Exchange): Promise<Reply> {
  const interaction = interactionOf(exchange);
  if (interaction === undefined) {
    return lostInteractionPage(exchange);
  }
  const progress = await advance(exchange.context, interaction, await exchange.visitor());
  if (progress.kind !== 'waiting' || progress.step.kind !== 'consent' || progress.client === undefined) {
    return follow(exchange, interaction, progress);
  }
  const { session, items } = progress.step;
  const { leadsTo = '', popup } = leadingOf(interaction);
  const site = siteOf(exchange, interaction);
  const { store, tenant } = exchange.context;
  const user = await store.findUser(tenant.id, session.userId);
  return {
    kind: 'page',
    status: 200,
    page: consentPage({
      site,
      client: pageClient(progress.client),
      redirectHost: hostOf(leadsTo, site.words),
      account: pageAccount(user),
      groups: describeConsent(items, await store.listResources(tenant.id), tenant.settings, site.words),
      interaction: reseal(exchange, { ...interaction, consentingSession: session.id }),
    }),
    leadsTo,
    popup,
  };
}

/** Takes the decision. Anything but a clear yes is a no. */
export async function submitConsent(exchange: Exchange): Promise<Reply> {
  const interaction = interactionOf(exchange);
  if (interaction === undefined) {
    return lostInteractionPage(exchange);
  }
  const allowed = exchange.form.get('decision') === 'allow';
  return follow(exchange, interaction, await decideConsent(exchange.context, interaction, await exchange.visitor(), allowed));
}
