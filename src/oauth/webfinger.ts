import { fail, type Result, succeed } from '../core/result.ts';
import type { Tenant } from './context.ts';
import type { Failure } from './failures.ts';

/** The relation that a client asks for (OpenID Connect Discovery §2). */
const issuerRelation = 'http://openid.net/specs/connect/1.0/issuer';

/** A JSON Resource Descriptor (RFC 7033 §4.4). */
interface Descriptor {
  readonly subject: string;
  readonly links: readonly { readonly rel: string; readonly href: string }[];
}

/**
 * The issuer of whatever is named at a tenant's host: by an `acct` URI or by an https URL. It is the same for everybody, so that nobody learns
 * from it who has an account.
 */
export function findIssuer({ issuer }: Pick<Tenant, 'issuer'>, resources: readonly string[], relations: readonly string[]): Result<Descriptor, Failure> {
  const [resource, ...others] = resources;
  // RFC 7033 §4.2: a resource that is missing or malformed is a bad request.
  if (resource === undefined || resource === '') {
    return fail({ reason: 'parameter_missing', parameter: 'resource', expected: 'an acct: or https: URI' });
  }
  if (others.length > 0) {
    return fail({ reason: 'parameter_repeated', parameter: 'resource' });
  }
  const host = hostOf(resource);
  if (host === undefined) {
    return fail({ reason: 'parameter_malformed', parameter: 'resource', expected: 'a URI such as acct:ada@example.com', received: resource.slice(0, 200) });
  }
  const ours = new URL(issuer);
  // Nobody writes a port into an account's name.
  if (host !== ours.host && !(host === ours.hostname && resource.toLowerCase().startsWith('acct:'))) {
    return fail({ reason: 'resource_elsewhere', parameter: 'resource', received: resource.slice(0, 200) });
  }
  // RFC 7033 §4.3: the links asked for, all where nothing is asked for; none is no error.
  const links = [{ rel: issuerRelation, href: issuer }].filter(({ rel }) => relations.length === 0 || relations.includes(rel));
  return succeed({ subject: resource, links });
}

/** The host that has the word on a resource; empty where it is a URI and has none, undefined where it is no URI. */
function hostOf(resource: string): string | undefined {
  // RFC 3986 §2: a URI is printable ASCII.
  if (resource.length > 2000 || !/^[\x21-\x7e]+$/.test(resource) || !URL.canParse(resource)) {
    return undefined;
  }
  const url = new URL(resource);
  if (url.protocol !== 'acct:') {
    return url.protocol === 'https:' || url.protocol === 'http:' ? url.host : '';
  }
  // RFC 7565 §7: acct:userpart@host, where an @ of the user part is percent-encoded.
  const match = /^acct:[^@]+@([^@/?#]+)$/i.exec(resource);
  const authority = match?.[1];
  return authority !== undefined && URL.canParse(`https://${authority}`) ? new URL(`https://${authority}`).host : undefined;
}
