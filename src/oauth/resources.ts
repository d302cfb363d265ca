import { isLoopbackHost } from '../core/host-name.ts';
import { fail, type Result, succeed } from '../core/result.ts';
import type { ResourceRecord } from '../store/records.ts';
import type { Failure } from './failures.ts';
import type { Parameters } from './parameters.ts';

/** RFC 8707 §2: an absolute URI without a fragment. Says in one sentence why it is none; undefined when fine. */
export function checkResourceIdentifier(identifier: string): string | undefined {
  if (!/^[a-z][a-z0-9+.-]*:[\x21\x23-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7e%]+$/i.test(identifier) || !URL.canParse(identifier)) {
    return `The resource ${JSON.stringify(identifier.slice(0, 200))} is not an absolute URI.`;
  }
  if (identifier.includes('#')) {
    return `The resource ${JSON.stringify(identifier.slice(0, 200))} has a fragment; a resource cannot have one.`;
  }
  return undefined;
}

/**
 * Access tokens can be issued for resources on the loopback interface, registered or not. A token for
 * http://localhost:3000 can reach nothing but a server on the person's own machine, as a loopback redirect URI does
 * (RFC 8252 §7.3), so a developer need not register it.
 */
function isOnLoopback(identifier: string): boolean {
  const url = new URL(identifier);
  return url.protocol === 'http:' && isLoopbackHost(url.hostname);
}

/** Whether access tokens can be issued for a resource: it is registered, or on the person's own machine. */
export function isUsable(identifier: string, registered: readonly ResourceRecord[]): boolean {
  return resolve(identifier, registered) === identifier;
}

/**
 * The resource that is meant, as it is registered; undefined where it is neither registered nor on loopback. A bare origin is
 * meant by the slash too that `new URL(origin).href` puts behind it (RFC 3986 §6.2.3).
 */
function resolve(asked: string, registered: readonly ResourceRecord[]): string | undefined {
  const origin = /^(https?:\/\/[^/?#]+)\/$/.exec(asked)?.[1];
  const found = registered.find(({ identifier }) => identifier === asked) ?? registered.find(({ identifier }) => identifier === origin);
  return found?.identifier ?? (checkResourceIdentifier(asked) === undefined && isOnLoopback(asked) ? asked : undefined);
}

/**
 * The resources that a request asks access to, as they are registered (RFC 8707 §2). `audience` says the same in the words of
 * other providers, where it names one that is registered; what else it may mean there is nothing here.
 */
export function readResources(parameters: Parameters, registered: readonly ResourceRecord[]): Result<readonly string[], Failure> {
  const resources: string[] = [];
  for (const asked of parameters.all('resource')) {
    const resource = resolve(asked, registered);
    if (resource === undefined) {
      return fail({ reason: checkResourceIdentifier(asked) === undefined ? 'resource_unknown' : 'resource_malformed', parameter: 'resource', received: asked });
    }
    resources.push(resource);
  }
  const audience = parameters.get('audience');
  const meant = audience === undefined ? undefined : resolve(audience, registered);
  if (meant === undefined || !registered.some(({ identifier }) => identifier === meant)) {
    return succeed([...new Set(resources)]);
  }
  return resources.length === 0 || resources.includes(meant)
    ? succeed(resources.length === 0 ? [meant] : [...new Set(resources)])
    : fail({ reason: 'audience_differs', parameter: 'audience', expected: resources.join(' '), received: audience });
}

/** Whether a request has an `audience` that means nothing here, which is worth a line in the log. */
export function ignoredAudience(parameters: Parameters, registered: readonly ResourceRecord[]): string | undefined {
  const audience = parameters.get('audience');
  return audience === undefined || registered.some(({ identifier }) => identifier === resolve(audience, registered)) ? undefined : audience;
}
