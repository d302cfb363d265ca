import { advance } from '../../flow/authorize.ts';
import { chooseAccount } from '../../flow/select-account.ts';
import { selectAccountPage } from '../../pages/select-account.ts';
import type { Exchange } from '../exchange.ts';
import { lostInteractionPage } from '../failure-page.ts';
import type { Reply } from '../reply.ts';
import { siteOf } from '../site.ts';
import { pageAccount, pageClient } from './page-client.ts';
import { follow, interactionOf, reseal } from './progress.ts';

/** Shows the account that is signed in, with the way to another one. */
export async function showSelectAccount(exchange: Exchange): Promise<Reply> {
  const interaction = interactionOf(exchange);
  if (interaction === undefined) {
    return lostInteractionPage(exchange);
  }
  const progress = await advance(exchange.context, interaction, await exchange.session());
  if (progress.kind !== 'waiting' || progress.step.kind !== 'select_account') {
    return follow(exchange, interaction, progress);
  }
  const { session } = progress.step;
  const user = await exchange.context.store.findUser(exchange.context.tenant.id, session.userId);
  return {
    kind: 'page',
    status: 200,
    page: selectAccountPage({
      site: siteOf(exchange, interaction),
      client: pageClient(progress.client),
      accounts: [{ id: session.id, ...pageAccount(user) }],
      interaction: reseal(exchange, interaction),
    }),
    leadsTo: interaction.request.target.redirectUri,
    popup: interaction.request.target.popup,
  };
}

/** Takes the choice. */
export async function submitSelectAccount(exchange: Exchange): Promise<Reply> {
  const interaction = interactionOf(exchange);
  if (interaction === undefined) {
    return lostInteractionPage(exchange);
  }
  const session = await exchange.session();
  const chosen = chooseAccount(interaction, session, exchange.form.get('account') ?? '');
  return follow(exchange, chosen, await advance(exchange.context, chosen, session));
}
