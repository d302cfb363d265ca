import { minute } from '../../../core/clock.ts';
import { randomId } from '../../../core/random.ts';
import { confirmEmailChange, type EmailChange, openEmailChange, requestEmailChange, sealEmailChange, type Side } from '../../../flow/account/change-email.ts';
import { rememberDevice } from '../../../flow/device.ts';
import { emailCodesPage, emailDeadPage, emailPage } from '../../../pages/account/email.ts';
import { inUnits } from '../../../words/time.ts';
import { fill, type WordsKey } from '../../../words/words.ts';
import type { Exchange } from '../../exchange.ts';
import { ownLocation, type Reply } from '../../reply.ts';
import { browserSecretOf, emailOf } from '../form-state.ts';
import { browserOf } from '../progress.ts';
import { accountForm, accountPage, type Owner, ownPage, pageReply, redirectDone } from './door.ts';

const place = { path: '/account/email', demand: 'factor' } as const;

const problems = {
  malformed: 'sign_up.email_malformed',
  local_part: 'sign_up.email_local_part',
  same: 'account.email_same',
  domain: 'sign_up.email_domain',
  too_many: 'account.email_too_many',
} as const satisfies Record<string, WordsKey>;

export const showEmail = accountPage(place, async (exchange, owner) => pageReply(emailPage({ ...ownPage(exchange, owner), email: '', possible: exchange.context.mailer !== undefined })));

/** Mails the codes, and goes to where they are typed. */
export const submitEmail = accountForm(place, async (exchange, owner) => {
  const { context } = exchange;
  if (context.mailer === undefined) {
    return pageReply(emailPage({ ...ownPage(exchange, owner), email: '', possible: false }), 400);
  }
  const email = emailOf(exchange);
  const { browser, cookies } = browserSecretOf(exchange);
  const request = { email, place: browserOf(exchange), browser, locale: owner.site.locale };
  const outcome = await requestEmailChange(context, owner.user, request);
  if (outcome.kind === 'refused') {
    const problem = owner.site.words[problems[outcome.problem]];
    return pageReply(emailPage({ ...ownPage(exchange, owner), email, possible: true, problem }), outcome.problem === 'too_many' ? 429 : 400);
  }
  return { kind: 'redirect', to: ownLocation('/account/email/codes', { change: sealEmailChange(context, owner.session, outcome.change) }), cookies };
});

export const showEmailCodes = accountPage(place, async (exchange, owner) => {
  const change = openEmailChange(exchange.context, owner.session, exchange.query.get('change') ?? '');
  return change === undefined ? dead(exchange, owner) : renderCodes(exchange, owner, change, []);
});

export const submitEmailCodes = accountForm(place, async (exchange, owner) => {
  const { context, form } = exchange;
  const change = openEmailChange(context, owner.session, form.get('change') ?? '');
  if (change === undefined) {
    return dead(exchange, owner);
  }
  const browser = browserOf(exchange);
  const codes = { old: form.get('code_old') ?? '', new: form.get('code_new') ?? '' };
  const outcome = await confirmEmailChange(context, owner.user, change, codes, browser);
  switch (outcome.kind) {
    case 'waiting':
      return renderCodes(exchange, owner, outcome.change, outcome.wrong);
    case 'dead':
      return dead(exchange, owner);
    case 'too_many_attempts': {
      const wait = Math.ceil((outcome.retryAt - context.clock.now()) / minute);
      const problem = fill(owner.site.words['second_factor.too_many_attempts'], { time: inUnits(owner.site.locale, wait, 'minute') });
      return renderCodes(exchange, owner, change, [], problem);
    }
    case 'changed': {
      // This browser is no stranger to the account because its address is another one.
      const device = rememberDevice(context, browser.device, change.to, randomId('device'));
      return redirectDone(exchange, owner, '/account', 'account.done_email', [{ name: 'device', value: device }]);
    }
  }
});

function renderCodes(exchange: Exchange, owner: Owner, change: EmailChange, wrong: readonly Side[], problem?: string): Reply {
  const page = emailCodesPage({
    ...ownPage(exchange, owner),
    change: sealEmailChange(exchange.context, owner.session, change),
    problem,
    old: { email: owner.user.email, agreed: change.oldTicket === undefined, wrong: wrong.includes('old') },
    new: { email: change.to, agreed: change.newTicket === undefined, wrong: wrong.includes('new') },
  });
  return pageReply(page, problem !== undefined ? 429 : wrong.length > 0 ? 401 : 200);
}

function dead(exchange: Exchange, owner: Owner): Reply {
  return pageReply(emailDeadPage(ownPage(exchange, owner)), 400);
}
