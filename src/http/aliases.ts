import type { Failure } from '../oauth/failures.ts';
import { readForm } from './body.ts';
import type { Incoming } from './incoming.ts';
import type { Place } from './places.ts';
import { issuerLocation, type Reply } from './reply.ts';
import type { Arrival } from './tenant.ts';

/**
 * What is answered at an alias in the place of what its domain answers; undefined where it answers the same. A domain that leads on
 * takes pages along and tells applications the issuer; a name for the back channel has neither pages nor cookies. Nothing is acted on.
 */
export async function answerAlias({ tenant, door }: Arrival, place: Place | undefined, request: Incoming): Promise<Reply | undefined> {
  const isDirect = place?.guard === 'client' || place?.guard === 'client_cors';
  if (door.kind === 'domain' || (door.kind === 'leads_on' && place?.atEveryDomain === true)) {
    return undefined;
  }
  if (door.kind === 'back_channel') {
    return isDirect ? undefined : misdirected({ reason: 'back_channel_only', expected: tenant.issuer });
  }
  if (isDirect) {
    // Scripts may read what is wrong, so the browser may ask first.
    return request.method === 'OPTIONS' && place.guard === 'client_cors' ? undefined : misdirected({ reason: 'issuer_moved', expected: tenant.issuer });
  }
  if (request.method !== 'POST') {
    return { kind: 'redirect', to: issuerLocation(tenant, request.path, request.query) };
  }
  // What an application sends (OpenID Connect Core §3.1.2.1) can go on in a query. A form of ours cannot: it may hold a password, and the page
  // that it was on is tied to cookies that the new domain does not get.
  const form = place?.routes.get('POST')?.guard === 'page' ? await readForm(request) : undefined;
  return { kind: 'redirect', to: form?.ok === true ? issuerLocation(tenant, request.path, form.value.toString()) : issuerLocation(tenant, '/', '') };
}

function misdirected(failure: Failure): Reply {
  return { kind: 'outcome', outcome: { kind: 'failure', failure }, failure };
}
