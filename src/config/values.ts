import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { isHostName } from '../core/host-name.ts';
import type { PublicUrl } from '../core/issuer.ts';
import type { MailServer } from '../core/mail-server.ts';
import { fail, type Result, succeed } from '../core/result.ts';
import { type SealingKey, sealingKey } from '../core/seal.ts';

/** The public URL with the domain of the default tenant. */
export interface DefaultTenantUrl extends PublicUrl {
  /** Lower case, without port. */
  readonly host: string;
}

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** Reads one option. A failure says what was expected, as the sentence's rest after the option's name. */
export type Parse<Value> = (text: string) => Result<Value, string>;

/** An origin: scheme, host, and a port where it is not the scheme's own. */
export const parsePublicUrl: Parse<DefaultTenantUrl> = (text) => {
  const expected = 'must be an origin such as https://id.example.com or http://localhost:4000';
  if (!URL.canParse(text)) {
    return fail(expected);
  }
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return fail(expected);
  }
  if (url.username !== '' || url.password !== '' || url.pathname !== '/' || text.includes('?') || text.includes('#')) {
    return fail(`${expected}, with nothing but scheme, host and port`);
  }
  if (!isHostName(url.hostname)) {
    return fail(`${expected}, and its host a host name or an IPv4 address`);
  }
  if (url.port === '0') {
    return fail(`${expected}, and its port from 1 to 65535`);
  }
  return succeed({
    scheme: url.protocol === 'http:' ? 'http' : 'https',
    host: url.hostname,
    port: url.port === '' ? undefined : Number(url.port),
  });
};

/** `host:port`; an IPv6 address stands in brackets. */
export const parseListenAddress: Parse<ListenAddress> = (text) => {
  const expected = 'must be host:port such as 127.0.0.1:4000 or [::]:4000';
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]/\s]+)):(\d{1,5})$/.exec(text);
  const [, address, name, digits] = match ?? [];
  const host = address ?? name?.toLowerCase();
  const port = Number(digits);
  if (host === undefined || port < 1 || port > 65_535) {
    return fail(expected);
  }
  const known = address === undefined ? isHostName(host) : isIP(address) === 6;
  return known ? succeed({ host, port }) : fail(expected);
};

/** What PostgreSQL's client knows of `sslmode`; another value would mean a connection without TLS to it. */
const sslModes = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'];

/** `sqlite:PATH` or a PostgreSQL connection URL; returned as written. */
export const parseDatabaseUrl: Parse<string> = (text) => {
  const expected = 'must be sqlite:PATH or postgres://user:password@host/database';
  if (text.startsWith('sqlite:')) {
    // SQLite would take a URI for something else than a path.
    return /^sqlite:(?!\/\/|file:)./s.test(text) ? wholePath(text.slice('sqlite:'.length)) ?? succeed(text) : fail(expected);
  }
  if (!/^postgres(?:ql)?:\/\//.test(text)) {
    return fail(expected);
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.port === '0' || text.includes('#') || [...url.searchParams.keys()].some((name) => !/^[a-z_]+$/i.test(name))) {
    return fail(`${expected}; ${percentEncoding}`);
  }
  const sslMode = url.searchParams.get('sslmode');
  return sslMode === null || sslModes.includes(sslMode) ? succeed(text) : fail(`${expected}, and its sslmode one of ${sslModes.join(', ')}`);
};

/** The path of a file or folder. */
export const parsePath: Parse<string> = (text) => wholePath(text) ?? succeed(text);

/** Refuses what would become a folder named `~`. */
function wholePath(path: string): ReturnType<Parse<never>> | undefined {
  return /^~(?:\/|$|[a-z_])/.test(path) ? fail('must name a path from the root or from here, for only a shell knows what ~ is') : undefined;
}

/** 32 bytes in base64 or base64url, with or without padding. */
export const parseSealingKey: Parse<SealingKey> = (text) => {
  const unpadded = text.replace(/={1,2}$/, '');
  const key = sealingKey(new Uint8Array(Buffer.from(unpadded, 'base64url')));
  return /^[A-Za-z0-9+/_-]{43}$/.test(unpadded) && key !== undefined
    ? succeed(key)
    : fail('must be 32 random bytes in base64, such as "openssl rand -base64 32" prints');
};

/**
 * Whether a key could be random. This catches the keys that people type, not the ones that a clever adversary builds:
 * 32 random bytes hold about 30 different values, and fewer than 16, or nothing but printable text, never come up.
 */
export function looksRandom(bytes: Uint8Array): boolean {
  const steps = bytes.map((byte, index) => byte - (bytes[index - 1] ?? 0));
  const printable = bytes.every((byte) => byte >= 0x20 && byte < 0x7f);
  return new Set(bytes).size >= 16 && new Set(steps).size >= 16 && !printable;
}

/** A whole number of seconds, up to five minutes. */
export const parseDrainSeconds: Parse<number> = (text) => {
  const seconds = Number(text);
  return /^\d{1,3}$/.test(text) && seconds <= 300 ? succeed(seconds) : fail('must be a whole number of seconds from 0 to 300');
};

/** Addresses and address ranges (CIDR), separated by commas or spaces. */
export const parseTrustedProxies: Parse<readonly string[]> = (text) => {
  const ranges = text.split(/[\s,]+/).filter((range) => range !== '');
  return ranges.length > 0 && ranges.every(isAddressRange)
    ? succeed(ranges)
    : fail('must be addresses or CIDR ranges separated by commas, such as 10.0.0.0/8, ::1');
};

function isAddressRange(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const family = isIP(address);
  // A zone (RFC 4007 §11) is of one machine's making; connections come without it.
  if (family === 0 || rest.length > 0 || address.includes('%')) {
    return false;
  }
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128));
}

/** How a user name and a password are written into a URL (RFC 3986 §2.1, §3.2.1). */
const percentEncoding = 'in a user name or password write % as %25, / as %2F, # as %23 and ? as %3F';

/** The mail server: smtp or smtps, a host, a port, and nothing that is no part of it. */
export const parseSmtpUrl: Parse<MailServer> = (text) => {
  const expected = `must be smtp:// or smtps:// with a host, and user:password@ before it where the server asks for them; ${percentEncoding}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isServer = url !== undefined && /^smtps?:$/.test(url.protocol) && /^\/?$/.test(url.pathname) && !/[?#]/.test(text) && url.port !== '0';
  const [host, user, password] = [url?.hostname, url?.username, url?.password].map((part) => decoded(part ?? ''));
  const name = domainToASCII(host ?? '').replace(/^\[(.*)\]$/, '$1');
  if (!isServer || user === undefined || password === undefined || !(isIP(name) !== 0 || /^[a-z0-9_.-]+$/i.test(name))) {
    return fail(expected);
  }
  if (user === '' && password !== '') {
    return fail(`${expected}; the user name is missing`);
  }
  const secure = url.protocol === 'smtps:';
  const credentials = user === '' ? undefined : { user, password };
  return succeed({ host: name, port: url.port === '' ? (secure ? 465 : 587) : Number(url.port), secure, credentials });
};

/** A part of a URL as it was meant; undefined where a % in it is none of an encoding. */
function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

/** A bare address: what stands before it in mails is each tenant's own name. */
export const parseMailAddress: Parse<string> = (text) => {
  return /^[^\s@<>"(),:;[\]\\]+@[^\s@<>"(),:;[\]\\]+$/.test(text) ? succeed(text) : fail('must be one e-mail address');
};
