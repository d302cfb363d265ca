import { collectOwnData, deleteAccount } from '../../../flow/account/own-data.ts';
import { deletePage, downloadPage } from '../../../pages/account/own-data.ts';
import { messagePage } from '../../../pages/reset-password.ts';
import { withoutSession } from '../../../session/browser-sessions.ts';
import { emailOf } from '../form-state.ts';
import { browserOf } from '../progress.ts';
import { accountForm, accountPage, ownPage, pageReply } from './door.ts';

const download = { path: '/account/download', demand: 'factor' } as const;
const deletion = { path: '/account/delete', demand: 'factor' } as const;

export const showDownload = accountPage(download, async (exchange, owner) => pageReply(downloadPage(ownPage(exchange, owner))));

export const submitDownload = accountForm(download, async (exchange, owner) => ({
  kind: 'attachment',
  fileName: 'account.json',
  body: await collectOwnData(exchange.context, owner.user, browserOf(exchange)),
}));

export const showDelete = accountPage(deletion, async (exchange, owner) => pageReply(deletePage(ownPage(exchange, owner))));

/** Deletes the account. Whoever else is signed in in this browser stays so. */
export const submitDelete = accountForm(deletion, async (exchange, owner) => {
  const { site } = owner;
  const { words } = site;
  if ((await deleteAccount(exchange.context, owner, emailOf(exchange), browserOf(exchange))) === 'not_confirmed') {
    return pageReply(deletePage({ ...ownPage(exchange, owner), problem: words['account.delete_mismatch'] }), 400);
  }
  return pageReply(messagePage({ site, title: words['account.deleted'], text: words['account.deleted_detail'] }), 200, [
    { name: 'session', value: withoutSession(await exchange.sessions(), owner.session) },
  ]);
});
