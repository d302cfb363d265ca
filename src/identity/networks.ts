import { isIPv6 } from 'node:net';

/**
 * The networks that an address belongs to, from the one of a single machine to the one of a provider: IPv4 by 32, 24 and
 * 16 bits, IPv6 by 64, 48 and 32. One machine has a whole IPv6 network of 2^64 addresses and takes whichever it likes
 * (RFC 4291 §2.5.1), and whoever has many machines has them in few networks.
 */
export function networksOf(address: string): readonly [narrow: string, middle: string, wide: string] {
  if (!isIPv6(address)) {
    const parts = address.split('.');
    return [address, `${parts.slice(0, 3).join('.')}.0/24`, `${parts.slice(0, 2).join('.')}.0.0/16`];
  }
  const [head = [], tail = []] = address.split('::').map((part) => part.split(':').filter((group) => group !== ''));
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => '0');
  const groups = [...head, ...zeros, ...tail];
  return [`${groups.slice(0, 4).join(':')}::/64`, `${groups.slice(0, 3).join(':')}::/48`, `${groups.slice(0, 2).join(':')}::/32`];
}
