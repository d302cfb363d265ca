import { isLoopbackHost } from '../core/host-name.ts';
import type { ResourceRecord } from '../store/records.ts';
import type { Failure } from './failures.ts';

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
  return checkResources([identifier], registered) === undefined;
}

/** Judges requested resources against those that the tenant has registered (RFC 8707 §2). */
export function checkResources(resources: readonly string[], registered: readonly ResourceRecord[]): Failure | undefined {
  for (const resource of resources) {
    if (registered.some(({ identifier }) => identifier === resource)) {
      continue;
    }
    if (checkResourceIdentifier(resource) !== undefined) {
      return { reason: 'resource_malformed', parameter: 'resource', received: resource };
    }
    if (!isOnLoopback(resource)) {
      return { reason: 'resource_unknown', parameter: 'resource', received: resource };
    }
  }
  return undefined;
}
