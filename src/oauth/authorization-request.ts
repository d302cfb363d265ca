import { fail, type Result, succeed } from '../core/result.ts';
import type { ClientRecord } from '../store/records.ts';
import type { TenantSettings } from '../store/tenant-settings.ts';
import { type ClaimsRequest, parseClaimsRequest } from './claims.ts';
import type { Context } from './context.ts';
import type { Failure, Reason } from './failures.ts';
import { readIdTokenHint } from './id-token-hint.ts';
import { type Parameters, readParameters, readWishes } from './parameters.ts';
import { checkChallenge } from './pkce.ts';
import { matchRedirectUri, type RegisteredRedirectUri } from './redirect-uri.ts';
import { ignoredAudience, readResources } from './resources.ts';
import { readScopes } from './scopes.ts';

export const responseModes = ['query', 'form_post'] as const;
export type ResponseMode = (typeof responseModes)[number];

/** All values of `prompt`. What a tenant has of them {@link promptsOf} says. */
const prompts = ['none', 'login', 'consent', 'select_account', 'create'] as const;
export type Prompt = (typeof prompts)[number];

/** The values of `prompt` that a tenant supports: `create` only where people may sign up by themselves (Prompt Create §3). */
export function promptsOf({ signUp }: Pick<TenantSettings, 'signUp'>): readonly Prompt[] {
  return prompts.filter((prompt) => prompt !== 'create' || signUp === 'open' || signUp === 'email_domain');
}

/** Where the answer to an authorization request goes. */
export interface ResponseTarget {
  readonly redirectUri: RegisteredRedirectUri;
  readonly responseMode: ResponseMode;
  readonly state: string | undefined;
  /** Whether a client that is registered for it shows the pages in a popup (`display=popup`), which must keep its opener. */
  readonly popup: boolean;
}

/** What a sign-in has to satisfy, whoever asks for it. */
export interface SignInDemand {
  readonly prompts: readonly Prompt[];
  /** Seconds. */
  readonly maxAge: number | undefined;
  readonly loginHint: string | undefined;
  /** The one user who may answer: the subject of a valid id_token_hint, or the `sub` that `claims` demands. */
  readonly hintedSubject: string | undefined;
  /** Authentication contexts of which one must be reached (an essential `acr` claim). */
  readonly essentialAcr: readonly string[];
  /** Authentication contexts of which one should be reached (`acr_values`, RFC 9470 §4). */
  readonly requestedAcr: readonly string[];
  /** The languages that the pages should speak, the most wanted first. */
  readonly uiLocales: readonly string[];
}

/** An authorization request in which everything has been checked that can be without knowing the user. */
export interface AuthorizationRequest extends SignInDemand {
  readonly kind: 'authorization';
  readonly clientId: string;
  readonly target: ResponseTarget;
  readonly scopes: readonly string[];
  readonly resources: readonly string[];
  readonly codeChallenge: string | undefined;
  readonly nonce: string | undefined;
  readonly claims: ClaimsRequest | undefined;
}

/**
 * Two kinds of failure, two types: until client and redirect URI are proven, nothing may be sent anywhere and
 * the failure is shown to the person (RFC 9700 §4.11.2); from then on it goes back to the client.
 */
export type AuthorizationFailure =
  | { readonly kind: 'shown'; readonly failure: Failure }
  | {
      readonly kind: 'redirected';
      readonly failure: Failure;
      readonly target: ResponseTarget;
      readonly client: ClientRecord;
      /** Whether nobody is to be shown anything (`prompt=none`), whatever else is wrong with the request. */
      readonly silent: boolean;
    };

/** The parameters of the authorization endpoint. */
export const authorizationParameters = [
  'response_type',
  'response_mode',
  'client_id',
  'redirect_uri',
  'scope',
  'state',
  'nonce',
  'code_challenge',
  'code_challenge_method',
  'prompt',
  'max_age',
  'login_hint',
  'id_token_hint',
  'ui_locales',
  'claims_locales',
  'acr_values',
  'claims',
  'resource',
  'audience',
  'display',
  'request',
  'request_uri',
  'registration',
] as const;

/** Validates an authorization request and finds its client. */
export async function readAuthorizationRequest(
  context: Context,
  source: URLSearchParams,
): Promise<Result<{ readonly request: AuthorizationRequest; readonly client: ClientRecord }, AuthorizationFailure>> {
  const shown = (failure: Failure) => fail({ kind: 'shown', failure } as const);

  // A repeated client_id or redirect_uri leaves nowhere safe to answer; of any other the target may still be known.
  const identity = readParameters(source, ['client_id', 'redirect_uri']);
  if (!identity.ok) {
    return shown(identity.failure);
  }
  const clientId = identity.value.get('client_id');
  if (clientId === undefined) {
    return shown({ reason: 'parameter_missing', parameter: 'client_id' });
  }
  const client = await context.store.findClient(context.tenant.id, clientId);
  if (client === undefined || !client.enabled) {
    return shown({ reason: 'client_unknown_page', parameter: 'client_id', received: clientId });
  }
  const requestedUri = identity.value.get('redirect_uri');
  if (requestedUri === undefined) {
    return shown({ reason: 'parameter_missing', parameter: 'redirect_uri', clientId });
  }
  const redirectUri = matchRedirectUri(client, requestedUri);
  if (redirectUri === undefined) {
    return shown({
      reason: 'redirect_uri_mismatch',
      parameter: 'redirect_uri',
      expected: 'one of the redirect URIs registered for this client, byte for byte',
      received: requestedUri,
      detail: `registered: ${client.redirectUris.join(' ')}`,
      clientId,
    });
  }

  // RFC 6749 §3.1: parameters must not repeat. A repeated state cannot be echoed, so that too stays here.
  const parameters = readParameters(source, authorizationParameters);
  if (!parameters.ok) {
    return shown({ ...parameters.failure, clientId });
  }
  const overlong = checkTotalLength(parameters.value);
  if (overlong !== undefined) {
    return shown({ ...overlong, clientId });
  }
  const responseMode = parameters.value.get('response_mode');
  const target: ResponseTarget = {
    redirectUri,
    responseMode: responseMode === 'form_post' ? 'form_post' : 'query',
    state: parameters.value.get('state'),
    // Whoever keeps its opener can be navigated by it, so only clients that are registered for it do.
    popup: client.popup && parameters.value.get('display') === 'popup',
  };
  const request = await readDetails(context, client, parameters.value, target);
  return request.ok
    ? succeed({ request: request.value, client })
    : fail({ kind: 'redirected', failure: { ...request.failure, clientId }, target, client, silent: splitPrompt(parameters.value).includes('none') });
}

/** Hints are read and left behind; everything else travels through the browser until the answer. */
const notCarried = new Set<string>(['id_token_hint', 'claims_locales']);

/** The longest request that is carried on, as it stands in a URL: sealed and with cookies it must fit the header limits of proxies. */
const maximumCarried = 8192;

function checkTotalLength(parameters: Parameters): Failure | undefined {
  // Nothing gets longer than nine times what it is, and nearly every request is short.
  const plain = authorizationParameters.reduce((sum, name) => parameters.all(name).reduce((length, value) => length + value.length, sum), 0);
  if (plain * 9 <= maximumCarried) {
    return undefined;
  }
  const lengths = authorizationParameters
    .filter((name) => !notCarried.has(name))
    .map((name) => ({ name, length: parameters.all(name).reduce((sum, value) => sum + encodeURIComponent(value).length, 0) }));
  const total = lengths.reduce((sum, { length }) => sum + length, 0);
  const longest = lengths.toSorted((a, b) => b.length - a.length)[0];
  return total > maximumCarried
    ? { reason: 'parameter_too_long', parameter: longest?.name, expected: `at most ${maximumCarried} characters in all parameters together`, received: `${total} characters` }
    : undefined;
}

async function readDetails(
  context: Context,
  client: ClientRecord,
  parameters: Parameters,
  target: ResponseTarget,
): Promise<Result<AuthorizationRequest, Failure>> {
  const shape = checkShape(client, parameters);
  if (shape !== undefined) {
    return fail(shape);
  }
  const registered = await context.store.listResources(context.tenant.id);
  const resources = readResources(parameters, registered);
  if (!resources.ok) {
    return resources;
  }
  const ignored = ignoredAudience(parameters, registered);
  if (ignored !== undefined) {
    context.record({ event: 'audience_ignored', clientId: client.id, detail: ignored });
  }
  const scopes = readScopes(client, parameters.get('scope'), registered, resources.value, context.tenant.settings.claims);
  if (!scopes.ok) {
    return scopes;
  }
  const unprotected = checkChallenge(client, parameters, context.tenant.settings.requirePkce, scopes.value);
  if (unprotected !== undefined) {
    return fail(unprotected);
  }
  const prompt = readPrompts(parameters, promptsOf(context.tenant.settings));
  if (!prompt.ok) {
    return prompt;
  }
  const maxAge = parameters.get('max_age');
  if (maxAge !== undefined && !/^\d{1,10}$/.test(maxAge)) {
    return fail({ reason: 'parameter_malformed', parameter: 'max_age', expected: 'a number of seconds', received: maxAge });
  }
  const claimsText = parameters.get('claims');
  const claims = claimsText === undefined ? undefined : parseClaimsRequest(claimsText, claimsFor(client, context.tenant.settings));
  if (claimsText !== undefined && claims === undefined) {
    return fail({ reason: 'parameter_malformed', parameter: 'claims', expected: 'a JSON object (OpenID Connect Core 5.5)' });
  }
  const hint = parameters.get('id_token_hint');
  const hinted = hint === undefined ? undefined : await readIdTokenHint(context, hint);
  // OpenID Connect Core §3.1.2.1: a session with this client. What another client got says nothing here.
  if (hint !== undefined && hinted?.clientId !== client.id) {
    return fail({ reason: 'id_token_hint_invalid', parameter: 'id_token_hint' });
  }
  const subject = readSubject(hinted?.subject, claims);
  if (!subject.ok) {
    return subject;
  }
  const acr = claims?.id_token['acr'];
  if (acr?.values.some((value) => typeof value !== 'string') === true) {
    return fail({ reason: 'parameter_malformed', parameter: 'claims', expected: 'strings as values of acr' });
  }
  return succeed({
    kind: 'authorization',
    clientId: client.id,
    target,
    scopes: scopes.value,
    resources: resources.value,
    codeChallenge: parameters.get('code_challenge'),
    nonce: parameters.get('nonce'),
    prompts: prompt.value,
    maxAge: maxAge === undefined ? undefined : Number(maxAge),
    loginHint: parameters.get('login_hint'),
    hintedSubject: subject.value,
    essentialAcr: acr?.essential === true ? (acr.values as readonly string[]) : [],
    requestedAcr: readWishes(parameters.get('acr_values')),
    claims,
    // Core §3.1.2.1: space-separated BCP 47 tags; what is not spoken here is no error.
    uiLocales: readWishes(parameters.get('ui_locales')),
  });
}

/** The tenant's own claims that the client may ask for one by one: those of the scopes that it may ask for. */
function claimsFor(client: ClientRecord, { claims }: TenantSettings): readonly string[] {
  return claims.filter(({ scope }) => client.scopes.includes(scope)).map(({ name }) => name);
}

/** OpenID Connect Core §3.1.2.2: a `sub` demanded by value is the only user who may be signed in. */
function readSubject(hinted: string | undefined, claims: ClaimsRequest | undefined): Result<string | undefined, Failure> {
  const [demanded, ...others] = claims?.id_token['sub']?.values ?? [];
  if (demanded === undefined) {
    return succeed(hinted);
  }
  if (typeof demanded !== 'string' || others.length > 0 || (hinted !== undefined && hinted !== demanded)) {
    return fail({ reason: 'parameter_malformed', parameter: 'claims', expected: 'one value of sub, the same as in the id_token_hint' });
  }
  return succeed(demanded);
}

/** What can be said of the parameters one by one. */
function checkShape(client: ClientRecord, parameters: Parameters): Failure | undefined {
  const has = (name: string) => parameters.get(name) !== undefined;
  const refuse = (reason: Reason, parameter: string): Failure => ({ reason, parameter, received: parameters.get(parameter) });
  // OpenID Connect Core §3.1.2.6: an unsupported request object is refused, never ignored.
  if (has('request')) {
    return { reason: 'request_object_unsupported', parameter: 'request' };
  }
  if (has('request_uri')) {
    return refuse('request_uri_unsupported', 'request_uri');
  }
  if (has('registration')) {
    return { reason: 'registration_unsupported', parameter: 'registration' };
  }
  if (!has('response_type')) {
    return { reason: 'parameter_missing', parameter: 'response_type', expected: 'code' };
  }
  if (parameters.get('response_type') !== 'code') {
    return refuse('response_type_unsupported', 'response_type');
  }
  const mode = parameters.get('response_mode');
  if (mode !== undefined && !(responseModes as readonly string[]).includes(mode)) {
    return refuse('response_mode_unsupported', 'response_mode');
  }
  if (!client.grantTypes.includes('authorization_code')) {
    return { reason: 'grant_not_allowed' };
  }
  return undefined;
}

function splitPrompt(parameters: Parameters): readonly string[] {
  return [...new Set((parameters.get('prompt') ?? '').split(' ').filter((value) => value !== ''))];
}

/** OpenID Connect Core §3.1.2.1. */
function readPrompts(parameters: Parameters, supported: readonly string[]): Result<readonly Prompt[], Failure> {
  const values = splitPrompt(parameters);
  const unknown = values.find((value) => !supported.includes(value));
  if (unknown !== undefined) {
    return fail({ reason: 'prompt_unsupported', parameter: 'prompt', received: unknown });
  }
  return values.includes('none') && values.length > 1
    ? fail({ reason: 'prompt_contradictory', parameter: 'prompt', received: values.join(' ') })
    : succeed(values as Prompt[]);
}
