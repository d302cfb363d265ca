import { minute } from '../../../core/clock.ts';
import { open, seal } from '../../../core/seal.ts';
import { startAccountInteraction } from '../../../flow/account-request.ts';
import { advance } from '../../../flow/authorize.ts';
import type { AccountDemand, AccountPath } from '../../../flow/interaction.ts';
import type { OwnPage } from '../../../pages/account/frame.ts';
import type { Html } from '../../../pages/html.ts';
import type { PageSite } from '../../../pages/models.ts';
import { messagePage } from '../../../pages/reset-password.ts';
import type { SessionRecord, UserRecord } from '../../../store/records.ts';
import type { WordsKey } from '../../../words/words.ts';
import type { CookieChange } from '../../cookies.ts';
import type { Exchange } from '../../exchange.ts';
import { ownLocation, type Reply } from '../../reply.ts';
import { siteOf } from '../../site.ts';
import { pageAccount } from '../page-client.ts';
import { follow } from '../progress.ts';

/** The person whose account it is, as their session says. */
export interface Owner {
  readonly session: SessionRecord;
  readonly user: UserRecord;
  readonly site: PageSite;
}

interface Place {
  /** The page that a person comes back to after signing in. */
  readonly path: AccountPath;
  /** Whether it guards the account, so that a sign-in of long ago is not enough, nor less than its owner can prove. */
  readonly demand: AccountDemand;
}

type Handler = (exchange: Exchange) => Promise<Reply>;
type OwnerHandler = (exchange: Exchange, owner: Owner) => Promise<Reply>;

/** A page of the account, for whoever is the active one in this browser. */
export function accountPage(place: Place, show: OwnerHandler): Handler {
  return async (exchange) => {
    const entry = await enter(exchange, place);
    return 'reply' in entry ? entry.reply : show(exchange, entry.owner);
  };
}

/** A form of the account. One that was shown to another session than the active one does nothing but say so. */
export function accountForm(place: Place, submit: OwnerHandler): Handler {
  return async (exchange) => {
    const active = (await exchange.sessions()).active?.session;
    const shownTo = open(exchange.context.tenant.secrets.interaction, formContext, exchange.form.get('session') ?? '');
    if (active !== undefined && shownTo !== active.id) {
      return otherSession(exchange);
    }
    const entry = await enter(exchange, place);
    return 'reply' in entry ? entry.reply : submit(exchange, entry.owner);
  };
}

/** The dispatcher of sign-ins decides who may come in, so that no rule of it can be forgotten here. */
async function enter(exchange: Exchange, { path, demand }: Place): Promise<{ readonly owner: Owner } | { readonly reply: Reply }> {
  const { context } = exchange;
  const visitor = await exchange.visitor();
  const interaction = startAccountInteraction(path, context.clock.now(), demand);
  const progress = await advance(context, interaction, visitor);
  if (progress.kind !== 'arrived') {
    return { reply: follow(exchange, interaction, progress) };
  }
  const user = await context.store.findUser(context.tenant.id, progress.session.userId);
  // Deleted between two reads: then there is nobody to show anything to.
  return user === undefined ? { reply: otherSession(exchange) } : { owner: { session: progress.session, user, site: siteOf(exchange) } };
}

function otherSession(exchange: Exchange): Reply {
  const site = siteOf(exchange);
  const { words } = site;
  const way = { href: '/account', text: words['account.to_account'] };
  return { kind: 'page', status: 400, page: messagePage({ site, title: words['account.other_session'], text: words['account.other_session_detail'], way }) };
}

/** What forms are sealed for: nobody else can make one that counts, though a session's id is known to applications. */
const formContext = 'account form';

/** What a page of the account is made from. */
export function ownPage(exchange: Exchange, { session, user, site }: Owner): OwnPage {
  const { secrets } = exchange.context.tenant;
  return { site, account: pageAccount(user), session: seal(secrets.interaction, formContext, session.id), note: readNote(exchange, session, site) };
}

/** A page of the account as a reply. */
export function pageReply(page: Html, status: 200 | 400 | 401 | 429 | 503 = 200, cookies: readonly CookieChange[] = []): Reply {
  return { kind: 'page', status, page, cookies };
}

/** How long a page may say what has been done. */
const noteLifetime = minute;

type NoteKey = Extract<WordsKey, `account.done_${string}`>;

/** Goes back to a page that says what has been done. Sealed, so that no link from elsewhere can make it say so. */
export function redirectDone(exchange: Exchange, { session }: Owner, path: AccountPath, done: NoteKey, cookies: readonly CookieChange[] = []): Reply {
  const { tenant, clock } = exchange.context;
  const note = seal(tenant.secrets.interaction, noteContext(session), JSON.stringify({ done, at: clock.now() }));
  return { kind: 'redirect', to: ownLocation(path, { note }), cookies };
}

function readNote({ context, query }: Exchange, session: SessionRecord, { words }: PageSite): string | undefined {
  const text = open(context.tenant.secrets.interaction, noteContext(session), query.get('note') ?? '');
  if (text === undefined) {
    return undefined;
  }
  // Sealed by us for this, so of this shape.
  const { done, at } = JSON.parse(text) as { readonly done: NoteKey; readonly at: number };
  return at + noteLifetime > context.clock.now() ? words[done] : undefined;
}

function noteContext({ id }: SessionRecord): string {
  return `account note ${id}`;
}
