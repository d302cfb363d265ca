import { isLoopbackHost } from '../core/host-name.ts';
import { randomId } from '../core/random.ts';
import { type Result, succeed } from '../core/result.ts';
import { checkRedirectQuery, checkRedirectUri, hasPrivateScheme, privateSchemeWarnings, type RedirectPurpose } from '../oauth/redirect-uri.ts';
import { isScopeToken, standardScopes } from '../oauth/scopes.ts';
import type { ClientAuthenticationMethod, ClientRecord, ClientType, GrantType, SigningAlgorithm, Versioned } from '../store/records.ts';
import { groupsClaim, type SecondFactorPolicy } from '../store/tenant-settings.ts';
import { changeList, type ListChange } from './change.ts';
import { type AdminFailure, checkDisplayName, refuse } from './context.ts';

/** What an operator says about a new client; what is missing follows from its type. */
export interface NewClient {
  readonly type: ClientType;
  /** What people see; its id when missing. */
  readonly name?: string | undefined;
  /** A random one when missing. */
  readonly id?: string | undefined;
  /** A random one when missing. Only for clients that authenticate. */
  readonly secret?: string | undefined;
  readonly uri?: string | undefined;
  readonly redirectUris?: readonly string[] | undefined;
  readonly postLogoutRedirectUris?: readonly string[] | undefined;
  /** The standard scopes and `groups` when missing; none for a service. */
  readonly scopes?: readonly string[] | undefined;
  /** First-party when missing. */
  readonly thirdParty?: boolean | undefined;
  /** True for public clients, false for those that authenticate when missing: they may send a nonce instead. */
  readonly requirePkce?: boolean | undefined;
  readonly unprotectedCodes?: boolean | undefined;
  /** Its own policy; the tenant's otherwise. */
  readonly secondFactor?: SecondFactorPolicy | undefined;
  readonly strictPkce?: boolean | undefined;
  readonly popup?: boolean | undefined;
  readonly authenticationMethod?: ClientAuthenticationMethod | undefined;
  /** RS256 when missing. */
  readonly idTokenAlgorithm?: SigningAlgorithm | undefined;
  /** True when missing. */
  readonly claimsInIdToken?: boolean | undefined;
}

/** What changes of a client; what is missing stays as it is, and null takes away. */
export interface ClientChange {
  readonly name?: string | undefined;
  readonly uri?: string | null | undefined;
  readonly secondFactor?: SecondFactorPolicy | null | undefined;
  readonly redirectUris?: ListChange;
  readonly postLogoutRedirectUris?: ListChange;
  readonly scopes?: ListChange;
  readonly thirdParty?: boolean | undefined;
  readonly requirePkce?: boolean | undefined;
  readonly unprotectedCodes?: boolean | undefined;
  readonly strictPkce?: boolean | undefined;
  readonly popup?: boolean | undefined;
  readonly authenticationMethod?: ClientAuthenticationMethod | undefined;
  readonly idTokenAlgorithm?: SigningAlgorithm | undefined;
  readonly claimsInIdToken?: boolean | undefined;
}

type ClientSettings = Omit<ClientRecord, 'secretHash' | 'enabled' | 'createdAt' | keyof Versioned>;

/** OpenID Connect Core §2: what clients expect that say nothing. */
export const defaultIdTokenAlgorithm: SigningAlgorithm = 'RS256';

/** What an application that signs people in may ask for: all that is standard, and groups. */
const personalScopes = [...standardScopes, groupsClaim];

/** What a client's type decides. */
const types: Readonly<
  Record<
    ClientType,
    {
      readonly called: string;
      readonly grantTypes: readonly GrantType[];
      /** The first is the default. */
      readonly authenticationMethods: readonly [ClientAuthenticationMethod, ...ClientAuthenticationMethod[]];
      readonly scopes: readonly string[];
    }
  >
> = {
  spa: {
    called: 'A single-page application',
    grantTypes: ['authorization_code', 'refresh_token'],
    authenticationMethods: ['none'],
    scopes: personalScopes,
  },
  native: {
    called: 'A native application',
    grantTypes: ['authorization_code', 'refresh_token'],
    authenticationMethods: ['none'],
    scopes: personalScopes,
  },
  web: {
    called: 'A web application',
    grantTypes: ['authorization_code', 'refresh_token'],
    authenticationMethods: ['client_secret_basic', 'client_secret_post'],
    scopes: personalScopes,
  },
  service: {
    called: 'A service',
    grantTypes: ['client_credentials'],
    authenticationMethods: ['client_secret_basic', 'client_secret_post'],
    scopes: [],
  },
};

/** The settings of a new client, whole; or the first thing that is wrong with them. */
export function checkNewClient(input: NewClient): Result<ClientSettings, AdminFailure> {
  const type = types[input.type];
  const authenticationMethod = input.authenticationMethod ?? type.authenticationMethods[0];
  const hasCodes = type.grantTypes.includes('authorization_code');
  const id = input.id ?? randomId('client');
  const settings: ClientSettings = {
    id,
    type: input.type,
    name: input.name ?? id,
    uri: input.uri ?? null,
    authenticationMethod,
    redirectUris: [...new Set(input.redirectUris)],
    postLogoutRedirectUris: [...new Set(input.postLogoutRedirectUris)],
    grantTypes: type.grantTypes,
    scopes: [...new Set(input.scopes ?? type.scopes)],
    firstParty: input.thirdParty !== true,
    requirePkce: input.requirePkce ?? (authenticationMethod === 'none' || !hasCodes),
    unprotectedCodes: input.unprotectedCodes ?? false,
    strictPkce: input.strictPkce ?? false,
    idTokenAlgorithm: input.idTokenAlgorithm ?? defaultIdTokenAlgorithm,
    claimsInIdToken: input.claimsInIdToken ?? true,
    secondFactor: input.secondFactor ?? null,
    popup: input.popup ?? false,
  };
  return checkSettings(settings);
}

/** A client as the change makes it, held to what a new one is held to; or the first thing that is wrong with it. */
export function checkClientChange(client: ClientRecord, change: ClientChange): Result<ClientRecord, AdminFailure> {
  const redirectUris = changeList(client.redirectUris, change.redirectUris ?? {});
  const postLogoutRedirectUris = changeList(client.postLogoutRedirectUris, change.postLogoutRedirectUris ?? {});
  const scopes = changeList(client.scopes, change.scopes ?? {});
  const missing = redirectUris.missing ?? postLogoutRedirectUris.missing ?? scopes.missing;
  if (missing !== undefined) {
    return refuse('invalid', `The client ${client.id} has no ${JSON.stringify(missing)} to remove.`);
  }
  const { name, uri, secondFactor, thirdParty } = change;
  return checkSettings({
    ...client,
    name: name ?? client.name,
    uri: uri === undefined ? client.uri : uri,
    authenticationMethod: change.authenticationMethod ?? client.authenticationMethod,
    redirectUris: redirectUris.items,
    postLogoutRedirectUris: postLogoutRedirectUris.items,
    scopes: scopes.items,
    firstParty: thirdParty === undefined ? client.firstParty : !thirdParty,
    requirePkce: change.requirePkce ?? client.requirePkce,
    unprotectedCodes: change.unprotectedCodes ?? client.unprotectedCodes,
    strictPkce: change.strictPkce ?? client.strictPkce,
    idTokenAlgorithm: change.idTokenAlgorithm ?? client.idTokenAlgorithm,
    claimsInIdToken: change.claimsInIdToken ?? client.claimsInIdToken,
    secondFactor: secondFactor === undefined ? client.secondFactor : secondFactor,
    popup: change.popup ?? client.popup,
  });
}

/** What every client is held to, a new one and one that changes. */
function checkSettings<Settings extends ClientSettings>(settings: Settings): Result<Settings, AdminFailure> {
  const problem = checkIdentity(settings) ?? checkCombination(settings) ?? checkUris(settings) ?? checkScopes(settings);
  return problem === undefined ? succeed(settings) : refuse('invalid', problem);
}

function checkIdentity({ id, name, uri }: ClientSettings): string | undefined {
  // RFC 6749 appendix A.1 allows more; these need no encoding in a URL or in HTTP Basic.
  if (!/^[A-Za-z0-9._~-]{1,100}$/.test(id)) {
    return `The client id ${JSON.stringify(id)} must be 1 to 100 letters, digits, dots, hyphens, underscores and tildes.`;
  }
  if (uri !== null && !isWebAddress(uri)) {
    return `The client's URI ${JSON.stringify(uri)} must be an https address, or http on this machine.`;
  }
  return checkDisplayName(name, "client's name");
}

/** Combinations that can only be a mistake, each refused with the reason. */
function checkCombination(settings: ClientSettings): string | undefined {
  const { called, authenticationMethods, grantTypes } = types[settings.type];
  const method = settings.authenticationMethod;
  if (!authenticationMethods.includes(method)) {
    return method === 'none'
      ? `${called} must authenticate, with client_secret_basic or client_secret_post.`
      : `${called} cannot keep a secret, so its authentication method must be none.`;
  }
  if (!grantTypes.includes('authorization_code')) {
    const pointless = pointlessSetting(settings);
    return pointless && `${called} signs no one in, so it has no ${pointless}.`;
  }
  if (settings.redirectUris.length === 0) {
    return `${called} needs at least one redirect URI.`;
  }
  if (!settings.requirePkce && method === 'none') {
    return `${called} cannot be exempt from PKCE: only that protects its codes.`;
  }
  return settings.unprotectedCodes ? checkUnprotected(settings) : undefined;
}

/** RFC 9700 §2.1.1 knows no such client; one that an operator vouches for is let off all the same. */
function checkUnprotected({ authenticationMethod, firstParty, requirePkce, strictPkce, type }: ClientSettings): string | undefined {
  if (authenticationMethod === 'none') {
    return `${types[type].called} cannot do without both PKCE and nonce: only PKCE protects its codes.`;
  }
  if (!firstParty) {
    return 'A third-party client cannot do without both PKCE and nonce.';
  }
  return requirePkce || strictPkce ? 'A client that may do without both PKCE and nonce cannot be held to PKCE.' : undefined;
}

/** A setting that means something only where people sign in, and was changed all the same. */
function pointlessSetting(settings: ClientSettings): string | undefined {
  if (settings.redirectUris.length + settings.postLogoutRedirectUris.length > 0) {
    return 'redirect URI';
  }
  if (!settings.requirePkce || settings.strictPkce || settings.unprotectedCodes) {
    return 'codes for PKCE to protect';
  }
  if (!settings.firstParty) {
    return 'consent to ask for';
  }
  if (settings.secondFactor !== null) {
    return 'second factor to ask for';
  }
  if (settings.popup) {
    return 'popup to show';
  }
  return settings.idTokenAlgorithm === defaultIdTokenAlgorithm && settings.claimsInIdToken ? undefined : 'ID tokens to sign';
}

/** What is accepted, and should be known all the same: one sentence each. */
export function clientWarnings({ redirectUris, postLogoutRedirectUris }: Pick<ClientRecord, 'redirectUris' | 'postLogoutRedirectUris'>): readonly string[] {
  return privateSchemeWarnings([...redirectUris, ...postLogoutRedirectUris]);
}

function checkUris(settings: ClientSettings): string | undefined {
  // Without one there is no website, and the application is a native one, which keeps no secret.
  if (settings.type === 'web' && settings.redirectUris.length > 0 && settings.redirectUris.every(hasPrivateScheme)) {
    return 'A web application needs an https redirect URI beside its private-use schemes; one that has none is a native application.';
  }
  // RFC 8252 §8.1: whoever has claimed the scheme too gets the code, and PKCE alone makes it worthless there.
  if (settings.unprotectedCodes && settings.redirectUris.some(hasPrivateScheme)) {
    return 'A client with a private-use scheme cannot do without both PKCE and nonce: another application may claim the scheme and get its codes.';
  }
  const check = (purpose: RedirectPurpose) => (uri: string) => checkRedirectUri(uri, settings.type) ?? checkRedirectQuery(uri, purpose);
  return [...settings.redirectUris.map(check('sign_in')), ...settings.postLogoutRedirectUris.map(check('sign_out'))].find((problem) => problem !== undefined);
}

function checkScopes(settings: ClientSettings): string | undefined {
  const malformed = settings.scopes.find((scope) => !isScopeToken(scope));
  if (malformed !== undefined) {
    return `${JSON.stringify(malformed)} is not a scope: a scope is printable ASCII without spaces, quotes and backslashes.`;
  }
  const personal = settings.scopes.find((scope) => personalScopes.some((ofPeople) => ofPeople === scope));
  return settings.type === 'service' && personal !== undefined
    ? `A service acts for itself, so it cannot have the scope ${personal}, which is about a person.`
    : undefined;
}

function isWebAddress(text: string): boolean {
  if (!URL.canParse(text) || text.length > 2000 || /[\s\p{C}]/u.test(text)) {
    return false;
  }
  const url = new URL(text);
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname));
}
