import { minute } from '../../core/clock.ts';
import { advance, type Progress } from '../../flow/authorize.ts';
import type { FlowContext } from '../../flow/context.ts';
import type { Interaction } from '../../flow/interaction.ts';
import { anyPasskeyOptions, newPasskeyChallenge } from '../../flow/passkeys.ts';
import { judgePassword } from '../../flow/password-sign-in.ts';
import { firstProof, passwordMethodOf } from '../../flow/proof.ts';
import { completeSignIn } from '../../flow/sign-in.ts';
import { offersSignUp } from '../../flow/sign-up.ts';
import type { SignInProblem } from '../../pages/models.ts';
import { signInPage } from '../../pages/sign-in.ts';
import type { Exchange } from '../exchange.ts';
import { lostInteractionPage } from '../failure-page.ts';
import { ownLocation, type Reply } from '../reply.ts';
import { siteOf } from '../site.ts';
import { pageClient } from './page-client.ts';
import { browserOf, follow, followSignIn, interactionOf, leadingOf, reseal } from './progress.ts';

type Waiting = Extract<Progress, { kind: 'waiting' }>;

/** Shows the sign-in page, unless the request has moved on to another step. */
export async function showSignIn(exchange: Exchange): Promise<Reply> {
  const interaction = interactionOf(exchange);
  if (interaction === undefined) {
    return lostInteractionPage(exchange);
  }
  const visitor = await exchange.visitor();
  const progress = await advance(exchange.context, interaction, visitor);
  if (progress.kind !== 'waiting' || progress.step.kind !== 'sign_in') {
    return follow(exchange, interaction, progress);
  }
  const { again } = progress.step;
  const user = again && visitor.active ? await exchange.context.store.findUser(exchange.context.tenant.id, visitor.active.userId) : undefined;
  const email = interaction.request.loginHint ?? user?.email ?? '';
  return renderSignIn(exchange, interaction, progress, { status: 200, email, again });
}

/** Takes the sign-in form. */
export async function submitSignIn(exchange: Exchange): Promise<Reply> {
  const interaction = interactionOf(exchange);
  if (interaction === undefined) {
    return lostInteractionPage(exchange);
  }
  const { context } = exchange;
  const email = (exchange.form.get('email') ?? '').slice(0, 320);
  const browser = browserOf(exchange);
  const visitor = await exchange.visitor();
  const outcome = await judgePassword(context, email, exchange.form.get('password') ?? '', browser);
  if (outcome.kind === 'right') {
    const proof = firstProof(context, outcome.user, passwordMethodOf(outcome.user));
    return followSignIn(exchange, interaction, await completeSignIn(context, interaction, outcome.user, proof, visitor, browser));
  }
  const progress = await advance(context, interaction, visitor);
  if (progress.kind !== 'waiting' || progress.step.kind !== 'sign_in') {
    // Somebody is signed in already and the request needs no more than that: the back button was used.
    return { kind: 'redirect', to: ownLocation('/sign-in', { interaction: reseal(exchange, interaction) }) };
  }
  switch (outcome.kind) {
    case 'wrong_credentials':
      return renderSignIn(exchange, interaction, progress, { status: 401, email, problem: 'wrong_credentials' });
    case 'busy':
      return renderSignIn(exchange, interaction, progress, { status: 503, email, problem: 'busy', retryAfter: 5 });
    case 'too_many_attempts': {
      const wait = outcome.retryAt - context.clock.now();
      return renderSignIn(exchange, interaction, progress, { status: 429, email, problem: 'too_many_attempts', retryAfter: Math.ceil(wait / 1000) });
    }
  }
}

function offersOf(context: FlowContext): { readonly email: boolean; readonly signUp: boolean; readonly reset: boolean } {
  const mail = context.mailer !== undefined;
  return { email: mail && context.tenant.settings.emailSignIn, signUp: offersSignUp(context), reset: mail };
}

interface View {
  readonly status: 200 | 401 | 429 | 503;
  readonly email: string;
  readonly again?: boolean;
  readonly problem?: SignInProblem;
  /** Seconds. */
  readonly retryAfter?: number;
}

/** The sign-in page. Its passkey button is asked for with a challenge of its own each time. */
export function renderSignIn(exchange: Exchange, interaction: Interaction, { client }: Waiting, view: View): Reply {
  const challenge = newPasskeyChallenge(exchange.context);
  return {
    kind: 'page',
    status: view.status,
    page: signInPage({
      site: siteOf(exchange, interaction),
      ...(client === undefined ? {} : { client: pageClient(client) }),
      interaction: reseal(exchange, { ...interaction, challenge }),
      passkeyOptions: JSON.stringify(anyPasskeyOptions(exchange.context, challenge)),
      email: view.email,
      ...(view.problem === undefined ? {} : { problem: view.problem }),
      ...(view.retryAfter === undefined ? {} : { retryAfterMinutes: Math.ceil((view.retryAfter * 1000) / minute) }),
      ...(view.again === true ? { reason: 'again' } : {}),
      offers: offersOf(exchange.context),
    }),
    ...leadingOf(interaction),
    retryAfter: view.retryAfter,
  };
}
