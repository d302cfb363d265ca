import { errorPage } from '../pages/error.ts';
import type { Exchange } from './exchange.ts';
import type { Reply } from './reply.ts';

/** Nothing is served at this path. */
export function notFoundPage(exchange: Exchange): Reply {
  return {
    kind: 'page',
    status: 404,
    page: errorPage({
      tenant: { name: exchange.context.tenant.displayName },
      title: 'Nothing here',
      explanation: 'There is no page at this address.',
      details: [],
      help: { href: '/.well-known/openid-configuration', text: 'What this server offers' },
    }),
  };
}

/** No tenant has this domain. Says nothing about those that exist. */
export function unknownHostPage(host: string | undefined): Reply {
  return {
    kind: 'page',
    status: 404,
    page: errorPage({
      title: 'Nobody signs in here',
      explanation: 'This address does not belong to anyone on this server. Check it for a typing error.',
      details: [
        { name: 'host', value: host ?? 'missing or ambiguous' },
        { name: 'expected', value: 'the domain of a tenant; `microauth tenant list` shows them' },
      ],
    }),
  };
}
