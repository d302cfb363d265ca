import { open, seal } from '../../../core/seal.ts';
import { removePasskey, renamePasskey } from '../../../flow/account/factors.ts';
import { deviceNameOf } from '../../../flow/device-name.ts';
import { newPasskeyChallenge } from '../../../flow/passkeys.ts';
import { beginPasskey, confirmPasskey } from '../../../flow/set-up-factor.ts';
import type { Challenge } from '../../../identity/passkeys.ts';
import { passkeysPage } from '../../../pages/account/passkeys.ts';
import type { SessionRecord } from '../../../store/records.ts';
import type { WordsKey } from '../../../words/words.ts';
import type { Exchange } from '../../exchange.ts';
import { ownLocation, type Reply } from '../../reply.ts';
import { browserOf } from '../progress.ts';
import { dateOf } from './dates.ts';
import { accountForm, accountPage, type Owner, ownPage, pageReply, redirectDone } from './door.ts';
import { factorAdded } from './factor-added.ts';

const place = { path: '/account/passkeys', demand: 'everything' } as const;

export const showPasskeys = accountPage(place, (exchange, owner) => render(exchange, owner));

/** Takes a new passkey. */
export const submitAddPasskey = accountForm(place, async (exchange, owner) => {
  const { context, form } = exchange;
  const browser = browserOf(exchange);
  const text = open(context.tenant.secrets.interaction, challengeContext(owner.session), form.get('challenge') ?? '');
  // Sealed by us for this, so of this shape.
  const challenge = text === undefined ? undefined : (JSON.parse(text) as Challenge);
  const given = { challenge, json: form.get('credential') ?? '', name: deviceNameOf(browser.userAgent) };
  const outcome = await confirmPasskey(context, owner.user, given, browser);
  if (outcome.kind !== 'added') {
    return render(exchange, owner, `account.passkey_${outcome.kind}`);
  }
  return factorAdded(exchange, owner, outcome, place.path, 'account.done_passkey_added');
});

export const submitRenamePasskey = accountForm(place, async (exchange, owner) => {
  const { context, form } = exchange;
  switch (await renamePasskey(context, owner.user, form.get('id') ?? '', (form.get('name') ?? '').slice(0, 1000))) {
    case 'renamed':
      return redirectDone(exchange, owner, place.path, 'account.done_passkey_renamed');
    case 'refused':
      return render(exchange, owner, 'account.passkey_name_problem');
    case 'unknown':
      return { kind: 'redirect', to: ownLocation(place.path) };
  }
});

/** Takes a passkey away. One that is not of this account stays where it is. */
export const submitRemovePasskey = accountForm(place, async (exchange, owner) => {
  const outcome = await removePasskey(exchange.context, owner.user, exchange.form.get('id') ?? '', browserOf(exchange));
  switch (outcome) {
    case 'removed':
      return redirectDone(exchange, owner, place.path, 'account.done_passkey_removed');
    case 'unknown':
      return { kind: 'redirect', to: ownLocation(place.path) };
    default:
      return render(exchange, owner, `account.${outcome}`);
  }
});

async function render(exchange: Exchange, owner: Owner, problem?: WordsKey): Promise<Reply> {
  const { context } = exchange;
  const { store, tenant } = context;
  const challenge = newPasskeyChallenge(context);
  const passkeys = await store.listPasskeys(tenant.id, owner.user.id);
  const page = passkeysPage({
    ...ownPage(exchange, owner),
    passkeys: passkeys.map(({ id, name, createdAt, lastUsedAt, backedUp }) => ({
      id,
      name,
      added: dateOf(owner, createdAt),
      lastUsed: lastUsedAt === null ? undefined : dateOf(owner, lastUsedAt),
      synced: backedUp,
    })),
    options: JSON.stringify(await beginPasskey(context, owner.user, challenge)),
    challenge: seal(tenant.secrets.interaction, challengeContext(owner.session), JSON.stringify(challenge)),
    problem: problem && owner.site.words[problem],
  });
  return pageReply(page, problem === undefined ? 200 : 400);
}

function challengeContext({ id }: SessionRecord): string {
  return `account passkey ${id}`;
}
