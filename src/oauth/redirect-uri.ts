import type { Brand } from '../core/brand.ts';
import { isLoopbackHost } from '../core/host-name.ts';
import type { ClientRecord, ClientType } from '../store/records.ts';

/** A redirect URI that a client has registered, exactly as it was asked for. Only this file can make one. */
export type RegisteredRedirectUri = Brand<string, 'RegisteredRedirectUri'>;

/** A registered redirect URI with the answer's parameters appended: where a browser may be sent. */
export type ClientLocation = Brand<string, 'ClientLocation'>;

/** Appends parameters to a registered redirect URI, which keeps its own query (RFC 6749 §3.1.2). */
export function toClientLocation(uri: RegisteredRedirectUri, parameters: readonly (readonly [string, string])[]): ClientLocation {
  const query = parameters.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
  return (query === '' ? uri : `${uri}${uri.includes('?') ? '&' : '?'}${query}`) as ClientLocation;
}

/**
 * Schemes that a browser would run or read as content instead of leaving for an application, and those that lead to a part of the
 * system or mean something else by registration (RFC 7595 §3.8): no application's own.
 */
const dangerousSchemes = new Set(
  [
    'javascript data vbscript livescript blob file about filesystem view-source jar resource chrome edge content mhtml res cid mid',
    'ws wss ftp ftps sftp ssh telnet ldap ldaps smb nfs gopher news nntp irc ircs rtsp webcal feed magnet urn urn-alias',
    'mailto tel sms smsto mms callto sip sips xmpp facetime geo market intent android-app itms itms-apps itms-services',
    'ms-msdt search search-ms ms-appinstaller ms-officecmd ms-settings ms-search shell vnc rdp x-apple.systempreferences',
  ].flatMap((names) => names.split(' ').map((name) => `${name}:`)),
);

/**
 * Schemes without a dot that widely used applications have made their own before RFC 8252, or without it. Others are taken with
 * {@link privateSchemeWarnings}.
 */
const knownSchemes = new Set(['audiobookshelf:', 'claude:', 'cursor:', 'homeassistant:', 'mattermost:', 'nc:', 'obsidian:', 'oc:', 'raycast:', 'vscode:', 'vscode-insiders:', 'windsurf:', 'zed:']);

/**
 * Says why a redirect URI cannot be registered, in one sentence; undefined when it can.
 * Accepted are https, http on the loopback interface, and private-use schemes (RFC 8252 §7): for native clients, and for web clients
 * whose backend serves an application too.
 */
export function checkRedirectUri(uri: string, type: ClientType): string | undefined {
  const shown = JSON.stringify(uri.slice(0, 200));
  // RFC 3986 §2: a URI is printable ASCII. Browsers drop tabs and line ends, so `java\tscript:` must not pass.
  if (!/^[\x21-\x7e]+$/.test(uri) || /[\\"<>^`{|}]/.test(uri)) {
    return `The redirect URI ${shown} contains characters that a URI cannot have.`;
  }
  if (uri.length > 2000) {
    return 'The redirect URI is longer than 2000 characters.';
  }
  if (!URL.canParse(uri)) {
    return `The redirect URI ${shown} is not an absolute URI.`;
  }
  const url = new URL(uri);
  // RFC 6749 §3.1.2: the redirection endpoint URI must not include a fragment.
  if (uri.includes('#')) {
    return `The redirect URI ${shown} has a fragment; a redirect URI cannot have one.`;
  }
  // They are compared byte for byte, so a pattern would match nothing that anyone sends.
  if (uri.includes('*')) {
    return `The redirect URI ${shown} contains *, but redirect URIs are no patterns: register each one as it is sent.`;
  }
  if (url.username !== '' || url.password !== '' || /^[a-z]+:\/\/[^/?]*@/i.test(uri)) {
    return `The redirect URI ${shown} carries a user name; that hides the real host.`;
  }
  if (dangerousSchemes.has(url.protocol)) {
    return `The redirect URI ${shown} has a scheme that browsers treat as content or script.`;
  }
  if (url.protocol === 'https:') {
    return uri.startsWith('https://') ? undefined : `The redirect URI ${shown} must begin with "https://", in lower case.`;
  }
  if (url.protocol === 'http:') {
    if (!uri.startsWith('http://')) {
      return `The redirect URI ${shown} must begin with "http://", in lower case.`;
    }
    return isLoopbackHost(url.hostname)
      ? undefined
      : `The redirect URI ${shown} uses http, which is allowed only on localhost, *.localhost, 127.0.0.1 and [::1]; use https.`;
  }
  return type === 'native' || type === 'web' ? undefined : `The redirect URI ${shown} has a private-use scheme, which only a native client or a web client with an application of its own can have.`;
}

/** Whether a redirect URI that can be registered leads to an application by a scheme that it has claimed (RFC 8252 §7.1). */
export function hasPrivateScheme(uri: string): boolean {
  return !/^https?:/.test(uri);
}

/** What the operator should know of private-use schemes: a sentence for each that may be another application's as well. */
export function privateSchemeWarnings(uris: readonly string[]): readonly string[] {
  const schemes = new Set(uris.filter(hasPrivateScheme).map((uri) => new URL(uri).protocol));
  return [...schemes]
    .filter((scheme) => !scheme.includes('.') && !knownSchemes.has(scheme))
    .map((scheme) => `The scheme ${scheme} may be claimed by any application on a person's device. RFC 8252 §7.1 asks for a domain name of yours in reverse, like "com.example.app:/callback".`);
}

/** The parameters of answers: OAuth, OpenID Connect, session management, form post and JARM. */
const answerParameters = [
  'code',
  'state',
  'iss',
  'error',
  'error_description',
  'error_uri',
  'session_state',
  'id_token',
  'access_token',
  'token_type',
  'expires_in',
  'response',
];

/** Where a client is sent back to after a sign-in, or after a sign-out. */
export type RedirectPurpose = 'sign_in' | 'sign_out';

/**
 * Says why the query of a redirect URI cannot be registered. It stands before the answer (RFC 6749 §3.1.2), and whichever of two
 * parameters the client takes, one of them is not ours. After a sign-out the only parameter is `state`.
 */
export function checkRedirectQuery(uri: string, purpose: RedirectPurpose): string | undefined {
  const { searchParams } = new URL(uri);
  const doubled = (purpose === 'sign_in' ? answerParameters : ['state']).find((name) => searchParams.has(name));
  return doubled && `The redirect URI ${JSON.stringify(uri.slice(0, 200))} has a parameter ${doubled}, which answers carry themselves.`;
}

/**
 * Finds the requested redirect URI among the client's: compared byte for byte (RFC 9700 §2.1), with one
 * exception: a native client may use any port of a loopback address it registered (RFC 8252 §7.3).
 */
export function matchRedirectUri(
  client: Pick<ClientRecord, 'type' | 'redirectUris'>,
  requested: string,
): RegisteredRedirectUri | undefined {
  if (client.redirectUris.includes(requested)) {
    return stillAcceptable(client, requested, 'sign_in');
  }
  if (client.type !== 'native') {
    return undefined;
  }
  const wanted = splitLoopbackUri(requested);
  const matches = wanted !== undefined && client.redirectUris.some((registered) => {
    const known = splitLoopbackUri(registered);
    return known !== undefined && known.host === wanted.host && known.rest === wanted.rest && stillAcceptable(client, registered, 'sign_in') !== undefined;
  });
  return matches ? (requested as RegisteredRedirectUri) : undefined;
}

/**
 * Cuts the port out of a loopback URI by its text, never by a parser that would tidy it up first.
 * An empty path equals "/" (RFC 3986 §6.2.3); some command line clients send none.
 */
function splitLoopbackUri(uri: string): { host: string; rest: string } | undefined {
  const match = /^http:\/\/(127\.0\.0\.1|\[::1\]|localhost)(?::([1-9]\d{0,4}))?(\/[\x21\x22\x24-\x7e]*)?$/.exec(uri);
  if (match === null || Number(match[2] ?? 80) > 65535) {
    return undefined;
  }
  return { host: match[1] ?? '', rest: match[3] ?? '/' };
}

/** Post-logout redirect URIs are compared byte for byte (OpenID Connect RP-Initiated Logout §3). */
export function matchPostLogoutRedirectUri(
  client: Pick<ClientRecord, 'type' | 'postLogoutRedirectUris'>,
  requested: string,
): RegisteredRedirectUri | undefined {
  return client.postLogoutRedirectUris.includes(requested) ? stillAcceptable(client, requested, 'sign_out') : undefined;
}

/** What was found acceptable of a client's URIs. As long as the store gives the same record, nothing has changed. */
const accepted = { sign_in: new WeakMap<object, Set<string>>(), sign_out: new WeakMap<object, Set<string>>() };

/** A row may be older than the rules for registration, or written by hand: what they refuse is never used. */
function stillAcceptable(client: Pick<ClientRecord, 'type'>, uri: string, purpose: RedirectPurpose): RegisteredRedirectUri | undefined {
  const known = accepted[purpose].get(client) ?? new Set();
  if (!known.has(uri)) {
    if ((checkRedirectUri(uri, client.type) ?? checkRedirectQuery(uri, purpose)) !== undefined) {
      return undefined;
    }
    accepted[purpose].set(client, known.add(uri));
  }
  return uri as RegisteredRedirectUri;
}
