import { advance } from '../../flow/authorize.ts';
import { judgePasskey, relyingPartyOf } from '../../flow/passkeys.ts';
import { firstProof } from '../../flow/proof.ts';
import { completeSignIn } from '../../flow/sign-in.ts';
import type { Exchange } from '../exchange.ts';
import { lostInteractionPage } from '../failure-page.ts';
import type { Reply } from '../reply.ts';
import { browserOf, follow, followSignIn, interactionOf } from './progress.ts';
import { renderSignIn } from './sign-in.ts';

/** Takes a passkey as the proof of a sign-in, whoever's it is. */
export async function submitPasskey(exchange: Exchange): Promise<Reply> {
  const interaction = interactionOf(exchange);
  if (interaction === undefined) {
    return lostInteractionPage(exchange);
  }
  const { context } = exchange;
  const browser = browserOf(exchange);
  const visitor = await exchange.visitor();
  const outcome = await judgePasskey(context, interaction.challenge, exchange.form.get('credential') ?? '', browser);
  if (outcome.kind === 'right') {
    const proof = firstProof(context, outcome.user, outcome.method);
    return followSignIn(exchange, interaction, await completeSignIn(context, interaction, outcome.user, proof, visitor, browser));
  }
  const progress = await advance(context, interaction, visitor);
  if (progress.kind !== 'waiting' || progress.step.kind !== 'sign_in') {
    return follow(exchange, interaction, progress);
  }
  const email = interaction.request.loginHint ?? '';
  if (outcome.kind === 'too_many_attempts') {
    const retryAfter = Math.ceil((outcome.retryAt - context.clock.now()) / 1000);
    return renderSignIn(exchange, interaction, progress, { status: 429, email, problem: 'too_many_attempts', retryAfter });
  }
  return renderSignIn(exchange, interaction, progress, { status: 401, email, problem: `passkey_${outcome.kind}` });
}

/** WebAuthn Level 3 §5.11.1: the origins at which this tenant's passkeys may be used; its own, where there are no others. */
export async function handleRelatedOrigins({ context }: Exchange): Promise<Reply> {
  return { kind: 'document', body: { origins: relyingPartyOf(context.tenant).origins }, maxAge: 300 };
}
