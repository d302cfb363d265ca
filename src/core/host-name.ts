const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * Whether the text is a lower-case host name (RFC 1123 §2.1) or an IPv4 address, without port or trailing dot, and as
 * browsers send it: they turn `127.1` and `0x7f000001` into `127.0.0.1`, so nobody would ever arrive under such a name.
 */
export function isHostName(text: string): boolean {
  return text.length <= 253 && text.split('.').every((part) => label.test(part)) && URL.canParse(`http://${text}`) && new URL(`http://${text}`).hostname === text;
}

/**
 * Whether a host, as a URL spells it, can only be this machine: `localhost` and the names below it (RFC 6761 §6.3),
 * and the loopback addresses.
 */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || /^127(?:\.\d{1,3}){3}$/.test(host) || host === '[::1]' || host === '::1';
}
