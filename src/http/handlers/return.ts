import type { AuthorizationResponse } from '../../oauth/authorize.ts';
import type { Failure } from '../../oauth/failures.ts';
import { toClientLocation } from '../../oauth/redirect-uri.ts';
import { returnPage } from '../../pages/return.ts';
import type { ClientRecord } from '../../store/records.ts';
import type { Exchange } from '../exchange.ts';
import { failureRows } from '../failure-page.ts';
import type { Reply } from '../reply.ts';
import { siteOf } from '../site.ts';
import { hostOf, pageClient } from './page-client.ts';

/** An error on its way to a client, which the person sends on: they see where it leads, and that it is not us who ask them there. */
export function returnByHand(exchange: Exchange, client: ClientRecord, { target, parameters }: AuthorizationResponse, failure: Failure): Reply {
  const site = siteOf(exchange);
  const way =
    target.responseMode === 'query'
      ? { href: toClientLocation(target.redirectUri, parameters) }
      : { action: target.redirectUri, fields: parameters.map(([name, value]) => ({ name, value })) };
  return {
    kind: 'page',
    status: 400,
    page: returnPage({
      site,
      client: pageClient(client),
      host: hostOf(target.redirectUri, site.words),
      way,
      details: failureRows(failure),
      correlationId: exchange.correlationId,
    }),
    leadsTo: target.redirectUri,
    popup: target.popup,
    failure,
  };
}
