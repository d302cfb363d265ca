import { minute } from '../../../core/clock.ts';
import { changePassword } from '../../../flow/account/change-password.ts';
import { passwordPage } from '../../../pages/account/password.ts';
import { inUnits } from '../../../words/time.ts';
import { fill } from '../../../words/words.ts';
import type { Exchange } from '../../exchange.ts';
import type { Reply } from '../../reply.ts';
import { browserOf } from '../progress.ts';
import { accountForm, accountPage, type Owner, ownPage, pageReply, redirectDone } from './door.ts';

const place = { path: '/account/password', demand: 'factor' } as const;

export const showPassword = accountPage(place, async (exchange, owner) => render(exchange, owner, 200));

export const submitPassword = accountForm(place, async (exchange, owner) => {
  const { context, form } = exchange;
  const { words, locale } = owner.site;
  const passwords = { current: form.get('current_password') ?? '', next: form.get('new_password') ?? '' };
  const outcome = await changePassword(context, owner, passwords, browserOf(exchange));
  switch (outcome.kind) {
    case 'changed':
      return redirectDone(exchange, owner, '/account', 'account.done_password');
    case 'wrong_current':
      return render(exchange, owner, 401, { field: 'current', text: words['account.password_wrong'] });
    case 'too_many_attempts': {
      const wait = Math.ceil((outcome.retryAt - context.clock.now()) / minute);
      return render(exchange, owner, 429, { field: 'neither', text: fill(words['account.password_too_many'], { time: inUnits(locale, wait, 'minute') }) });
    }
    case 'refused':
      return outcome.problem === 'busy'
        ? render(exchange, owner, 503, { field: 'neither', text: words['password.busy'] })
        : render(exchange, owner, 400, { field: 'new', text: words[`password.${outcome.problem}`] });
  }
});

function render(exchange: Exchange, owner: Owner, status: 200 | 400 | 401 | 429 | 503, problem?: Parameters<typeof passwordPage>[0]['problem']): Reply {
  const minimumLength = exchange.context.tenant.settings.minimumPasswordLength;
  return pageReply(passwordPage({ ...ownPage(exchange, owner), hasPassword: owner.user.passwordHash !== null, minimumLength, problem }), status);
}
