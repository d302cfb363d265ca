import { randomId } from '../../core/random.ts';
import { startAccountInteraction } from '../../flow/account-request.ts';
import { rememberReader } from '../../flow/device.ts';
import { type Interaction, openInteraction } from '../../flow/interaction.ts';
import { resetPassword, userOfResetTicket } from '../../flow/reset-password.ts';
import { createAccount } from '../../flow/sign-up.ts';
import { codeOfLink, isOfBrowser, ticketOfLink } from '../../flow/tickets.ts';
import { linkPage, otherBrowserPage } from '../../pages/link.ts';
import { messagePage, resetPasswordPage } from '../../pages/reset-password.ts';
import { newAccountPage } from '../../pages/sign-up.ts';
import type { TicketRecord } from '../../store/account-records.ts';
import type { CookieChange } from '../cookies.ts';
import type { Exchange } from '../exchange.ts';
import { lostInteractionPage } from '../failure-page.ts';
import type { Reply } from '../reply.ts';
import { siteOf } from '../site.ts';
import { acceptTicket } from './email-code.ts';
import { browserOf, leadingOf } from './progress.ts';
import { newAccountOf, newAccountProblem, signInNewcomer } from './sign-up.ts';

/** Shows what a link of a mail leads to. It does nothing: programs that look into mails follow every link. */
export async function showLink(exchange: Exchange): Promise<Reply> {
  const secret = exchange.query.get('ticket') ?? '';
  const ticket = await ticketOfLink(exchange.context, secret);
  return ticket === undefined ? deadLink(exchange) : render(exchange, ticket, secret, 200);
}

/** Carries out what a link is for, and spends it. */
export async function submitLink(exchange: Exchange): Promise<Reply> {
  const { context, form } = exchange;
  const secret = form.get('ticket') ?? '';
  const ticket = await ticketOfLink(context, secret);
  switch (ticket?.purpose) {
    case 'sign_in':
    case 'sign_up':
      return goOn(exchange, ticket);
    case 'reset_password': {
      const outcome = await resetPassword(context, ticket, form.get('new_password') ?? '', browserOf(exchange));
      if (outcome.kind === 'refused') {
        return render(exchange, ticket, secret, outcome.problem === 'busy' ? 503 : 400, outcome.problem);
      }
      return outcome.kind === 'dead' ? deadLink(exchange) : { ...passwordChanged(exchange), cookies: [readerCookie(exchange, ticket)] };
    }
    case 'invitation':
      return acceptInvitation(exchange, ticket, secret);
    default:
      return deadLink(exchange);
  }
}

function renderGoOn(exchange: Exchange, ticket: TicketRecord, purpose: 'sign_in' | 'sign_up', secret: string): Reply {
  const page = { kind: 'page', status: 200 } as const;
  const interaction = isOfBrowser(ticket, exchange.cookies.get('browser')) ? interactionOfTicket(exchange, ticket) : undefined;
  if (interaction === undefined) {
    return { ...page, page: otherBrowserPage({ site: siteOf(exchange), code: codeOfLink(secret) }), cookies: [readerCookie(exchange, ticket)] };
  }
  // The button leads on to the application, which the page's policy has to allow.
  return { ...page, page: linkPage({ site: siteOf(exchange, interaction), ticket: secret, email: ticket.email, purpose }), ...leadingOf(interaction) };
}

/** Whoever opens a link of somebody's mail reads that mail, so this browser is no stranger to the account. */
function readerCookie({ context, cookies }: Exchange, ticket: TicketRecord): CookieChange {
  return { name: 'device', value: rememberReader(context, cookies.get('device'), ticket, randomId('device')) };
}

/** The sign-in that a ticket was asked for, where this is the browser that asked and the request was short enough to be kept. */
function interactionOfTicket(exchange: Exchange, ticket: TicketRecord): Interaction | undefined {
  const { interaction: box } = JSON.parse(ticket.data) as { readonly interaction?: string };
  return openInteraction(exchange.context, exchange.cookies.browsers, 'authorization', box);
}

/** A sign-in goes on where it was begun: in the browser that asked for the mail, and nowhere else. */
async function goOn(exchange: Exchange, ticket: TicketRecord): Promise<Reply> {
  const { context } = exchange;
  const interaction = interactionOfTicket(exchange, ticket);
  if (interaction === undefined || !isOfBrowser(ticket, exchange.cookies.get('browser'))) {
    return lostInteractionPage(exchange);
  }
  const spent = await context.store.spendTicket(context.tenant.id, ticket.id, context.clock.now());
  return spent === undefined ? deadLink(exchange) : acceptTicket(exchange, interaction, spent);
}

async function acceptInvitation(exchange: Exchange, ticket: TicketRecord, secret: string): Promise<Reply> {
  const { context } = exchange;
  const account = newAccountOf(exchange, ticket.email);
  // The account comes first: should this process end in between, the invitation finds it taken and does no harm.
  const outcome = await createAccount(context, account, browserOf(exchange));
  if (outcome.kind === 'refused') {
    const site = siteOf(exchange);
    return renderInvitation(exchange, ticket, secret, { status: outcome.problem === 'busy' ? 503 : 400, name: account.name, problem: newAccountProblem(site.words, outcome) });
  }
  await context.store.spendTicket(context.tenant.id, ticket.id, context.clock.now());
  return signInNewcomer(exchange, startAccountInteraction('/account', context.clock.now()), outcome.user);
}

async function render(exchange: Exchange, ticket: TicketRecord, secret: string, status: 200 | 400 | 503, problem?: 'too_short' | 'too_long' | 'common' | 'own_data' | 'busy'): Promise<Reply> {
  const site = siteOf(exchange);
  const page = { kind: 'page', status } as const;
  switch (ticket.purpose) {
    case 'sign_in':
    case 'sign_up':
      return renderGoOn(exchange, ticket, ticket.purpose, secret);
    case 'reset_password': {
      const user = await userOfResetTicket(exchange.context, ticket);
      if (user === undefined) {
        return deadLink(exchange);
      }
      const minimumLength = exchange.context.tenant.settings.minimumPasswordLength;
      return { ...page, page: resetPasswordPage({ site, ticket: secret, email: user.email, minimumLength, problem: problem && site.words[`password.${problem}`] }) };
    }
    case 'invitation':
      return renderInvitation(exchange, ticket, secret, { status });
    default:
      return deadLink(exchange);
  }
}

function renderInvitation(
  exchange: Exchange,
  ticket: TicketRecord,
  secret: string,
  view: { readonly status: 200 | 400 | 503; readonly name?: string; readonly problem?: { readonly field: 'password' | 'other'; readonly text: string } },
): Reply {
  return {
    kind: 'page',
    status: view.status,
    page: newAccountPage({
      site: siteOf(exchange),
      action: '/link',
      hidden: { name: 'ticket', value: secret },
      email: ticket.email,
      name: view.name ?? '',
      minimumLength: exchange.context.tenant.settings.minimumPasswordLength,
      problem: view.problem,
    }),
  };
}

function passwordChanged(exchange: Exchange): Reply {
  const site = siteOf(exchange);
  const { words } = site;
  const way = { href: '/account', text: words['reset_password.to_account'] };
  return { kind: 'page', status: 200, page: messagePage({ site, title: words['reset_password.done'], text: words['reset_password.done_detail'], way }) };
}

function deadLink(exchange: Exchange): Reply {
  const site = siteOf(exchange);
  return { kind: 'page', status: 400, page: messagePage({ site, title: site.words['link.dead'], text: site.words['link.dead_detail'] }) };
}
