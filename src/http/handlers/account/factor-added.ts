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
 * Goes on after a factor was added. Setting it up was a proof too, so the session is as strong as if it had been asked for;
 * otherwise the very next page would ask. With the first factor come recovery codes, which are shown at once.
 */
export async function factorAdded(
  exchange: Exchange,
  owner: Owner,
  { method, recoveryCodes }: FactorAdded,
  path: AccountPath,
  done: Extract<WordsKey, `account.done_${string}`>,
): Promise<Reply> {
  const { context } = exchange;
  const { user, session, site } = owner;
  const interaction = startAccountInteraction(path, context.clock.now(), { fresh: true });
  const step = { kind: 'set_up_factor', userId: user.id, level: 2, session } as const;
  const proven = await addProof(context, interaction, step, user, method, await exchange.visitor(), browserOf(exchange));
  const cookies = await cookiesOf(exchange, proven);
  return recoveryCodes.length > 0
    ? pageReply(newRecoveryCodesPage({ ...ownPage(exchange, owner), note: site.words[done], codes: recoveryCodes }), 200, cookies)
    : redirectDone(exchange, owner, path, done, cookies);
}
