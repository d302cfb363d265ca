import { deviceNameOf } from '../../flow/device-name.ts';
import { newPasskeyChallenge } from '../../flow/passkeys.ts';
import { beginPasskey, beginTotp, confirmPasskey, confirmTotp, type FactorAdded, resumeTotp } from '../../flow/set-up-factor.ts';
import { addProof } from '../../flow/step-up.ts';
import { chooseFactorPage, recoveryCodesPage, type SetUpProblem, setUpPasskeyPage, setUpTotpPage } from '../../pages/set-up-factor.ts';
import type { Exchange } from '../exchange.ts';
import type { Reply } from '../reply.ts';
import { siteOf } from '../site.ts';
import { type AtProof, atProof, methodOf, wayHref } from './proof-step.ts';
import { afterProof, browserOf, cookiesOf, followSignIn, leadingOf, reseal } from './progress.ts';

const path = '/set-up-factor';

type AtSetUp = AtProof<'set_up_factor'>;

/** Offers what the person can set up, or begins with one of it. */
export async function showSetUpFactor(exchange: Exchange): Promise<Reply> {
  const at = await atProof(exchange, 'set_up_factor', path);
  return at.kind === 'elsewhere' ? at.reply : render(exchange, at);
}

/** Takes what proves that the new factor works. */
export async function submitSetUpFactor(exchange: Exchange): Promise<Reply> {
  const at = await atProof(exchange, 'set_up_factor', path);
  if (at.kind === 'elsewhere') {
    return at.reply;
  }
  const { context, form } = exchange;
  const browser = browserOf(exchange);
  const method = wayAt(exchange, at);
  if (method === undefined) {
    return render(exchange, at);
  }
  const outcome =
    method === 'passkey'
      ? await confirmPasskey(
          context,
          at.user,
          { challenge: at.interaction.challenge, json: form.get('credential') ?? '', name: deviceNameOf(browser.userAgent) },
          browser,
        )
      : await confirmTotp(context, at.user, { box: form.get('pending') ?? '', code: form.get('code') ?? '' }, browser);
  return outcome.kind === 'added' ? added(exchange, at, outcome) : render(exchange, at, outcome.kind);
}

/** The new factor settles what the policy asked for; an application that wants it proven asks for it next. The recovery codes are shown in between, where there are any. */
async function added(exchange: Exchange, at: AtSetUp, { recoveryCodes }: FactorAdded): Promise<Reply> {
  const outcome = await addProof(exchange.context, at.interaction, at.step, at.user, 'new_factor', at.visitor, browserOf(exchange));
  if (recoveryCodes.length === 0) {
    return followSignIn(exchange, at.interaction, outcome);
  }
  const interaction = afterProof(at.interaction, outcome);
  return {
    kind: 'page',
    status: 200,
    page: recoveryCodesPage({ site: siteOf(exchange, interaction), action: path, interaction: reseal(exchange, interaction), codes: recoveryCodes }),
    ...leadingOf(interaction),
    cookies: await cookiesOf(exchange, outcome),
  };
}

/** What is set up: nothing but a passkey reaches the highest level. Undefined while the person has still to choose. */
function wayAt(exchange: Exchange, { step }: AtSetUp): 'passkey' | 'totp' | undefined {
  const method = methodOf(exchange);
  return step.level === 3 || method === 'passkey' ? 'passkey' : method === 'totp' ? 'totp' : undefined;
}

async function render(exchange: Exchange, at: AtSetUp, problem?: SetUpProblem): Promise<Reply> {
  const { context } = exchange;
  const way = wayAt(exchange, at);
  const challenge = newPasskeyChallenge(context);
  const interaction = way === 'passkey' ? { ...at.interaction, challenge } : at.interaction;
  const model = { site: siteOf(exchange, interaction), interaction: reseal(exchange, interaction), problem };
  const href = (method?: string) => wayHref(exchange, path, at.interaction, method);
  const page = async () => {
    if (way === undefined) {
      return chooseFactorPage({ ...model, passkeyHref: href('passkey'), totpHref: href('totp') });
    }
    if (way === 'passkey') {
      const options = JSON.stringify(await beginPasskey(context, at.user, challenge));
      return setUpPasskeyPage({ ...model, options, chooseHref: at.step.level === 3 ? undefined : href() });
    }
    // After a wrong code the same picture again: the person has scanned it.
    const { seed, uri, box } = (await resumeTotp(context, at.user, exchange.form.get('pending') ?? '')) ?? (await beginTotp(context, at.user));
    return setUpTotpPage({ ...model, seed, uri, pending: box, chooseHref: href() });
  };
  return { kind: 'page', status: problem === undefined ? 200 : 401, page: await page(), ...leadingOf(interaction) };
}
