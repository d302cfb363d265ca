import type { Interaction } from '../../flow/interaction.ts';
import { firstProof, passwordMethodOf } from '../../flow/proof.ts';
import { completeSignIn } from '../../flow/sign-in.ts';
import { createAccount, mayHaveAccount, type NewAccount, offersSignUp, provenAddress, requestSignUpMail, type SignUpOutcome } from '../../flow/sign-up.ts';
import { checkNewEmail } from '../../identity/users.ts';
import { newAccountPage, signUpPage } from '../../pages/sign-up.ts';
import type { UserRecord } from '../../store/records.ts';
import type { Words } from '../../words/words.ts';
import type { Exchange } from '../exchange.ts';
import { lostInteractionPage } from '../failure-page.ts';
import type { Reply } from '../reply.ts';
import { siteOf } from '../site.ts';
import { browserSecretOf, emailOf } from './form-state.ts';
import { pageClientOf } from './page-client.ts';
import { browserOf, followSignIn, goTo, interactionOf, leadingOf, reseal } from './progress.ts';

/** Shows where somebody new begins. */
export async function showSignUp(exchange: Exchange): Promise<Reply> {
  const interaction = interactionOf(exchange);
  if (interaction === undefined || !offersSignUp(exchange.context)) {
    return lostInteractionPage(exchange);
  }
  return renderSignUp(exchange, interaction, { status: 200, email: interaction.request.loginHint ?? '' });
}

/** Takes the address and mails a code to it. */
export async function submitSignUp(exchange: Exchange): Promise<Reply> {
  const { context } = exchange;
  const interaction = interactionOf(exchange);
  if (interaction === undefined || !offersSignUp(context)) {
    return lostInteractionPage(exchange);
  }
  const email = emailOf(exchange);
  const { words, locale } = siteOf(exchange, interaction);
  const impossible = checkNewEmail(email);
  if (impossible !== undefined) {
    return renderSignUp(exchange, interaction, { status: 400, email, problem: words[`sign_up.email_${impossible.problem}`] });
  }
  if (!mayHaveAccount(context, email)) {
    return renderSignUp(exchange, interaction, { status: 400, email, problem: words['sign_up.email_domain'] });
  }
  const { browser } = browserSecretOf(exchange);
  return goTo(exchange, '/email-code', await requestSignUpMail(context, interaction, { email, place: browserOf(exchange), browser, locale }));
}

/** Shows the rest of a new account, once its address is proven. */
export async function showNewAccount(exchange: Exchange): Promise<Reply> {
  const interaction = interactionOf(exchange);
  const email = interaction && provenAddress(exchange.context, interaction);
  return interaction === undefined || email === undefined ? lostInteractionPage(exchange) : renderNewAccount(exchange, interaction, email, { status: 200 });
}

/** Makes the account and signs its owner in. */
export async function submitNewAccount(exchange: Exchange): Promise<Reply> {
  const { context } = exchange;
  const interaction = interactionOf(exchange);
  const email = interaction && provenAddress(context, interaction);
  if (interaction === undefined || email === undefined || !mayHaveAccount(context, email)) {
    return lostInteractionPage(exchange);
  }
  const account = newAccountOf(exchange, email);
  const outcome = await createAccount(context, account, browserOf(exchange));
  if (outcome.kind === 'refused') {
    return renderNewAccount(exchange, interaction, email, { status: outcome.problem === 'busy' ? 503 : 400, name: account.name, outcome });
  }
  const { verifiedEmail: _used, ...rest } = interaction;
  return signInNewcomer(exchange, rest, outcome.user);
}

/** The longest name that is looked at, in characters. */
const maximumName = 1000;

/** The account that a form asks for, at an address that is proven already. */
export function newAccountOf({ form }: Exchange, email: string): NewAccount {
  return {
    email,
    name: (form.get('name') ?? '').slice(0, maximumName),
    password: form.get('new_password') ?? '',
    termsAccepted: form.get('terms') === 'accepted',
  };
}

/** Signs the owner of a new account in. A password that was chosen just now, by a link or code of that mail, adds nothing to it. */
export async function signInNewcomer(exchange: Exchange, interaction: Interaction, user: UserRecord): Promise<Reply> {
  const first = firstProof(exchange.context, user, passwordMethodOf(user));
  const proof = { ...first, methods: [...first.methods, 'email'] as const };
  const outcome = await completeSignIn(exchange.context, interaction, user, proof, await exchange.visitor(), browserOf(exchange));
  return followSignIn(exchange, interaction, outcome);
}

/** What is wrong with a new account, at the field that it is about. */
export function newAccountProblem(words: Words, { problem }: Extract<SignUpOutcome, { kind: 'refused' }>): { readonly field: 'password' | 'other'; readonly text: string } {
  switch (problem) {
    case 'name':
    case 'terms':
    case 'taken':
      return { field: 'other', text: words[`new_account.problem_${problem}`] };
    case 'email':
      return { field: 'other', text: words['sign_up.email_malformed'] };
    default:
      return { field: 'password', text: words[`password.${problem}`] };
  }
}

async function renderSignUp(exchange: Exchange, interaction: Interaction, view: { readonly status: 200 | 400; readonly email: string; readonly problem?: string }): Promise<Reply> {
  return {
    kind: 'page',
    status: view.status,
    page: signUpPage({
      site: siteOf(exchange, interaction),
      client: await pageClientOf(exchange, interaction),
      interaction: reseal(exchange, interaction),
      email: view.email,
      problem: view.problem,
    }),
    ...leadingOf(interaction),
  };
}

function renderNewAccount(
  exchange: Exchange,
  interaction: Interaction,
  email: string,
  view: { readonly status: 200 | 400 | 503; readonly name?: string; readonly outcome?: Extract<SignUpOutcome, { kind: 'refused' }> },
): Reply {
  const site = siteOf(exchange, interaction);
  return {
    kind: 'page',
    status: view.status,
    page: newAccountPage({
      site,
      action: '/sign-up/account',
      hidden: { name: 'interaction', value: reseal(exchange, interaction) },
      email,
      name: view.name ?? '',
      minimumLength: exchange.context.tenant.settings.minimumPasswordLength,
      problem: view.outcome && newAccountProblem(site.words, view.outcome),
    }),
    ...leadingOf(interaction),
  };
}
