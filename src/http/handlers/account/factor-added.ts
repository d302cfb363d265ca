import type { AccountPath } from '../../../flow/interaction.ts';
import { startAccountInteraction } from '../../../flow/account-request.ts';
import type { FactorAdded } from '../../../flow/set-up-factor.ts';
import { addProof } from '../../../flow/step-up.ts';
import { newRecoveryCodesPage } from '../../../pages/account/second-step.ts';
import type { WordsKey } from '../../../words/words.ts';
import type { Exchange } from '../../exchange.ts';
import type { Reply } from '../../reply.ts';
import { browserOf, cookiesOf } from '../progress.ts';
import { type Owner, ownPage, pageReply, redirectDone } from './door.ts';

/**
 * Goes on after a factor was added. The session knows that it was set up here, or the very next page would ask for it. With
 * the first factor come recovery codes, which are shown at once.
 */
export async function factorAdded(
  exchange: Exchange,
  owner: Owner,
  { recoveryCodes }: FactorAdded,
  path: AccountPath,
  done: Extract<WordsKey, `account.done_${string}`>,
): Promise<Reply> {
  const { context } = exchange;
  const { user, session, site } = owner;
  const interaction = startAccountInteraction(path, context.clock.now(), 'everything');
  const proven = await addProof(context, interaction, { session }, user, 'new_factor', await exchange.visitor(), browserOf(exchange));
  const cookies = await cookiesOf(exchange, proven);
  return recoveryCodes.length > 0
    ? pageReply(newRecoveryCodesPage({ ...ownPage(exchange, owner), note: site.words[done], codes: recoveryCodes }), 200, cookies)
    : redirectDone(exchange, owner, path, done, cookies);
}
