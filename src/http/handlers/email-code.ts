import { minute } from '../../core/clock.ts';
import { requestSignInMail } from '../../flow/email-sign-in.ts';
import type { Interaction } from '../../flow/interaction.ts';
import { firstProof } from '../../flow/proof.ts';
import { noteProvenAddress } from '../../flow/proven-address.ts';
import { completeSignIn } from '../../flow/sign-in.ts';
import { judgeCode } from '../../flow/tickets.ts';
import { emailCodePage } from '../../pages/email-code.ts';
import type { TicketRecord } from '../../store/account-records.ts';
import { inUnits } from '../../words/time.ts';
import { fill } from '../../words/words.ts';
import type { Exchange } from '../exchange.ts';
import { lostInteractionPage } from '../failure-page.ts';
import type { Reply } from '../reply.ts';
import { siteOf } from '../site.ts';
import { browserSecretOf, emailOf } from './form-state.ts';
import { browserOf, followSignIn, goTo, interactionOf, leadingOf, reseal } from './progress.ts';

/** Mails a code to sign in with. */
export async function submitEmailSignIn(exchange: Exchange): Promise<Reply> {
  const interaction = interactionOf(exchange);
  if (interaction === undefined || !exchange.context.tenant.settings.emailSignIn || exchange.context.mailer === undefined) {
    return lostInteractionPage(exchange);
  }
  const { browser } = browserSecretOf(exchange);
  const { locale } = siteOf(exchange, interaction);
  const request = { email: emailOf(exchange), place: browserOf(exchange), browser, locale };
  return goTo(exchange, '/email-code', await requestSignInMail(exchange.context, interaction, request));
}

/** Shows where the code of a mail is typed. */
export async function showEmailCode(exchange: Exchange): Promise<Reply> {
  const interaction = interactionOf(exchange);
  return interaction?.ticket === undefined ? lostInteractionPage(exchange) : render(exchange, interaction, 200);
}

/** Takes the code. */
export async function submitEmailCode(exchange: Exchange): Promise<Reply> {
  const interaction = interactionOf(exchange);
  if (interaction?.ticket === undefined || (interaction.ticket.purpose !== 'sign_in' && interaction.ticket.purpose !== 'sign_up')) {
    return lostInteractionPage(exchange);
  }
  const { id, purpose } = interaction.ticket;
  const judgement = await judgeCode(exchange.context, id, purpose, exchange.form.get('code') ?? '', browserOf(exchange));
  if (judgement.kind === 'right') {
    return acceptTicket(exchange, interaction, judgement.ticket);
  }
  if (judgement.kind === 'too_many_attempts') {
    return render(exchange, interaction, 429, judgement.kind, judgement.retryAt);
  }
  exchange.context.record({ event: 'email_code_wrong', detail: exchange.address });
  return render(exchange, interaction, 401, judgement.kind);
}

/** Goes on with what a ticket, spent by now, has proven. */
export async function acceptTicket(exchange: Exchange, interaction: Interaction, ticket: TicketRecord): Promise<Reply> {
  const { context } = exchange;
  const user = ticket.userId === null ? undefined : await context.store.findUser(context.tenant.id, ticket.userId);
  if (ticket.purpose === 'sign_up' && user === undefined) {
    const { ticket: _spent, ...rest } = interaction;
    return goTo(exchange, '/sign-up/account', { ...rest, verifiedEmail: { email: ticket.email, at: context.clock.now() } });
  }
  // The mail went to the address that the account had then.
  if (ticket.purpose !== 'sign_in' || user?.enabled !== true || user.email !== ticket.email) {
    return render(exchange, interaction, 401, 'dead');
  }
  await noteProvenAddress(context, user, ticket);
  const proof = firstProof(context, user, 'email');
  return followSignIn(exchange, interaction, await completeSignIn(context, interaction, user, proof, await exchange.visitor(), browserOf(exchange)));
}

function render(exchange: Exchange, interaction: Interaction, status: 200 | 401 | 429, problem?: 'wrong' | 'dead' | 'too_many_attempts', retryAt?: number): Reply {
  const site = siteOf(exchange, interaction);
  const wait = retryAt === undefined ? undefined : retryAt - exchange.context.clock.now();
  const text = problem === 'too_many_attempts' ? site.words['second_factor.too_many_attempts'] : problem && site.words[`email_code.${problem}`];
  return {
    kind: 'page',
    status,
    page: emailCodePage({
      site,
      interaction: reseal(exchange, interaction),
      email: interaction.ticket?.email ?? '',
      problem: text && fill(text, { time: inUnits(site.locale, Math.ceil((wait ?? 0) / minute), 'minute') }),
    }),
    ...leadingOf(interaction),
    retryAfter: wait && Math.ceil(wait / 1000),
  };
}
