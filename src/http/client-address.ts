import { BlockList, isIP, isIPv6 } from 'node:net';
import type { Incoming } from './incoming.ts';
import { stripWhiteSpace } from './white-space.ts';

/** What a connection and its headers say about where a request comes from and which host it wants. */
export interface Origin {
  /** The host name that was asked for, lower case, without port; undefined when it is missing or ambiguous. */
  readonly host: string | undefined;
  readonly address: string;
  /** The header that names several hosts, with what it held, for the log. */
  readonly ambiguous?: string;
}

/** Reads the origin of a request. */
export type ReadOrigin = (request: Pick<Incoming, 'remoteAddress' | 'hosts' | 'headers'>) => Origin;

/**
 * Forwarded headers count only where the connection comes from one of the configured proxies; from anyone
 * else they are just text that a stranger wrote. Addresses are single or in CIDR form.
 */
export function createOriginReader(trustedProxies: readonly string[]): ReadOrigin {
  const trusted = new BlockList();
  for (const entry of trustedProxies) {
    const [address = '', prefix] = entry.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (prefix === undefined) {
      trusted.addAddress(address, family);
    } else {
      trusted.addSubnet(address, Number(prefix), family);
    }
  }
  // Most have no proxies, and looking an address up takes a while.
  const isTrusted = (address: string) => trustedProxies.length > 0 && trusted.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');

  return ({ remoteAddress, hosts, headers }) => {
    const peer = plainAddress(remoteAddress);
    const own = oneOf('Host', hosts);
    if (!isTrusted(peer)) {
      return { ...own, address: peer };
    }
    // Proxies in a row may each have added it.
    const forwarded = headers.get('x-forwarded-host');
    const host = forwarded === null ? own : oneOf('X-Forwarded-Host', forwarded.split(','));
    // Each proxy appends the peer it saw; the last one that is not ours is the person's.
    const hops = (headers.get('x-forwarded-for') ?? '').split(',').map((hop) => plainAddress(stripWhiteSpace(hop))).filter(isAddress);
    const address = hops.toReversed().find((hop) => !isTrusted(hop)) ?? hops[0] ?? peer;
    return { ...host, address };
  };
}

/** RFC 9110 §5.3: the same name again is that name; where several are given, there is no telling which is meant. */
function oneOf(header: string, given: readonly string[]): Pick<Origin, 'host' | 'ambiguous'> {
  const names = [...new Set(given.map((one) => stripWhiteSpace(one).toLowerCase()))];
  return names.length > 1 ? { host: undefined, ambiguous: `${header}: ${names.join(', ')}` } : { host: hostName(names[0]) };
}

/**
 * One spelling for each address, so that a machine cannot pass for several: without the port that some proxies add, an
 * IPv4 address that came over IPv6 as what it is, IPv6 as RFC 5952 writes it.
 */
function plainAddress(text: string): string {
  if (!text.includes(':')) {
    return text;
  }
  const address = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(text)?.[1] ?? /^([\d.]+):\d{1,5}$/.exec(text)?.[1] ?? text;
  const mapped = /^::ffff:(\d+(?:\.\d+){3})$/i.exec(address)?.[1];
  if (mapped !== undefined || !isIPv6(address)) {
    return mapped ?? address;
  }
  const spelled = `http://[${address}]`;
  return URL.canParse(spelled) ? new URL(spelled).hostname.slice(1, -1) : address;
}

/** What is no address (`unknown`, a name, a zone) is text that somebody wrote, and would be kept as one. */
function isAddress(text: string): boolean {
  return isIP(text) !== 0 && !text.includes('%');
}

/** The name in a Host header, which may carry a port (RFC 9110 §7.2). */
function hostName(host: string | undefined): string | undefined {
  return host === undefined ? undefined : /^([a-z0-9.-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i.exec(host)?.[1]?.toLowerCase();
}
