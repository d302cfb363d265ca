import { errorPage } from '../pages/error.ts';
import type { PageSite } from '../pages/models.ts';
import type { Exchange } from './exchange.ts';
import type { Reply } from './reply.ts';
import { siteOf } from './site.ts';

/** Nothing is served at this path. */
export function notFoundPage(exchange: Exchange): Reply {
  const site = siteOf(exchange);
  return {
    kind: 'page',
    status: 404,
    page: errorPage({
      site,
      title: site.words['error.not_found'],
      explanation: site.words['error.not_found_detail'],
      details: [],
      help: { href: '/.well-known/openid-configuration', text: site.words['error.not_found_help'] },
    }),
  };
}

/** No tenant has this domain. Says nothing about those that exist. */
export function unknownHostPage(site: PageSite, host: string | undefined): Reply {
  return {
    kind: 'page',
    status: 404,
    page: errorPage({
      site,
      title: site.words['error.unknown_host'],
      explanation: site.words['error.unknown_host_detail'],
      details: [
        { name: 'host', value: host ?? 'missing or ambiguous' },
        { name: 'expected', value: 'the domain of a tenant; `microauth tenant list` shows them' },
      ],
    }),
  };
}
