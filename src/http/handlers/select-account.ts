import { advance } from '../../flow/authorize.ts';
import { chooseAccount } from '../../flow/select-account.ts';
import { selectAccountPage } from '../../pages/select-account.ts';
import { activate } from '../../session/browser-sessions.ts';
import type { CookieChange } from '../cookies.ts';
import type { Exchange } from '../exchange.ts';
import { lostInteractionPage } from '../failure-page.ts';
import type { Reply } from '../reply.ts';
import { siteOf } from '../site.ts';
import { pageAccount, pageClient } from './page-client.ts';
import { follow, interactionOf, leadingOf, reseal } from './progress.ts';

/** Shows the accounts that are signed in in this browser, with the way to another one. */
export async function showSelectAccount(exchange: Exchange): Promise<Reply> {
  const interaction = interactionOf(exchange);
  if (interaction === undefined) {
    return lostInteractionPage(exchange);
  }
  const { context } = exchange;
  const visitor = await exchange.visitor();
  const progress = await advance(context, interaction, visitor);
  if (progress.kind !== 'waiting' || progress.step.kind !== 'select_account') {
    return follow(exchange, interaction, progress);
  }
  const accounts = await Promise.all(
    visitor.sessions.map(async ({ id, userId }) => ({ id, user: await context.store.findUser(context.tenant.id, userId) })),
  );
  return {
    kind: 'page',
    status: 200,
    page: selectAccountPage({
      site: siteOf(exchange, interaction),
      ...(progress.client === undefined ? {} : { client: pageClient(progress.client) }),
      accounts: accounts.flatMap(({ id, user }) => (user?.enabled === true ? [{ id, ...pageAccount(user) }] : [])),
      interaction: reseal(exchange, interaction),
    }),
    ...leadingOf(interaction),
  };
}

/** Takes the choice. Whoever is chosen is the active one from now on. */
export async function submitSelectAccount(exchange: Exchange): Promise<Reply> {
  const interaction = interactionOf(exchange);
  if (interaction === undefined) {
    return lostInteractionPage(exchange);
  }
  const sessions = await exchange.sessions();
  const visitor = await exchange.visitor();
  const interactionAfter = chooseAccount(interaction, visitor, exchange.form.get('account') ?? '');
  const chosen = sessions.all.find(({ session }) => session.id === interactionAfter.chosenSession);
  const cookies: readonly CookieChange[] =
    chosen === undefined || chosen === sessions.active ? [] : [{ name: 'session', value: await activate(exchange.context, sessions, chosen) }];
  return follow(exchange, interactionAfter, await advance(exchange.context, interactionAfter, visitor), cookies);
}
