import { fail, type Result, succeed } from '../core/result.ts';
import type { ClientRecord } from '../store/records.ts';
import type { Context } from './context.ts';
import type { Failure } from './failures.ts';
import { readIdTokenHint } from './id-token-hint.ts';
import { readParameters, readWishes } from './parameters.ts';
import { matchPostLogoutRedirectUri, type RegisteredRedirectUri } from './redirect-uri.ts';

/** A valid sign-out request (OpenID Connect RP-Initiated Logout §2). */
export interface LogoutRequest {
  /** Who asks; undefined when nobody says. */
  readonly client: Pick<ClientRecord, 'id' | 'name' | 'uri'> | undefined;
  /** The session that a genuine id_token_hint belongs to. */
  readonly hintedSession: string | undefined;
  /** Where to go afterwards, with the state appended. */
  readonly returnTo: LogoutReturn | undefined;
  /** The languages that the pages should speak, the most wanted first. */
  readonly uiLocales: readonly string[];
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

/** Validates a sign-out request. A failure is shown to the person: nothing is ever sent to an unproven address. */
export async function readLogoutRequest(context: Context, source: URLSearchParams): Promise<Result<LogoutRequest, Failure>> {
  const parameters = readParameters(source, logoutParameters);
  if (!parameters.ok) {
    return parameters;
  }
  const hintText = parameters.value.get('id_token_hint');
  const hint = hintText === undefined ? undefined : await readIdTokenHint(context, hintText);
  if (hintText !== undefined && hint === undefined) {
    return fail({ reason: 'id_token_hint_invalid', parameter: 'id_token_hint' });
  }
  const givenId = parameters.value.get('client_id');
  // §2: when both are there, the client must be the one that the ID token was issued to.
  if (givenId !== undefined && hint !== undefined && givenId !== hint.clientId) {
    return fail({ reason: 'id_token_hint_invalid', parameter: 'client_id', expected: hint.clientId, received: givenId });
  }
  const clientId = givenId ?? hint?.clientId;
  const client = clientId === undefined ? undefined : await context.store.findClient(context.tenant.id, clientId);
  const uri = parameters.value.get('post_logout_redirect_uri');
  const uiLocales = readWishes(parameters.value.get('ui_locales'));
  if (uri === undefined) {
    return succeed({ client, hintedSession: hint?.sessionId, returnTo: undefined, uiLocales });
  }
  const registered = client?.enabled === true ? matchPostLogoutRedirectUri(client, uri) : undefined;
  if (registered === undefined) {
    return fail({
      reason: 'logout_redirect_uri_mismatch',
      parameter: 'post_logout_redirect_uri',
      expected:
        clientId === undefined
          ? 'an id_token_hint or client_id that says whose address it is'
          : 'one of the post-logout redirect URIs registered for this client, byte for byte',
      received: uri,
      detail: client === undefined ? undefined : `registered: ${client.postLogoutRedirectUris.join(' ')}`,
      clientId,
    });
  }
  return succeed({ client, hintedSession: hint?.sessionId, returnTo: { uri: registered, state: parameters.value.get('state') }, uiLocales });
}
