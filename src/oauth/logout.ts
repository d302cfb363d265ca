import type { ClientRecord } from '../store/records.ts';
import type { Context } from './context.ts';
import type { Failure } from './failures.ts';
import { type IdTokenHint, readIdTokenHint } from './id-token-hint.ts';
import { readParameters, readWishes } from './parameters.ts';
import { matchPostLogoutRedirectUri, type RegisteredRedirectUri } from './redirect-uri.ts';

/** A sign-out request (OpenID Connect RP-Initiated Logout §2). */
export interface LogoutRequest {
  /** Who asks; undefined when nobody says. */
  readonly client: Pick<ClientRecord, 'id' | 'name' | 'uri'> | undefined;
  /** The session that a genuine id_token_hint belongs to. */
  readonly hintedSession: string | undefined;
  /** Where to go afterwards, with the state appended. */
  readonly returnTo: LogoutReturn | undefined;
  /** The languages that the pages should speak, the most wanted first. */
  readonly uiLocales: readonly string[];
  /** Why the way back is not taken. */
  readonly problem: Failure | undefined;
}

/** A registered post-logout redirect URI with the state that it is to be given. */
export interface LogoutReturn {
  readonly uri: RegisteredRedirectUri;
  readonly state: string | undefined;
}

export const logoutParameters = [
  'id_token_hint',
  'logout_hint',
  'client_id',
  'post_logout_redirect_uri',
  'state',
  'ui_locales',
] as const;

/**
 * Reads a sign-out request. Whatever it lacks, the person can sign out; only the way back is taken to nowhere but an address that is registered for
 * the client, and `problem` says why it is not taken.
 */
export async function readLogoutRequest(context: Context, source: URLSearchParams): Promise<LogoutRequest> {
  const parameters = readParameters(source, logoutParameters);
  if (!parameters.ok) {
    return { client: undefined, hintedSession: undefined, returnTo: undefined, uiLocales: [], problem: parameters.failure };
  }
  const { value } = parameters;
  const uiLocales = readWishes(value.get('ui_locales'));
  const hintText = value.get('id_token_hint');
  const hint = hintText === undefined ? undefined : await readIdTokenHint(context, hintText);
  const clientId = value.get('client_id') ?? hint?.clientId;
  const found = clientId === undefined ? undefined : await context.store.findClient(context.tenant.id, clientId);
  const client = found?.enabled === true ? found : undefined;
  const wrongHint = checkHint(hintText, hint, value.get('client_id'));
  if (wrongHint !== undefined) {
    return { client, hintedSession: undefined, returnTo: undefined, uiLocales, problem: wrongHint };
  }
  const uri = value.get('post_logout_redirect_uri');
  const registered = client === undefined || uri === undefined ? undefined : matchPostLogoutRedirectUri(client, uri);
  return {
    client,
    hintedSession: hint?.sessionId,
    returnTo: registered && { uri: registered, state: value.get('state') },
    uiLocales,
    problem: uri === undefined || registered !== undefined ? undefined : unregistered(uri, clientId, client),
  };
}

/** §2: a hint is an ID token of ours, and the client that is named the one that it was issued to. */
function checkHint(text: string | undefined, hint: IdTokenHint | undefined, givenId: string | undefined): Failure | undefined {
  if (text !== undefined && hint === undefined) {
    return { reason: 'id_token_hint_invalid', parameter: 'id_token_hint' };
  }
  return hint !== undefined && givenId !== undefined && givenId !== hint.clientId
    ? { reason: 'id_token_hint_invalid', parameter: 'client_id', expected: hint.clientId, received: givenId }
    : undefined;
}

function unregistered(uri: string, clientId: string | undefined, client: ClientRecord | undefined): Failure {
  return {
    reason: 'logout_redirect_uri_mismatch',
    parameter: 'post_logout_redirect_uri',
    expected:
      clientId === undefined
        ? 'an id_token_hint or client_id that says whose address it is'
        : 'one of the post-logout redirect URIs registered for this client, byte for byte',
    received: uri,
    detail: client === undefined ? undefined : `registered: ${client.postLogoutRedirectUris.join(' ')}`,
    clientId,
  };
}
