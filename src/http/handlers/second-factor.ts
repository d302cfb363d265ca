import { minute } from '../../core/clock.ts';
import { judgePasskey, newPasskeyChallenge, ownPasskeyOptions } from '../../flow/passkeys.ts';
import { advance } from '../../flow/authorize.ts';
import type { FactorWay } from '../../flow/known.ts';
import { judgeFactorCode, sendFactorCode } from '../../flow/second-factor.ts';
import { chooseAccount } from '../../flow/select-account.ts';
import { addProof, rememberBrowser } from '../../flow/step-up.ts';
import type { AuthenticationMethod } from '../../oauth/authentication-contexts.ts';
import { type SecondFactorProblem, secondFactorPage } from '../../pages/second-factor.ts';
import type { Exchange } from '../exchange.ts';
import { addRemembered } from '../remembered.ts';
import type { Reply } from '../reply.ts';
import { siteOf } from '../site.ts';
import { pageAccount, pageClient } from './page-client.ts';
import { type AtProof, atProof, methodOf, wayHref } from './proof-step.ts';
import { browserOf, follow, followSignIn, goTo, leadingOf, reseal } from './progress.ts';

const path = '/second-factor';

type AtSecondFactor = AtProof<'second_factor'>;

interface View {
  readonly status: 200 | 401 | 429;
  readonly problem?: SecondFactorProblem;
  readonly retryAt?: number;
}

/** Asks for a further proof. */
export async function showSecondFactor(exchange: Exchange): Promise<Reply> {
  const at = await atProof(exchange, 'second_factor', path);
  return at.kind === 'elsewhere' ? at.reply : render(exchange, at, { status: 200 });
}

/** Takes a further proof, or what leads to one: a mail that is asked for, another person. */
export async function submitSecondFactor(exchange: Exchange): Promise<Reply> {
  const at = await atProof(exchange, 'second_factor', path);
  if (at.kind === 'elsewhere') {
    return at.reply;
  }
  const { form, context } = exchange;
  if (form.has('other')) {
    const { proof: _proof, provingUser: _provingUser, ...rest } = at.interaction;
    const next = chooseAccount(rest, at.visitor, '');
    return follow(exchange, next, await advance(context, next, at.visitor));
  }
  const way = at.step.ways.find((known) => known === methodOf(exchange));
  if (way === undefined) {
    return render(exchange, at, { status: 200 });
  }
  if (way === 'email' && form.has('send')) {
    const sent = await sendFactorCode(context, at.interaction, at.user, browserOf(exchange), {
      cookie: exchange.cookies.get('browser'),
      locale: siteOf(exchange, at.interaction).locale,
    });
    return sent === undefined ? render(exchange, at, { status: 429, problem: 'not_sent' }) : goTo(exchange, path, sent);
  }
  const outcome =
    way === 'passkey'
      ? await judgePasskey(context, at.interaction.challenge, form.get('credential') ?? '', browserOf(exchange), at.user.id)
      : await judgeFactorCode(context, at.interaction, at.user, { way, code: form.get('code') ?? '' }, browserOf(exchange));
  switch (outcome.kind) {
    case 'right':
      return proven(exchange, at, outcome.method);
    case 'too_many_attempts':
      return render(exchange, at, { status: 429, problem: 'too_many_attempts', retryAt: outcome.retryAt });
    default:
      return render(exchange, at, { status: 401, problem: outcome.kind });
  }
}

async function proven(exchange: Exchange, { interaction, step, user, visitor }: AtSecondFactor, method: AuthenticationMethod): Promise<Reply> {
  const { context, cookies, form } = exchange;
  const remembered = form.get('remember') === 'yes' ? await rememberBrowser(context, interaction, step, method) : undefined;
  const outcome = await addProof(context, interaction, step, user, method, visitor, browserOf(exchange));
  return followSignIn(exchange, interaction, outcome, remembered === undefined ? [] : [addRemembered(cookies, remembered)]);
}

async function render(exchange: Exchange, at: AtSecondFactor, view: View): Promise<Reply> {
  const { context } = exchange;
  const { ways } = at.step;
  const usual: FactorWay | undefined = ways.find((way) => way === 'email' && at.interaction.ticket !== undefined) ?? ways[0];
  const way = ways.find((known) => known === methodOf(exchange)) ?? usual;
  if (way === undefined) {
    throw new Error('unreachable: where no way is left, a factor is set up');
  }
  const challenge = newPasskeyChallenge(context);
  const interaction = way === 'passkey' ? { ...at.interaction, challenge } : at.interaction;
  const { settings } = context.tenant;
  const wait = view.retryAt === undefined ? undefined : view.retryAt - context.clock.now();
  return {
    kind: 'page',
    status: view.status,
    page: secondFactorPage({
      site: siteOf(exchange, interaction),
      client: at.client && pageClient(at.client),
      interaction: reseal(exchange, interaction),
      account: pageAccount(at.user),
      signedIn: at.step.session !== undefined,
      way,
      others: ways.filter((other) => other !== way).map((other) => ({ way: other, href: wayHref(exchange, path, at.interaction, other) })),
      passkeyOptions: way === 'passkey' ? JSON.stringify(await ownPasskeyOptions(context, challenge, at.user.id)) : undefined,
      sent: at.interaction.ticket?.purpose === 'second_factor',
      // Remembering spares the policy's question; where it asks none, or this is not what it asks for, there is nothing to spare.
      rememberDays: (at.client?.secondFactor ?? settings.secondFactor) === 'off' || at.step.level < 2 ? 0 : settings.rememberDeviceDays,
      problem: view.problem,
      retryAfterMinutes: wait && Math.ceil(wait / minute),
    }),
    ...leadingOf(interaction),
    retryAfter: wait && Math.ceil(wait / 1000),
  };
}
