import { homePage } from '../../pages/home.ts';
import { walkPage } from '../../pages/walk.ts';
import { wordsOf } from '../../words/words.ts';
import type { Exchange } from '../exchange.ts';
import { notFoundPage } from '../not-found.ts';
import type { Reply } from '../reply.ts';
import { siteOf } from '../site.ts';
import { pageAccount } from './page-client.ts';

/** What the walk page needs; there is one in development only. */
export interface Walk {
  readonly clientId: string;
  readonly redirectPath: string;
  readonly user: { readonly email: string; readonly password: string };
  /** A client that an application of the reader's own may be at once. */
  readonly application: { readonly clientId: string; readonly redirectUri: string };
  /** How the command line is called here. */
  readonly commandLine: string;
}

/** The page at the bare domain. The walk is offered on the tenant that has its client. */
export function handleHome(walk: Walk | undefined) {
  return async (exchange: Exchange): Promise<Reply> => {
    const { tenant, store } = exchange.context;
    const session = (await exchange.sessions()).active?.session;
    const user = session && (await store.findUser(tenant.id, session.userId));
    const walkClient = walk && (await store.findClient(tenant.id, walk.clientId));
    return {
      kind: 'page',
      status: 200,
      page: homePage({
        site: siteOf(exchange),
        issuer: tenant.issuer,
        discoveryHref: '/.well-known/openid-configuration',
        ...(user === undefined ? {} : { signedInAs: pageAccount(user).name }),
        ...(walkClient === undefined ? {} : { walkHref: '/walk' }),
      }),
    };
  };
}

/** The walk page: the flow step by step against this very server. */
export function handleWalk(walk: Walk) {
  return async (exchange: Exchange): Promise<Reply> => {
    const { tenant, store } = exchange.context;
    if ((await store.findClient(tenant.id, walk.clientId)) === undefined) {
      return notFoundPage(exchange);
    }
    return {
      kind: 'page',
      status: 200,
      page: walkPage({
        // The walk is for developers and speaks English only.
        site: { ...siteOf(exchange), locale: 'en', words: wordsOf('en') },
        issuer: tenant.issuer,
        clientId: walk.clientId,
        redirectUri: `${tenant.issuer}${walk.redirectPath}`,
        user: walk.user,
        application: walk.application,
        commandLine: walk.commandLine,
      }),
    };
  };
}
